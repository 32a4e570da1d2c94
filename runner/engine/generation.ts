import type { Loaded } from '../config/load-configuration.ts'
import type { Clock, HealthPolicy, Problem, Result } from '../core/contracts.ts'
import type { Check, JourneyCheck, System } from '../core/definitions.ts'
import type { Needs } from '../core/guard.ts'
import { unknownHealth } from '../core/health.ts'
import { needsOf } from '../core/needs.ts'
import { type CheckKey, checkKey, type Journeys, type WatchedCheck } from '../core/ports.ts'
import { type Scrub, scrubber } from '../core/redaction.ts'
import { type Feeder, feederOf } from '../core/sli.ts'
import type { Timetable } from '../core/slots.ts'
import { createJourneyRunner, type JourneyRunner, type JourneyRunnerOptions } from './journey-runner.ts'
import type { Log } from './log.ts'
import type { Recorder } from './recorder.ts'
import { intervalOf, timetableOf } from './timetables.ts'

export interface GenerationOptions {
  readonly number: number
  readonly loaded: Loaded
  readonly location: string
  readonly clock: Clock
  readonly log: Log
  openJourneys(loaded: Loaded): Promise<Journeys>
  readonly runnerOptions: Omit<JourneyRunnerOptions, 'loaded' | 'location' | 'journeys' | 'clock' | 'log'>
}

/** What is known of heartbeats, which have no timetable, and whose last result may be older than what is kept. */
interface Signals {
  dueAt(key: CheckKey): number | undefined
  last(key: CheckKey): Result | undefined
}

/** One configuration as main holds it: its checks as they are shown, and its journeys. */
export interface Generation {
  readonly number: number
  readonly loaded: Loaded
  readonly scrub: Scrub
  keys(): readonly CheckKey[]
  /** The checks of a system as its objectives see them. */
  feeders(system: string): readonly Feeder[]
  policyOf(key: CheckKey): HealthPolicy | undefined
  find(key: CheckKey): { readonly system: System; readonly check: Check } | undefined
  /** What a check needs of this machine; undefined for heartbeats and for what is not watched. */
  needsOf(key: CheckKey): Needs | undefined
  /** Of all checks that are run. */
  needs(): readonly Needs[]
  /** False: journeys are still being listed, or cannot be. */
  isListed(): boolean
  checks(recorder: Recorder, signals: Signals): readonly WatchedCheck[]
  check(key: CheckKey, recorder: Recorder, signals: Signals): WatchedCheck | undefined
  /** In the background: Playwright is slow to list, and probes must not wait for it. */
  startJourneys(after: number): void
  journeyRunnerOf(key: CheckKey): JourneyRunner | undefined
  journeyStats(): { running: number; queued: number; browsers: number; children: number }
  /** Why journeys cannot be opened or listed. */
  journeyProblems(): readonly Problem[]
  /** Takes no more slots, finishes and closes in the background. `until`: the time up to which it took journeys. */
  retire(): { readonly until: number; readonly closed: Promise<void> }
  stop(grace: number): Promise<void>
}

interface Shown {
  readonly system: System
  readonly check: Check
  readonly timetable: Timetable
  readonly interval: number
  /** Absent: it is never run. */
  readonly needs?: Needs
  readonly command?: string
}

