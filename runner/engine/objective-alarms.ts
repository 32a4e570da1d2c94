import { type AlarmFacts, alarmFigures } from '../core/alarm-figures.ts'
import { isPlaceOf, routeAt, rulesFor } from '../core/escalation.ts'
import type { Counted } from '../core/judge-objective.ts'
import type { Notifier } from '../core/notifications.ts'
import type { Store } from '../core/ports.ts'
import type { Feeder } from '../core/sli.ts'
import type { Placed } from './objective-windows.ts'

export interface AlarmTime {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly now: number
  readonly feeders: readonly Feeder[]
  readonly notifiers: readonly Pick<Notifier, 'id' | 'audience'>[]
}

const most = 10_000

/** The figure of a part that is about the alarms themselves. */
export async function alarmFigureOf(
  store: Pick<Store, 'kept' | 'results'>,
  { system, part }: Pick<Placed, 'system' | 'part'>,
  { from, to, now, feeders, notifiers }: AlarmTime,
): Promise<Pick<Counted, 'figure'>> {
  if (part.measure.sli !== 'alarm') return {}
  const [incidents, notifications, newest] = await Promise.all([
    store.kept('incident', { from, to, limit: most }),
    store.kept('notification', { from, limit: most }),
    newestRun(store, system.id, feeders),
  ])
  const fastest = Math.min(...feeders.map(({ interval }) => interval))
  const facts: AlarmFacts = {
    incidents: incidents.filter(incident => incident.system === system.id),
    notifications,
    isPublic: system.status !== undefined,
    ...(newest === undefined ? {} : { lag: Math.max(0, now - newest - fastest) }),
    route(check, cause) {
      const feeder = feeders.find(item => item.check === check)
      return feeder === undefined ? undefined : routeAt(rulesFor(system, { ...feeder, id: check }), cause)
    },
    isPlaceOf: (notifier, owner) => notifiers.some(item => item.id === notifier && isPlaceOf(item, owner, system)),
    now,
  }
  const figure = alarmFigures[part.limit.metric]?.(facts)
  return figure === undefined ? {} : { figure }
}

/** When the newest scheduled run began. */
async function newestRun(
  store: Pick<Store, 'results'>,
  system: string,
  feeders: readonly Feeder[],
): Promise<number | undefined> {
  const [quickest] = feeders.filter(({ kind }) => kind !== 'heartbeat').toSorted((a, b) => a.interval - b.interval)
  if (quickest === undefined) return undefined
  const [newest] = await store.results({ system, check: quickest.check, triggers: ['schedule'], limit: 1 })
  return newest?.startedAt
}
