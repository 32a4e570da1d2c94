import type { Loaded } from '../config/load-configuration.ts'
import type { Clock, Outcome, Problem, Result, Trigger } from '../core/contracts.ts'
import type { JourneyCheck, JourneySource, System } from '../core/definitions.ts'
import { type RunIdentity, toResult } from '../core/judge.ts'
import { type CheckKey, checkKey, type Journeys } from '../core/ports.ts'
import { isMeant, selectable, unfitting } from '../core/selection.ts'
import { createInvocations } from './invocations.ts'
import type { Log } from './log.ts'
import { firstRun, timetableOf } from './timetables.ts'
import { unknownResult } from './unknown-result.ts'
import { createWheel } from './wheel.ts'

export interface JourneyRunnerOptions {
  readonly loaded: Loaded
  readonly location: string
  readonly version: string
  readonly journeys: Journeys
  readonly clock: Clock
  readonly log: Log
  /** From 0 to 1. */
  readonly random: () => number
  /** Epoch milliseconds of the last scheduled run. Asked of journeys that have just been found. */
  lastRunAt(key: CheckKey): number | undefined
  /** A slot that is about to be run. */
  onTaken(key: CheckKey, slot: number): void
  onResult(result: Result): void
  onMissed(count: number): void
  onLate(ms: number): void
}

export interface WatchedJourney {
  readonly system: System
  readonly check: JourneyCheck
  /** What shares its moment: the source, so that its tests are due together. */
  readonly phase: string
}

/** The journeys of one generation: found, scheduled, invoked. */
export interface JourneyRunner {
  /** Finds the journeys and takes their slots later than `after`; looks for changed specs every minute. */
  start(after: number): Promise<void>
  list(): readonly WatchedJourney[]
  run(key: CheckKey, by: string): Promise<Result>
  /** Takes no more slots; what waits is still run. Resolves with the time up to which slots were taken. */
  retire(): { readonly until: number; readonly finished: Promise<void> }
  /** Takes no more slots, forgets what waits, interrupts after `grace` ms what runs. */
  stop(grace: number): Promise<void>
  stats(): { readonly running: number; readonly queued: number }
  problems(): readonly Problem[]
}

interface Found {
  readonly source: JourneySource
  readonly system: System
  checks: readonly JourneyCheck[]
  /** With those that were not selected. */
  all: readonly JourneyCheck[]
  good: boolean
  looked: boolean
  problems: readonly Problem[]
}

const lookAgain = 60_000