export function createGeneration(options: GenerationOptions): Generation {
  const { number, loaded, location, clock, log } = options
  const startedAt = clock.now()
  const show = (system: System, check: Check, phase: string, command?: string): [CheckKey, Shown] => {
    const timetable = timetableOf(check.schedule, phase, location)
    const interval = intervalOf(check.schedule, timetable, startedAt)
    const key = checkKey({ system: system.id, check: check.id })
    const needs = check.heartbeat === undefined ? { needs: needsOf(check, loaded.urls[system.id] ?? {}) } : {}
    return [key, { system, check, timetable, interval, ...needs, ...(command === undefined ? {} : { command }) }]
  }
  const probes = new Map(
    loaded.configuration.systems.flatMap(system =>
      system.checks.map(check => show(system, check, checkKey({ system: system.id, check: check.id }))),
    ),
  )
  const shownJourneys = new Map<JourneyCheck, [CheckKey, Shown]>()
  let journeys: { readonly port: Journeys; readonly runner: JourneyRunner } | undefined
  let opening: Promise<void> | undefined
  let closing: Promise<void> | undefined
  let cannotOpen: readonly Problem[] = []
  let ended = false
  let listed = loaded.configuration.systems.every(system => system.journeys.length === 0)

  const open = async (after: number) => {
    try {
      const port = await options.openJourneys(loaded)
      const runner = createJourneyRunner({ ...options.runnerOptions, loaded, location, journeys: port, clock, log })
      journeys = { port, runner }
      if (ended) return
      await runner.start(after)
      listed = runner.problems().length === 0
    } catch (error) {
      log.error({ err: error }, 'journeys cannot run')
      cannotOpen = [{ level: 'error', path: ['journeys'], message: (error as Error).message }]
    }
  }
  const close = () => {
    closing ??= (async () => {
      if (journeys === undefined) await opening
      try {
        await journeys?.port[Symbol.asyncDispose]()
      } catch (error) {
        log.error({ err: error }, 'journeys did not close')
      }
    })()
    return closing
  }
  const journeysShown = (): Map<CheckKey, Shown> =>
    new Map(
      (journeys?.runner.list() ?? []).map(({ system, check, phase }) => {
        const known = shownJourneys.get(check)
        if (known !== undefined) return known
        const entry = show(system, check, phase, journeys!.port.command(check, loaded.urls[system.id] ?? {}))
        shownJourneys.set(check, entry)
        return entry
      }),
    )
  const find = (key: CheckKey) => probes.get(key) ?? journeysShown().get(key)
  const watchedCheck = (
    key: CheckKey,
    { system, check, ...item }: Shown,
    recorder: Recorder,
    signals: Signals,
  ): WatchedCheck => {
    const owner = check.owner ?? system.owners[check.severity]
    const nextRunAt = check.heartbeat === undefined ? item.timetable.after(clock.now()) : signals.dueAt(key)
    const last = recorder.last(key) ?? signals.last(key)
    return {
      system: system.id,
      check: check.id,
      title: check.title,
      kind: check.probe.kind,
      summary: check.probe.summary,
      covers: check.covers,
      tags: check.tags,
      severity: check.severity,
      ...(owner === undefined ? {} : { owner }),
      interval: item.interval,
      timeout: check.timeout,
      ...(nextRunAt === undefined ? {} : { nextRunAt }),
      health: recorder.health(key) ?? unknownHealth(startedAt),
      ...(last === undefined ? {} : { last }),
      ...(item.command === undefined ? {} : { command: item.command }),
    }
  }

  return {
    number,
    loaded,
    scrub: scrubber(loaded.secrets.values),
    keys: () => [...probes.keys(), ...journeysShown().keys()],
    feeders: system =>
      [...probes.values(), ...journeysShown().values()]
        .filter(item => item.system.id === system)
        .map(({ check, interval }) => feederOf(check, interval)),
    policyOf: key => find(key)?.check.policy,
    find,
    needsOf: key => find(key)?.needs,
    needs: () => [...probes.values(), ...journeysShown().values()].flatMap(({ needs }) => needs ?? []),
    isListed: () => listed,
    checks: (recorder, signals) =>
      [...probes, ...journeysShown()].map(([key, item]) => watchedCheck(key, item, recorder, signals)),
    check(key, recorder, signals) {
      const item = find(key)
      return item === undefined ? undefined : watchedCheck(key, item, recorder, signals)
    },
    startJourneys(after) {
      if (loaded.configuration.systems.every(system => system.journeys.length === 0)) return
      opening = open(after)
    },
    journeyRunnerOf: key => (!probes.has(key) && journeysShown().has(key) ? journeys?.runner : undefined),
    journeyStats: () => ({
      ...(journeys?.runner.stats() ?? { running: 0, queued: 0 }),
      ...(journeys?.port.stats() ?? { browsers: 0, children: 0 }),
    }),
    journeyProblems: () =>
      [...cannotOpen, ...(journeys?.runner.problems() ?? [])].filter(({ level }) => level === 'error'),
    retire() {
      ended = true
      const { until, finished } = journeys?.runner.retire() ?? { until: clock.now(), finished: Promise.resolve() }
      return { until, closed: finished.then(close) }
    },
    async stop(grace) {
      ended = true
      await journeys?.runner.stop(grace)
      await close()
    },
  }
}
