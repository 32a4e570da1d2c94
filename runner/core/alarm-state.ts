/** What is remembered between two events, so that it can be kept and taken up again after a restart. */

import type { Health, Onset, Reason, Severity } from './contracts.ts'
import type { Cause, Incident } from './incidents.ts'

/** Something that is wrong now: a check that is down or slow, or a signal. */
export interface Trouble {
  /** `system/check`, or `system/signal id`. */
  readonly key: string
  /** Incidents are merged by it: `system~cause`, where it is declared who is told with severity and owner, for signals with their id. */
  readonly group: string
  readonly system: string
  readonly check: string
  readonly title: string
  readonly cause: Cause
  readonly severity: Severity
  readonly owner?: string
  readonly runbook?: string
  /** When it was noticed. */
  readonly at: number
  /** Earliest moment at which it can have begun. */
  readonly startedAt: number
  readonly reason?: Reason
  readonly detail?: string
  readonly firstFailure?: string
  readonly lastPass?: string
  /** The incident that it is in; absent: it is kept silent. */
  readonly incident?: string
  /** When a dependency in trouble explained it last. A later run of its own that is bad makes it news. */
  readonly explainedAt?: number
  readonly isSignal?: boolean
}

/** What the places say of a check that is watched from several. */
export interface Places {
  /** Since when any of them reports without a long pause. */
  readonly since: number
  readonly seen: Readonly<Record<string, Seen>>
}

export interface Seen {
  readonly health: Health
  /** When its last run ended that told anything; absent: none has. */
  readonly at?: number
}

/** Runs that were over a threshold. */
export interface Slowness {
  /** In a row, counted up to the trouble. */
  readonly runs: number
  /** The first of them. */
  readonly onset: Onset
  /** Runs in a row since the last of them that passed. */
  readonly passes: number
}

export interface AlarmState {
  /** By key. */
  readonly troubles: ReadonlyMap<string, Trouble>
  /** Open ones, by id. */
  readonly incidents: ReadonlyMap<string, Incident>
  /** When checks went into trouble and out of it, by key, as far back as flapping is looked for. */
  readonly changes: ReadonlyMap<string, readonly number[]>
  /** By key of the check, where there are several places. */
  readonly places: ReadonlyMap<string, Places>
  /** By key of the check. */
  readonly slowness: ReadonlyMap<string, Slowness>
}

/** The part that is kept as one record; open incidents are records of their own. */
export interface AlarmMemory {
  readonly troubles: readonly Trouble[]
  readonly changes: readonly (readonly [string, readonly number[]])[]
  readonly places: readonly (readonly [string, Places])[]
  readonly slowness: readonly (readonly [string, Slowness])[]
}

export const noAlarm: AlarmState = {
  troubles: new Map(),
  incidents: new Map(),
  changes: new Map(),
  places: new Map(),
  slowness: new Map(),
}

export const memoryOf = ({ troubles, changes, places, slowness }: AlarmState): AlarmMemory => ({
  troubles: [...troubles.values()],
  changes: [...changes],
  places: [...places],
  slowness: [...slowness],
})

/** What was kept, taken up again. A trouble whose incident is not among the open ones is settled anew. */
export function stateOf(memory: AlarmMemory | undefined, open: readonly Incident[]): AlarmState {
  const incidents = new Map(open.map(incident => [incident.id, incident]))
  const settled = (trouble: Trouble): Trouble => {
    if (trouble.incident === undefined || incidents.has(trouble.incident)) return trouble
    const { incident: _, ...rest } = trouble
    return rest
  }
  return {
    troubles: new Map((memory?.troubles ?? []).map(trouble => [trouble.key, settled(trouble)])),
    incidents,
    changes: new Map(memory?.changes ?? []),
    places: new Map(memory?.places ?? []),
    slowness: new Map(memory?.slowness ?? []),
  }
}

/** Whether only the places have told something new: that is kept when there is more to keep, for it is soon told again. */
export const isHardlyNew = (before: AlarmState, after: AlarmState): boolean =>
  before.troubles === after.troubles &&
  before.incidents === after.incidents &&
  before.changes === after.changes &&
  before.slowness === after.slowness

export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> =>
  new Map(map).set(key, value)

export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
