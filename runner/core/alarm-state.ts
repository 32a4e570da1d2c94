/** What is remembered between two events, so that it can be kept and taken up again after a restart. */

import type { Reason } from './contracts.ts'
import type { Severity } from './definitions.ts'
import type { Cause, Incident } from './incidents.ts'

/** Something that is wrong now: a check that is down or slow, or a signal. */
export interface Trouble {
  /** `system/check`, or `system/signal id`. */
  readonly key: string
  /** Incidents are merged by it: `system~cause`, for signals with their id. */
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
  readonly isSignal?: boolean
}

export interface AlarmState {
  /** By key. */
  readonly troubles: ReadonlyMap<string, Trouble>
  /** Open ones, by id. */
  readonly incidents: ReadonlyMap<string, Incident>
  /** When checks went into trouble and out of it, by key, as far back as flapping is looked for. */
  readonly changes: ReadonlyMap<string, readonly number[]>
  /** Places at which a check is down, where there are several. */
  readonly downAt: ReadonlyMap<string, readonly string[]>
  /** Runs in a row in which a check was over a threshold. */
  readonly slow: ReadonlyMap<string, number>
}

/** The part that is kept as one record; open incidents are records of their own. */
export interface AlarmMemory {
  readonly troubles: readonly Trouble[]
  readonly changes: readonly (readonly [string, readonly number[]])[]
  readonly downAt: readonly (readonly [string, readonly string[]])[]
  readonly slow: readonly (readonly [string, number])[]
}

export const noAlarm: AlarmState = {
  troubles: new Map(),
  incidents: new Map(),
  changes: new Map(),
  downAt: new Map(),
  slow: new Map(),
}

export const memoryOf = ({ troubles, changes, downAt, slow }: AlarmState): AlarmMemory => ({
  troubles: [...troubles.values()],
  changes: [...changes],
  downAt: [...downAt],
  slow: [...slow],
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
    downAt: new Map(memory?.downAt ?? []),
    slow: new Map(memory?.slow ?? []),
  }
}

export const withEntry = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> =>
  new Map(map).set(key, value)

export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!map.has(key)) return map
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
