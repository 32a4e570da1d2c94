/** The alarm of a running watch: incidents in memory, written with the results that made them, taken up again after a restart. */

import { type AlarmEvent, isPending, step } from '../core/alarm.ts'
import { type AlarmMemory, type AlarmState, isHardlyNew, memoryOf, stateOf } from '../core/alarm-state.ts'
import type { Clock, Health, Result } from '../core/contracts.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Happening, Incident, IncidentLine, Signal } from '../core/incidents.ts'
import { type Maintenance, nextSpan, type PlannedMaintenance, spanAt, spansBetween } from '../core/maintenance.ts'
import type { Alarms, CheckKey, Keep, Store, WatchEvent } from '../core/ports.ts'
import { type AlarmSource, alarmRules, planned } from './alarm-rules.ts'
import type { Log } from './log.ts'
import type { Along, Recorder } from './recorder.ts'

export interface AlarmsOptions {
  readonly store: Pick<Store, 'kept' | 'keptOne'>
  readonly clock: Clock
  readonly log: Log
  readonly environment: string
  /** The generation that watches now. */
  source(): AlarmSource
  /** Messages that follow, to be written in the same transaction. */
  plan(happenings: readonly Happening[]): readonly Keep[]
  /** They were written, or the store refused them. */
  planned(keeps: readonly Keep[]): void
  /** The same messages as they have become, for a store that refused them before. */
  newest(keeps: readonly Keep[]): readonly Keep[]
  onEvent(event: WatchEvent): void
  /** When the newest revision of a system went live. */
  deployedAt?(system: string): number | undefined
}

type Answers = Pick<
  Alarms,
  'open' | 'acknowledge' | 'note' | 'maintenance' | 'maintenanceSpans' | 'declareMaintenance' | 'endMaintenance'
>

export interface AlarmEngine extends Answers {
  /** Writes what happens outside of runs. To be called before anything else happens. */
  connect(recorder: Pick<Recorder, 'write'>): void
  /** For the recorder. */
  onJudged(result: Result, health: Health): Along | undefined
  inMaintenance(key: CheckKey, at: number): boolean
  signal(signal: Signal): void
  /** Of our own doing: somebody was called or reminded. */
  line(incident: string, line: IncidentLine): void
  /** After a new generation. */
  refresh(): void
  stop(): void
}

const tickEvery = 5_000
const mostOpen = 10_000

