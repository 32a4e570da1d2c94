import { type Loaded, type LoadRequest, loadConfiguration } from '../config/load-configuration.ts'
import type { Clock, Problem, Result } from '../core/contracts.ts'
import { RunnerFault } from '../core/fault.ts'
import { isNeeded } from '../core/guard.ts'
import type { Sign } from '../core/own-state.ts'
import {
  type AskRevision,
  type CheckKey,
  checkKey,
  type Journeys,
  type Store,
  type Watch,
  type WatchEvent,
} from '../core/ports.ts'
import { type AlarmingOptions, createAlarming } from './alarming.ts'
import { createDeploys } from './deploys.ts'
import { createGeneration, type Generation } from './generation.ts'
import { createGuard } from './guard.ts'
import { createHeartbeats } from './heartbeats.ts'
import { startHousekeeping } from './housekeeping.ts'
import type { JourneyRunner } from './journey-runner.ts'
import { createLatenesses } from './lateness.ts'
import type { Log } from './log.ts'
import { createObjectives } from './objectives.ts'
import { createProbePool } from './probe-pool.ts'
import type { Report } from './probe-protocol.ts'
import { type StartThread, startProbeThread } from './probe-thread.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { unknownResult } from './unknown-result.ts'
import { watchFiles } from './watch-files.ts'

export interface WatchOptions extends Pick<AlarmingOptions, 'send' | 'readArtifact'> {
  /** What was loaded, and how to load it again. */
  readonly request: LoadRequest
  readonly loaded: Loaded
  readonly store: Store
  /** Called once per generation that has journeys; what it returns is closed with the generation. */
  openJourneys(loaded: Loaded): Promise<Journeys>
  readonly clock: Clock
  readonly log: Log
  /** Of this program. */
  readonly version: string
  /** Overrides the configuration's location. */
  readonly location?: string
  /** From 0 to 1. */
  readonly random: () => number
  /** How long runs in flight may go on when we stop, ms. Default 10,000. */
  readonly grace?: number
  /** Reload when a file of the configuration changes. Default true. */
  readonly watchFiles?: boolean
  readonly startThread?: StartThread
  /** What the tokens of heartbeats are made of. Without it none can be sent. */
  readonly heartbeatSecret?: string
  /** Looks at the machine that we run on, before targets are blamed. Without it every failure is the target's. */
  lookAtOurselves?(references: readonly string[], signal: AbortSignal): Promise<readonly Sign[]>
  /** Asks for the revisions that are live, to see deploys. Without it only those that are told are known. */
  readonly askRevision?: AskRevision
}

export interface RunningWatch extends Watch {
  /** Loads the configuration again. Never rejects: what is wrong stands in `self().refused` and in the log. */
  reload(): Promise<void>
  /** Lets runs finish within the grace and writes everything down. The store stays open: whoever opened it closes it. */
  stop(): Promise<void>
}

const rememberedPerCheck = 4
const mostRemembered = 10_000
const beginAgain = 5_000

