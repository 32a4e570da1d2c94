import type { Loaded } from '../config/load-configuration.ts'
import type { Clock, Outcome, Result, Trigger } from '../core/contracts.ts'
import type { Check } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { toResult } from '../core/judge.ts'
import { type CheckKey, checkKey, runId } from '../core/ports.ts'
import type { Timetable } from '../core/slots.ts'
import type { LoopDelay } from '../system/loop-delay.ts'
import type { FromWorker, LastRuns } from './probe-protocol.ts'
import { createQueue } from './queue.ts'
import { createReportBatch } from './report-batch.ts'
import { type RunContext, runCheck } from './run-check.ts'
import { runContexts } from './run-context.ts'
import { firstRun, timetableOf } from './timetables.ts'
import { createWheel } from './wheel.ts'

export interface ProbeRunnerOptions {
  readonly loaded: Loaded
  readonly location: string
  readonly version: string
  readonly clock: Clock
  readonly loopDelay: LoopDelay
  /** From 0 to 1. */
  readonly random: () => number
  /** Tells main. `inFlight` of the message `loaded` is kept up to date. */
  post(message: FromWorker): void
}

/** Everything that happens in a probe worker: its schedule, its runs, its reports. */
export interface ProbeRunner {
  start(after: number, last: LastRuns): void
  run(id: number, check: CheckKey, by: string): void
  /** Takes no more slots; what waits is still run. Resolves when everything has been reported. */
  retire(): Promise<void>
  /** Takes no more slots, forgets what waits; after `grace` ms interrupts what runs. Resolves when everything has been reported. */
  stop(grace: number): Promise<void>
}

interface Entry {
  readonly key: CheckKey
  readonly index: number
  readonly system: string
  readonly check: Check
  readonly timetable: Timetable
  readonly context: (run: string, signal: AbortSignal) => RunContext
  busy: boolean
}

// An answer that takes longer is the exception, or is none. With the defaults 500 silent targets, each tried twice for 10 s, are through in 40 s.
const patience = 2_000
const mostPerPlace = 8

export function createProbeRunner(options: ProbeRunnerOptions): ProbeRunner {
  const { loaded, location, clock, loopDelay, random } = options
  const entries = entriesOf(options)
  const byKey = new Map(entries.map(entry => [entry.key, entry]))
  const inFlight = new Float64Array(new SharedArrayBuffer(8 * Math.max(1, entries.length)))
  const interrupt = new AbortController()
  const places = loaded.configuration.concurrency.probes
  const queue = createQueue(places, { clock, after: patience, most: places * mostPerPlace })
  const batch = createReportBatch({
    clock,
    post: report =>
      options.post({
        kind: 'report',
        ...report,
        running: queue.running,
        queued: queue.waiting,
        loopDelay: loopDelay.recent(),
      }),
  })
  const wheel = createWheel<Entry>({
    clock,
    onMissed: (_, count) => batch.missed(count),
    onDue(entry, slot, late) {
      if (entry.busy) return batch.overlap(entry.key)
      entry.busy = true
      const due = clock.monotonic() - late
      queue.add(async () => {
        batch.late(Math.max(0, clock.monotonic() - due))
        inFlight[entry.index] = slot
        const result = await run(entry, slot, 'schedule')
        entry.busy = false
        batch.result(result, () => {
          if (inFlight[entry.index] === slot) inFlight[entry.index] = 0
        })
      })
    },
  })

  const run = async (entry: Entry, slot: number, trigger: Trigger, by?: string): Promise<Result> => {
    const identity = {
      system: entry.system,
      check: entry.check.id,
      environment: loaded.environment,
      location,
      slot,
      trigger,
      ...(by === undefined ? {} : { by }),
      version: options.version,
    }
    const window = loopDelay.begin()
    const outcome = await runCheck(entry.check, entry.context(runId(identity), interrupt.signal))
    return toResult(identity, withLoopDelay(outcome, window.end(), entry.check.timeout))
  }

  options.post({ kind: 'loaded', checks: entries.map(entry => entry.key), inFlight })
  return {
    start(after, last) {
      const now = clock.now()
      for (const entry of entries) {
        const { schedule } = entry.check
        wheel.add(entry, entry.timetable, after, firstRun(schedule, entry.key, location, now, last[entry.key]))
      }
      batch.beat()
    },
    run(id, key, by) {
      const entry = byKey.get(key)
      // Main only asks for what this generation announced.
      if (entry === undefined) return
      queue.add(async () => {
        const result = await run(entry, clock.now() + Math.floor(random() * 1_000), 'manual', by)
        batch.answer(id, result)
      })
    },
    async retire() {
      options.post({ kind: 'retired', until: wheel.stop() })
      await queue.idle()
      batch.end()
    },
    async stop(grace) {
      wheel.stop()
      batch.missed(queue.clear())
      const cancel = clock.timer(grace, () => interrupt.abort(new DOMException('the runner stops', 'AbortError')))
      await queue.idle()
      cancel()
      batch.end()
    },
  }
}

function entriesOf({ loaded, location, clock, version, random }: ProbeRunnerOptions): readonly Entry[] {
  let index = 0
  return loaded.configuration.systems.flatMap(system => {
    const context = runContexts({ loaded, system, clock, version, random })
    const run = system.checks.filter(check => check.heartbeat === undefined)
    return run.map(check => {
      const key = checkKey({ system: system.id, check: check.id })
      const timetable = timetableOf(check.schedule, key, location)
      index += 1
      return { key, index: index - 1, system: system.id, check, timetable, context, busy: false }
    })
  })
}

const bearable = 250

/** A run during which this thread stood still, for a tenth of the timeout or more, measured ourselves and not the target. */
export function withLoopDelay(outcome: Outcome, loopDelay: number, timeout: number): Outcome {
  const limit = Math.max(bearable, timeout / 10)
  if (loopDelay <= limit) return { ...outcome, loopDelay }
  const last = outcome.attempts.at(-1)!
  const fault = `overload: expected the event loop of this runner to stand still for no longer than ${formatDuration(limit)}, found ${formatDuration(loopDelay)}; give the machine more CPU or run fewer checks on it`
  const { phases = [], metrics = {} } = last.saw
  const attempts = [...outcome.attempts.slice(0, -1), { ...last, saw: { fault, phases, metrics } }]
  return { ...outcome, loopDelay, attempts: attempts as unknown as Outcome['attempts'] }
}