export async function createAlarms(options: AlarmsOptions): Promise<AlarmEngine> {
  const { store, clock, log, environment } = options
  const [memory, open, declared] = await Promise.all([
    store.keptOne('memory', 'alarm') as Promise<AlarmMemory | undefined>,
    store.kept('incident', { open: true, limit: mostOpen }),
    store.kept('maintenance', { open: true, limit: mostOpen }),
  ])
  const deployedAt = (system: string) => options.deployedAt?.(system)
  let state = stateOf(memory, open)
  let recorder: Pick<Recorder, 'write'> | undefined
  let cancelTick: (() => void) | undefined
  let stopped = false
  let byHand: readonly PlannedMaintenance[] = declared.map(planned)
  let source = options.source()
  let windows: readonly PlannedMaintenance[] = source.configuration.maintenance.map(planned)
  let rules = alarmRules(environment, source, () => [...windows, ...byHand], deployedAt)

  /** What is to be written and told, or undefined where nothing happened. */
  const apply = (event: AlarmEvent): Along | undefined => {
    const before = state
    const { state: after, happenings } = step(state, event, rules)
    state = after
    watchTime()
    if (isHardlyNew(before, after)) return undefined
    const messages = happenings.length === 0 ? [] : options.plan(happenings)
    for (const happening of happenings) writeLine(log, happening)
    return {
      keep: () => [
        ...happenings.map(({ incident }) => incidentRecord(incident)),
        // As it is now and not as it will be by the time it is written: whatever is stored of a long queue is whole.
        memoryRecord(after),
        ...options.newest(messages),
      ],
      announced() {
        for (const { incident, line } of happenings) options.onEvent({ kind: 'incident', incident, line })
        options.planned(messages)
      },
    }
  }
  const memoryRecord = (remembered: AlarmState): Keep => ({
    kind: 'memory',
    id: 'alarm',
    at: clock.now(),
    open: true,
    value: memoryOf(remembered),
  })
  const write = (event: AlarmEvent) => {
    const along = apply(event)
    if (along !== undefined) recorder?.write(along)
  }
  const written = (along: Along): Promise<void> =>
    new Promise(resolve => {
      recorder!.write({
        keep: along.keep,
        announced() {
          along.announced?.()
          resolve()
        },
      })
    })
  const watchTime = () => {
    if (stopped || cancelTick !== undefined || !isPending(state)) return
    cancelTick = clock.timer(tickEvery, () => {
      cancelTick = undefined
      write({ kind: 'tick', at: clock.now() })
    })
  }
  const answer = async (kind: 'acknowledged' | 'noted', id: string, by: string, text?: string): Promise<Incident> => {
    if (!state.incidents.has(id)) {
      const ended = await store.keptOne('incident', id)
      throw new RunnerFault(
        ended === undefined
          ? `expected an incident, found none with the id '${id}'; look for it on the page of incidents`
          : `expected an incident that is open, found '${id}', which was resolved`,
      )
    }
    const along = apply({ kind, at: clock.now(), incident: id, by, ...(text === undefined ? {} : { text }) })
    if (along !== undefined) await written(along)
    return state.incidents.get(id) ?? (await store.keptOne('incident', id))!
  }
  const keepWindow = (window: Maintenance) =>
    written({
      keep: () => [
        {
          kind: 'maintenance',
          id: window.id,
          at: 'from' in window.when ? window.when.from : clock.now(),
          open: window.endedAt === undefined,
          value: window,
        },
      ],
    })
  watchTime()

  return {
    connect(to) {
      recorder = to
    },
    onJudged: (result, health) =>
      apply({ kind: 'judged', at: Math.round(result.startedAt + result.duration), result, health }),
    inMaintenance: (key, at) => rules.inMaintenance(key, at),
    signal: signal => write({ kind: 'signal', at: signal.at, signal }),
    line: (incident, line) => write({ kind: 'line', at: line.at, incident, line }),
    refresh() {
      source = options.source()
      windows = source.configuration.maintenance.map(planned)
      rules = alarmRules(environment, source, () => [...windows, ...byHand], deployedAt)
      write({ kind: 'tick', at: clock.now() })
    },
    open: () => [...state.incidents.values()].toSorted((a, b) => b.openedAt - a.openedAt),
    acknowledge: (id, { name }) => answer('acknowledged', id, name),
    note: (id, { name }, text) => answer('noted', id, name, text),
    maintenance() {
      const now = clock.now()
      return [...windows, ...byHand].map(full => {
        const { calendar: _, ...window } = full
        const span = spanAt(full, now)
        const next = nextSpan(full, now)
        return {
          ...window,
          active: span !== undefined,
          ...(span === undefined ? {} : { until: span.to }),
          ...(next === undefined ? {} : { next: next.from, nextUntil: next.to }),
        }
      })
    },
    maintenanceSpans(id, from, to) {
      const window = [...windows, ...byHand].find(item => item.id === id)
      return window === undefined ? [] : spansBetween(window, from, to)
    },
    async declareMaintenance(window) {
      if ([...windows, ...byHand].some(({ id }) => id === window.id))
        throw new RunnerFault(`expected a window of its own, found '${window.id}' twice; give it another title`)
      byHand = [...byHand, planned(window)]
      await keepWindow(window)
    },
    async endMaintenance(id) {
      const window = byHand.find(item => item.id === id)
      if (window === undefined) {
        const configured = windows.some(item => item.id === id)
        throw new RunnerFault(
          configured
            ? `expected a window that was declared here, found '${id}' of the configuration; change it there`
            : `expected a maintenance window, found none with the id '${id}'`,
        )
      }
      const { calendar: _, ...rest } = window
      byHand = byHand.filter(item => item !== window)
      await keepWindow({ ...rest, endedAt: clock.now() })
      write({ kind: 'tick', at: clock.now() })
    },
    stop() {
      stopped = true
      cancelTick?.()
    },
  }
}

const incidentRecord = (incident: Incident): Keep => ({
  kind: 'incident',
  id: incident.id,
  at: incident.openedAt,
  open: incident.resolvedAt === undefined,
  value: incident,
})

function writeLine(log: Log, { incident, line }: Happening): void {
  const level = line.kind === 'opened' || line.kind === 'joined' ? 'warn' : 'info'
  const { by, text } = line
  log[level]({ incident: incident.id, severity: incident.severity, by, text }, `incident ${line.kind}`)
}
