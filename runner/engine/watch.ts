import type { Loaded, LoadRequest } from '../config/load-configuration.ts'
import type { Clock, Result } from '../core/contracts.ts'
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
import { createGeneration } from './generation.ts'
import { createGenerations } from './generations.ts'
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
      current()
        .keys()
        .flatMap(key => {
          const at = lastRunAt(key)
          return at === undefined ? [] : [[key, at] as const]
        }),
    )
  const generations = createGenerations({
    request,
    loaded: options.loaded,
    clock,
    log,
    watchFiles: options.watchFiles ?? true,
    make: (loaded, number) =>
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
      }),
    open: generation => pool.open({ request: { ...request, env: { ...request.env }, generation }, version, location }),
    adopt: thread => pool.adopt(thread),
    onTurn: ({ loaded }) => heartbeats.adopt(loaded.configuration.systems),
    async onNew({ number }) {
      await alarming.refresh()
      emit({ kind: 'generation', generation: number })
    },
  })
  const { current } = generations
  const alarming = await createAlarming({
    store,
    clock,
    log,
    random,
    environment,
    generation: current,
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
    policyOf: key => current().policyOf(key),
    scrub: () => current().scrub,
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
    look: async signal => options.lookAtOurselves?.(current().loaded.configuration.guard.references, signal) ?? [],
    needsOf: key => current().needsOf(key),
    watched: sign =>
      current()
        .needs()
        .filter(needs => isNeeded(sign, needs)).length,
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
    scrub: text => current().scrub(text),
  })
  await heartbeats.adopt(current().loaded.configuration.systems)
  const deploys = createDeploys({
    store,
    clock,
    log,
    version,
    random,
    loaded: () => current().loaded,
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
  const housekeeping = startHousekeeping({
    clock,
    log,
    chores: [{ name: 'store maintenance', at: '7 * * * *', run: now => store.maintain(now) }, ...alarming.chores],
  })
  const objectives = createObjectives({
    store,
    clock,
    log,
    systems: () => current().loaded.configuration.systems,
    feeders: system => current().feeders(system),
    notifiers: () => current().loaded.configuration.notifiers,
    locations: () => current().loaded.configuration.locations.length,
    rawKept: () => current().loaded.configuration.retention.rawDays * 86_400_000,
    open: alarms.open,
    signal: alarms.signal,
  })
  generations.start(startedAt)
  deploys.start()

  const watch: RunningWatch = {
    environment,
    location,
    version,
    systems: () => current().loaded.configuration.systems,
    urlsOf: system => current().loaded.urls[system] ?? {},
    checks: () => current().checks(recorder, heartbeats),
    check: key => current().check(key, recorder, heartbeats),
    async runNow(key, { name }) {
      if (stopping !== undefined) throw new RunnerFault('expected a running watch, found that it is stopping')
      const journeys: JourneyRunner | undefined = current().journeyRunnerOf(key)
      if (journeys !== undefined) return journeys.run(key, name)
      if (!current().keys().includes(key)) throw new RunnerFault(`expected a watched check, found '${key}'`)
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
      const journeys = current().journeyStats()
      const notReady = whyNotReady(probes.answering, recorder)
      const refused = generations.refused()
      const unlisted = current().journeyProblems()
      const deadMansSwitch = alarming.deadMansSwitch()
      return {
        generation: current().number,
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
    publicStatus: () => current().loaded.configuration.status,
    objectives: () => objectives.states(),
    alarms: {
      ...alarms,
      ...alarming.people,
      heartbeatOf: heartbeats.find,
      beat: heartbeats.beat,
      markDeploy: deploys.mark,
    },
    reload: generations.reload,
    stop() {
      stopping ??= (async () => {
        generations.close()
        await Promise.all([housekeeping.stop(), objectives.stop()])
        const grace = options.grace ?? 10_000
        await Promise.all([pool.stop(grace), generations.stop(grace)])
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
