import type { Clock } from '../core/contracts.ts'
import type { System } from '../core/definitions.ts'
import type { Deploy } from '../core/deploys.ts'
import type { Incident, Signal } from '../core/incidents.ts'
import { type Counted, judgeObjective, judgePart, waitingPart } from '../core/judge-objective.ts'
import type { Notifier } from '../core/notifications.ts'
import { objectiveSignals, type Told, toldBefore } from '../core/objective-signals.ts'
import type { ObjectiveState, PartState, PeriodState } from '../core/objectives.ts'
import { newestDeploy, periodAt } from '../core/period.ts'
import { planObjective } from '../core/plan-objective.ts'
import type { Store } from '../core/ports.ts'
import type { Feeder } from '../core/sli.ts'
import type { Log } from './log.ts'
import { alarmFigureOf } from './objective-alarms.ts'
import { createDays } from './objective-days.ts'
import { countOf, createWindowReader, figuresFor, type Placed, type Wanted } from './objective-windows.ts'

export interface ObjectivesOptions {
  readonly store: Pick<Store, 'windows' | 'results' | 'kept'>
  readonly clock: Clock
  readonly log: Log
  /** As they are watched now. */
  systems(): readonly System[]
  feeders(system: string): readonly Feeder[]
  /** Who is told, as it is configured now. */
  notifiers(): readonly Pick<Notifier, 'id' | 'audience'>[]
  /** Places that runs come from. */
  locations(): number
  /** How long single runs are kept, ms. */
  rawKept(): number
  signal(signal: Signal): void
  /** Incidents that are open: what an earlier process told and nobody promises any more ends. */
  open(): readonly Incident[]
  /** ms. Default: a minute. */
  readonly every?: number
}

/** How the systems stand against what they promise over a time, as of the last minute. */
export interface Objectives {
  states(): readonly ObjectiveState[]
  /** Once, now, with nothing that was read before. Rejects when the store does not answer. */
  evaluate(): Promise<void>
  stop(): Promise<void>
}

const day = 86_400_000
const mostDeploys = 10_000
const soon = 5_000

export function createObjectives(options: ObjectivesOptions): Objectives {
  const { store, clock, log, every = 60_000 } = options
  const reader = createWindowReader(store)
  const days = createDays(store)
  const deploys = new Map<string, Deploy>()
  let states: readonly ObjectiveState[] = []
  let told: Told | undefined
  let followed = 0
  let running: Promise<void> | undefined
  let cancel: (() => void) | undefined
  let stopped = false

  /** All at the start; then those of a day, because a mark may come late. */
  const followDeploys = async (now: number) => {
    for (const deploy of await store.kept('deploy', { from: followed, limit: mostDeploys })) {
      deploys.set(deploy.id, deploy)
    }
    followed = now - day
  }
  const place = (now: number): readonly Placed[] =>
    options.systems().flatMap(system => {
      if (system.objectives.length === 0) return []
      const feeders = options.feeders(system.id)
      const deploy = newestDeploy([...deploys.values()], system.id)
      return system.objectives.flatMap(objective =>
        planObjective(system, objective, feeders, options.locations()).map((part): Placed => {
          const period = periodAt(part.span, now, deploy)
          return { system, objective, part, ...('waiting' in period ? period : { period }) }
        }),
      )
    })

  const evaluate = async (fresh: boolean) => {
    const now = clock.now()
    await followDeploys(now)
    const placed = place(now)
    const wanted = placed.flatMap(item => wantedBy(item, now))
    const windows = await reader.read(wanted, now, fresh)
    const calendar = await days.follow(placed, now, options.rawKept(), fresh)
    const before = new Map(
      states.flatMap(({ system, objective, parts }) =>
        parts.map(part => [`${system} ${objective} ${part.part}`, part] as const),
      ),
    )
    const judge = async (item: Placed): Promise<PartState> => {
      const { system, objective, part, period } = item
      if (period === undefined) return waitingPart(part, item.waiting ?? '')
      const known = before.get(`${system.id} ${objective.id} ${part.part}`)
      const counted: Counted = {
        tally: windows.tally(soFar(item, period, now), part.checks),
        ...(await countOf(store, item, period)),
        ...(await alarmFigureOf(store, item, {
          from: period.from,
          to: Math.min(now, period.to),
          now,
          feeders: options.feeders(system.id),
          notifiers: options.notifiers(),
        })),
      }
      return judgePart({
        part,
        now,
        period,
        counted,
        lately: ms => windows.tally(recent(item, period, now, ms), part.checks),
        alerts: objective.alerts,
        ...(known === undefined ? {} : { before: known }),
        days: calendar(item),
      })
    }
    const next: ObjectiveState[] = []
    for (const [objective, items] of Map.groupBy(placed, item => item.objective)) {
      const { system } = items[0]!
      const parts: PartState[] = []
      for (const item of items) parts.push(await judge(item))
      const need = system.requirements.find(({ id }) => id === objective.from)?.need ?? ''
      next.push(judgeObjective(system.id, objective, need, now, parts))
    }
    if (stopped) return
    states = next
    tell(now)
  }
  const tell = (now: number) => {
    const systems = new Map(options.systems().map(system => [system.id, system]))
    const before = told ?? toldBefore(options.open())
    const { signals, told: known } = objectiveSignals(states, before, id => systems.get(id), now)
    told = known
    for (const signal of signals) options.signal(signal)
  }
  /** Never two at once. */
  const once = (fresh: boolean): Promise<void> => {
    running ??= evaluate(fresh).finally(() => {
      running = undefined
    })
    return running
  }
  const wait = (ms: number) => {
    cancel = clock.timer(ms, async () => {
      await once(false).catch((error: unknown) => log.warn({ err: error }, 'the objectives stay as they were'))
      if (!stopped) wait(every)
    })
  }
  wait(soon)

  return {
    states: () => states,
    evaluate: () => once(true),
    async stop() {
      stopped = true
      cancel?.()
      await running?.catch(() => {})
    },
  }
}

const soFar = ({ system, part }: Placed, period: PeriodState, now: number): Wanted => ({
  system: system.id,
  from: period.from,
  to: Math.min(now, period.to),
  ...figuresFor(part),
})

/** What was before a deploy is not held against what is after it. */
const recent = ({ system }: Placed, { kind, from }: PeriodState, now: number, ms: number): Wanted => ({
  system: system.id,
  from: kind === 'deploy' ? Math.max(from, now - ms) : now - ms,
  to: now,
  figures: 'counts',
})

function wantedBy(item: Placed, now: number): readonly Wanted[] {
  const { part, period } = item
  if (period === undefined) return []
  const lately = part.rows.flatMap(({ long, short }) => [
    recent(item, period, now, long),
    recent(item, period, now, short),
  ])
  return [soFar(item, period, now), ...lately]
}
