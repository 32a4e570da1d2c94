/** What a configuration would have made of a recorded past: the same pure functions, fed from the store. */

import { type AlarmEvent, isPending, step } from '../core/alarm.ts'
import { type AlarmState, noAlarm } from '../core/alarm-state.ts'
import type { Health, Result } from '../core/contracts.ts'
import { advance, unknownHealth } from '../core/health.ts'
import type { Happening, Incident } from '../core/incidents.ts'
import type { PlannedMaintenance } from '../core/maintenance.ts'
import { type CheckKey, checkKey, type Store } from '../core/ports.ts'
import { type AlarmSource, alarmRules, planned } from './alarm-rules.ts'

export interface Replay {
  /** The next run, in the order in which they were made. */
  add(result: Result): readonly Happening[]
  /** Time goes on without runs. */
  tick(at: number): readonly Happening[]
  /** All that there were, the newest first. */
  incidents(): readonly Incident[]
}

export function createReplay(
  environment: string,
  source: AlarmSource,
  /** Windows that people declared; those of the configuration are known. */
  declared: readonly PlannedMaintenance[] = [],
): Replay {
  const windows = [...source.configuration.maintenance.map(planned), ...declared]
  const rules = alarmRules(environment, source, () => windows)
  const health = new Map<CheckKey, Health>()
  const incidents = new Map<string, Incident>()
  let state: AlarmState = noAlarm

  const take = (event: AlarmEvent) => {
    const next = step(state, event, rules)
    state = next.state
    for (const { incident } of next.happenings) incidents.set(incident.id, incident)
    return next.happenings
  }
  const tick = (at: number) => (isPending(state) ? take({ kind: 'tick', at }) : [])
  return {
    add(given) {
      const key = checkKey(given)
      const watched = source.find(key)
      if (watched === undefined || given.trigger !== 'schedule') return []
      const before = tick(given.startedAt)
      const { maintenance: _, ...plain } = given
      const result: Result = rules.inMaintenance(key, given.startedAt) ? { ...plain, maintenance: true } : plain
      const judged = advance(health.get(key) ?? unknownHealth(given.startedAt), result, watched.check.policy)
      health.set(key, judged.health)
      const at = Math.round(result.startedAt + result.duration)
      return [...before, ...take({ kind: 'judged', at, result, health: judged.health })]
    },
    tick,
    incidents: () => [...incidents.values()].toSorted((a, b) => b.openedAt - a.openedAt),
  }
}

const longestPiece = 3_600_000
const most = 10_000

/** Scheduled runs of a time, the oldest first, piece by piece. */
export async function* resultsBetween(
  store: Pick<Store, 'results'>,
  from: number,
  to: number,
): AsyncGenerator<readonly Result[]> {
  let piece = longestPiece
  for (let at = from; at < to; ) {
    const end = Math.min(to, at + piece)
    const found = await store.results({ triggers: ['schedule'], from: at, to: end, limit: most })
    // As many as there may be: some are missing, so that a shorter time is asked for.
    if (found.length === most && end - at > 1) {
      piece = Math.ceil((end - at) / 2)
      continue
    }
    if (found.length > 0) yield found.toSorted((a, b) => a.startedAt - b.startedAt)
    at = end
    piece = Math.min(longestPiece, piece * 2)
  }
}