export function createJourneyRunner(options: JourneyRunnerOptions): JourneyRunner {
  const { loaded, location, version, journeys, clock, log, random } = options
  const found: Found[] = loaded.configuration.systems.flatMap(system =>
    system.journeys.map(source => ({ source, system, checks: [], all: [], good: true, looked: false, problems: [] })),
  )
  const phaseOf = ({ system, source }: Found) =>
    [system.id, source.dir.replace(system.folder, '.'), source.project ?? '', source.grep ?? ''].join('\n')
  const invocations = createInvocations({
    journeys,
    clock,
    log,
    random,
    limit: loaded.configuration.concurrency.journeys,
    urlsOf: system => loaded.urls[system] ?? {},
  })
  const { terms, open } = loaded.selection ?? { terms: [], open: [] }
  /** Terms that no probe fits must fit a journey; that is known once all are listed. */
  const wrongTerms = (): readonly Problem[] => {
    if (open.length === 0 || !found.every(item => item.looked && item.good)) return []
    const all = found.flatMap(({ system, all: listed }) => listed.map(check => selectable(system, check)))
    return unfitting(all, open).map(({ message }) => ({ level: 'error', path: ['selection'], message }))
  }
  const watched = new Map<CheckKey, { readonly journey: WatchedJourney; readonly found: Found }>()
  const scheduled = new Set<string>()
  let due: { readonly key: CheckKey; readonly slot: number }[] = []
  let cancelLook: (() => void) | undefined
  let stopped = false

  const identity = (system: System, check: JourneyCheck, slot: number, trigger: Trigger): RunIdentity => ({
    system: system.id,
    check: check.id,
    environment: loaded.environment,
    location,
    slot,
    trigger,
    version,
  })
  // An entry of the wheel outlives its check when a spec loses a test or changes its schedule; then it is passed over.
  const isCurrent = ({ key, phase }: { key: CheckKey; phase: string }) => watched.get(key)?.journey.phase === phase
  const wheel = createWheel<Pick<WatchedJourney, 'phase'> & { readonly key: CheckKey }>({
    clock,
    onMissed: (entry, count) => {
      if (isCurrent(entry)) options.onMissed(count)
    },
    onDue(entry, slot, lateness) {
      if (!isCurrent(entry)) return
      const { key } = entry
      options.onLate(lateness)
      due.push({ key, slot })
      // What one wake-up of the wheel finds due goes together.
      if (due.length === 1) queueMicrotask(invokeDue)
    },
  })
  const invokeDue = () => {
    const bySource = Map.groupBy(due, ({ key }) => watched.get(key)?.found)
    due = []
    for (const [source, items] of bySource) {
      if (source === undefined) continue
      const runs = items.flatMap(({ key, slot }) => {
        const { journey } = watched.get(key)!
        if (!source.good) {
          const why = `expected Playwright to list the tests of ${source.source.dir}, found: ${source.problems.map(problem => problem.message).join('; ')}`
          options.onResult(unknownResult(identity(journey.system, journey.check, slot, 'schedule'), clock.now(), why))
          return []
        }
        if (invocations.has(key)) {
          options.onMissed(1)
          log.warn({ check: key, slot }, 'missed: the run before has not ended')
          return []
        }
        options.onTaken(key, slot)
        const run = identity(journey.system, journey.check, slot, 'schedule')
        return [
          { key, check: journey.check, onOutcome: (outcome: Outcome) => options.onResult(toResult(run, outcome)) },
        ]
      })
      if (runs.length > 0) invocations.add({ system: source.system, source: source.source, trigger: 'schedule', runs })
    }
  }

  const discover = async (item: Found, after: number) => {
    const discovery = await journeys.discover(item.system, item.source).catch((error: unknown) => ({
      checks: item.all,
      good: false,
      problems: [
        { level: 'error' as const, path: [], message: error instanceof Error ? error.message : String(error) },
      ],
    }))
    if (stopped) return
    if (item.good && !discovery.good)
      log.error({ problems: discovery.problems, dir: item.source.dir }, 'listing journeys failed')
    item.good = discovery.good
    item.looked = true
    item.problems = discovery.problems
    for (const check of item.checks) watched.delete(checkKey({ system: item.system.id, check: check.id }))
    item.all = discovery.checks
    item.checks = discovery.checks.filter(check => isMeant(selectable(item.system, check), terms))
    for (const check of item.checks) {
      const key = checkKey({ system: item.system.id, check: check.id })
      const phase = `${phaseOf(item)}\n${JSON.stringify(check.schedule)}`
      watched.set(key, { journey: { system: item.system, check, phase }, found: item })
      const entry = `${key}\n${phase}`
      if (scheduled.has(entry)) continue
      scheduled.add(entry)
      const first = firstRun(check.schedule, phase, location, clock.now(), options.lastRunAt(key))
      wheel.add({ key, phase }, timetableOf(check.schedule, phase, location), after, first)
    }
  }
  const look = async (after: number) => {
    await Promise.all(found.map(item => discover(item, after)))
    if (!stopped) cancelLook = clock.timer(lookAgain, () => void look(clock.now()))
  }
  const endSchedule = () => {
    stopped = true
    cancelLook?.()
    return wheel.stop()
  }

  return {
    async start(after) {
      await look(after)
      for (const item of found) {
        if (!item.good || item.checks.length === 0 || stopped) continue
        await journeys
          .warm(item.source)
          .catch((error: unknown) => log.warn({ err: error }, 'could not warm up journeys'))
      }
    },
    list: () => [...watched.values()].map(({ journey }) => journey),
    run(key, by) {
      const { journey, found: item } = watched.get(key)!
      const now = clock.now()
      const run = { ...identity(journey.system, journey.check, now + Math.floor(random() * 1_000), 'manual'), by }
      return new Promise(resolve => {
        const onOutcome = (outcome: Outcome) => {
          const result = toResult(run, outcome)
          options.onResult(result)
          resolve(result)
        }
        const runs = [{ key, check: journey.check, onOutcome }]
        invocations.add({ system: item.system, source: item.source, trigger: 'manual', runs })
      })
    },
    retire: () => ({ until: endSchedule(), finished: invocations.idle() }),
    async stop(grace) {
      endSchedule()
      options.onMissed(invocations.clear())
      await invocations.stop(grace)
    },
    stats: () => invocations.stats(),
    problems: () => [...found.flatMap(item => item.problems), ...wrongTerms()],
  }
}