/** Starts watching. Resolves once the store has answered; `self().ready` tells when the probe worker has. */
export async function createWatch(options: WatchOptions): Promise<RunningWatch> {
  const { store, clock, log, version, random } = options
  const { environment } = options.loaded
  const location = options.location ?? options.loaded.configuration.location
  // A process watches one environment: a changed default takes effect at the next start.
  const request = { ...options.request, environment }
  const startedAt = clock.now()
  const listeners = new Set<(event: WatchEvent) => void>()
  const latenesses = createLatenesses(clock)
  let missed = 0
  let loads = request.generation ?? 1
  let refused: readonly Problem[] | undefined
  let reloading: Promise<void> | undefined
  let again = false
  let cancelBegin: (() => void) | undefined
  let stopping: Promise<void> | undefined

  const emit = (event: WatchEvent) => {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        log.error({ err: error }, 'a listener broke')
      }
    }
  }
  const identity = (key: CheckKey, slot: number, trigger: Result['trigger']) => {
    const [system, ...check] = key.split('/')
    return { system: system!, check: check.join('/'), environment, location, slot, trigger, version }
  }
  // A journey that an older generation is still running has its slot as well.
  const taken = new Map<CheckKey, number>()
  const lastRunAt = (key: CheckKey) => {
    const moments = [recorder.health(key)?.lastRunAt ?? [], taken.get(key) ?? []].flat()
    return moments.length === 0 ? undefined : Math.max(...moments)
  }
  const lastRuns = () =>
    Object.fromEntries(
      current.keys().flatMap(key => {
        const at = lastRunAt(key)
        return at === undefined ? [] : [[key, at] as const]
      }),
    )
  const newGeneration = (loaded: Loaded, number: number): Generation =>
    createGeneration({
      number,
      loaded,
      location,
      clock,
      log,
      openJourneys: options.openJourneys,
      runnerOptions: {
        version,
        random,
        lastRunAt,
        onTaken: (key, slot) => void taken.set(key, slot),
        onResult: result => guard.record(result),
        onMissed(count) {
          missed += count
        },
        onLate: latenesses.add,
      },
    })

  let current = newGeneration(options.loaded, loads)
  // Older ones still finish their journeys.
  const generations = new Set([current])
  const alarming = await createAlarming({
    store,
    clock,
    log,
    random,
    environment,
    generation: () => current,
    check: key => watch.check(key),
    trouble: () => watch.self().notReady,
    ownTrouble: () => guard.trouble(),
    onEvent: emit,
    ...(options.send === undefined ? {} : { send: options.send }),
    ...(options.readArtifact === undefined ? {} : { readArtifact: options.readArtifact }),
  })
  const alarms = alarming.engine
  const known = await store.health()
  const recorder: Recorder = createRecorder({
    store,
    clock,
    log,
    policyOf: key => current.policyOf(key),
    scrub: () => current.scrub,
    onEvent: emit,
    onJudged(result, health) {
      alarming.saw(result)
      return alarms.onJudged(result, health)
    },
    inMaintenance: alarms.inMaintenance,
    health: known,
    last: await lastResults(store, known.length),
  })
  alarms.connect(recorder)
  const guard = createGuard({
    clock,
    log,
    look: async signal => options.lookAtOurselves?.(current.loaded.configuration.guard.references, signal) ?? [],
    needsOf: key => current.needsOf(key),
    watched: sign => current.needs().filter(needs => isNeeded(sign, needs)).length,
    record: recorder.record,
  })
  await alarming.start()
  const heartbeats = createHeartbeats({
    store,
    recorder,
    clock,
    log,
    environment,
    location,
    version,
    ...(options.heartbeatSecret === undefined ? {} : { secret: options.heartbeatSecret }),
    scrub: text => current.scrub(text),
  })
  await heartbeats.adopt(current.loaded.configuration.systems)
  const deploys = createDeploys({
    store,
    clock,
    log,
    version,
    random,
    loaded: () => current.loaded,
    onEvent(event) {
      emit(event)
      if (event.kind === 'deploy') alarming.tell(event.deploy)
    },
    ...(options.askRevision === undefined ? {} : { ask: options.askRevision }),
  })
  const pool = createProbePool({
    startThread: options.startThread ?? startProbeThread,
    clock,
    log,
    lastRuns,
    onReport(report: Report) {
      missed += report.missed
      for (const late of report.lateness) latenesses.add(late)
      for (const check of report.overlaps) log.warn({ check }, 'missed: the run before has not ended')
      for (const result of report.results) guard.record(result)
    },
    onLost: (key, slot, why) => guard.record(unknownResult(identity(key, slot, 'schedule'), slot, why)),
    lostResult(key, by, why) {
      const now = clock.now()
      const run = { ...identity(key, now + Math.floor(random() * 1_000), 'manual'), by }
      const result = unknownResult(run, now, why)
      recorder.record(result)
      return result
    },
  })
  const setup = (generation: number) => ({
    request: { ...request, env: { ...request.env }, generation },
    version,
    location,
  })
  const files = watchFiles({ clock, log, onChange: () => void watch.reload() })
  const watched = (list: readonly string[]) => {
    if (options.watchFiles !== false) files.set(list)
  }
  const refuse = (problems: readonly Problem[], seen: readonly string[]) => {
    if (stopping !== undefined) return
    refused = problems
    watched([...new Set([...current.loaded.files, ...seen])])
    log.error({ problems, generation: current.number }, 'the change is refused: the generation before goes on')
  }
  const load = async () => {
    loads += 1
    const number = loads
    const opened = await pool.open(setup(number))
    if ('problems' in opened) return refuse(opened.problems, opened.files)
    const loaded = await loadConfiguration({ ...request, generation: number }).catch((error: unknown) => {
      opened.terminate()
      refuse(...problemsOf(error))
    })
    if (loaded === undefined) return
    if (stopping !== undefined) return opened.terminate()
    const old = current
    current = newGeneration(loaded, number)
    refused = undefined
    watched(loaded.files)
    generations.add(current)
    const { until, closed } = old.retire()
    void closed.then(() => generations.delete(old))
    current.startJourneys(until)
    await heartbeats.adopt(loaded.configuration.systems)
    await pool.adopt(opened)
    log.info({ generation: number, checks: current.keys().length }, 'a new generation watches')
    await alarming.refresh()
    emit({ kind: 'generation', generation: number })
  }
  // Main has loaded this configuration; a worker that could not (out of memory, a file caught halfway) may do so in a while.
  const begin = async (number: number) => {
    const opened = await pool.open(setup(number))
    const wanted = stopping === undefined && current.number === number
    if ('problems' in opened) {
      if (!wanted) return
      refuse(opened.problems, opened.files)
      cancelBegin = clock.timer(beginAgain, () => void begin(number))
      return
    }
    if (!wanted) return opened.terminate()
    refused = undefined
    await pool.adopt(opened)
  }

  const housekeeping = startHousekeeping({
    clock,
    log,
    chores: [{ name: 'store maintenance', at: '7 * * * *', run: now => store.maintain(now) }, ...alarming.chores],
  })
  const objectives = createObjectives({
    store,
    clock,
    log,
    systems: () => current.loaded.configuration.systems,
    feeders: system => current.feeders(system),
    notifiers: () => current.loaded.configuration.notifiers,
    locations: () => current.loaded.configuration.locations.length,
    rawKept: () => current.loaded.configuration.retention.rawDays * 86_400_000,
    open: alarms.open,
    signal: alarms.signal,
  })
  watched(options.loaded.files)
  const beginning = begin(current.number)
  deploys.start()
  current.startJourneys(startedAt)

  const watch: RunningWatch = {
    environment,
    location,
    version,
    systems: () => current.loaded.configuration.systems,
    urlsOf: system => current.loaded.urls[system] ?? {},
    checks: () => current.checks(recorder, heartbeats),
    check: key => current.check(key, recorder, heartbeats),
    async runNow(key, { name }) {
      if (stopping !== undefined) throw new RunnerFault('expected a running watch, found that it is stopping')
      const journeys: JourneyRunner | undefined = current.journeyRunnerOf(key)
      if (journeys !== undefined) return journeys.run(key, name)
      if (!current.keys().includes(key)) throw new RunnerFault(`expected a watched check, found '${key}'`)
      if (heartbeats.listensTo(key))
        throw new RunnerFault(
          `expected a check that can be run, found that ${key} is a heartbeat, which waits for signals`,
        )
      return pool.run(key, name)
    },
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    self() {
      const probes = pool.stats()
      const journeys = current.journeyStats()
      const notReady = whyNotReady(probes.answering, recorder)
      const unlisted = current.journeyProblems()
      const deadMansSwitch = alarming.deadMansSwitch()
      return {
        generation: current.number,
        ...(refused === undefined ? {} : { refused }),
        ...(unlisted.length === 0 ? {} : { unlisted }),
        startedAt,
        running: probes.running + journeys.running,
        queued: probes.queued + journeys.queued,
        missed,
        lateness: latenesses.percentiles(),
        loopDelay: probes.loopDelay,
        browsers: journeys.browsers,
        children: journeys.children,
        ready: notReady === undefined,
        ...(notReady === undefined ? {} : { notReady }),
        ...(deadMansSwitch === undefined ? {} : { deadMansSwitch }),
        guard: guard.state(),
      }
    },
    publicStatus: () => current.loaded.configuration.status,
    objectives: () => objectives.states(),
    alarms: {
      ...alarms,
      ...alarming.people,
      heartbeatOf: heartbeats.find,
      beat: heartbeats.beat,
      markDeploy: deploys.mark,
    },
    reload() {
      if (stopping !== undefined) return Promise.resolve()
      if (reloading !== undefined) {
        again = true
        return reloading
      }
      reloading = (async () => {
        await beginning
        do {
          again = false
          await load().catch((error: unknown) => refuse(...problemsOf(error)))
        } while (again)
      })().finally(() => {
        reloading = undefined
      })
      return reloading
    },
    stop() {
      stopping ??= (async () => {
        files.stop()
        cancelBegin?.()
        await Promise.all([housekeeping.stop(), objectives.stop()])
        const grace = options.grace ?? 10_000
        const ended = [...generations].map(generation => generation.stop(grace))
        await Promise.all([pool.stop(grace), ...ended, beginning, reloading])
        await Promise.all([heartbeats.stop(), deploys.stop()])
        guard.stop()
        await recorder.close()
        await alarming.stop()
      })()
      return stopping
    },
  }
  return watch
}

function whyNotReady(answering: boolean, recorder: Recorder): string | undefined {
  const { trouble, waiting, dropped } = recorder.stats()
  if (trouble !== undefined) return `the store takes no results (${waiting} wait, ${dropped} lost): ${trouble}`
  return answering ? undefined : 'the probe worker has not answered yet'
}

/** The newest scheduled result of each check, as far as one query tells. `checks`: how many have ever run, journeys that are still to be listed among them. */
async function lastResults(store: Store, checks: number): Promise<readonly Result[]> {
  const limit = Math.min(mostRemembered, Math.max(1, checks * rememberedPerCheck))
  const newestFirst = await store.results({ triggers: ['schedule'], limit })
  const newest = new Map<CheckKey, Result>()
  for (const result of newestFirst) if (!newest.has(checkKey(result))) newest.set(checkKey(result), result)
  return [...newest.values()]
}

function problemsOf(error: unknown): [readonly Problem[], readonly string[]] {
  const known = error as { problems?: readonly Problem[]; files?: readonly string[]; message?: string }
  const own: Problem = { level: 'error', path: [], message: known.message ?? String(error) }
  return [known.problems ?? [own], known.files ?? []]
}
