import type { Clock, Result } from '../core/contracts.ts'
import type { CheckKey } from '../core/ports.ts'
import type { Log } from './log.ts'
import { openThread, type Refusal, type ThreadCandidate } from './probe-candidate.ts'
import type { LastRuns, Report, WorkerSetup } from './probe-protocol.ts'
import type { StartThread } from './probe-thread.ts'

export interface ProbePoolOptions {
  readonly startThread: StartThread
  readonly clock: Clock
  readonly log: Log
  onReport(report: Report): void
  /** A run that nobody will ever hear of again. */
  onLost(check: CheckKey, slot: number, why: string): void
  /** Makes the answer to a run on demand that was lost. */
  lostResult(check: CheckKey, by: string, why: string): Result
  /** When a worker takes over from a dead one: what it must know of earlier runs. */
  lastRuns(): LastRuns
}

/** The probe workers: one that takes slots, and older ones that finish what they run. A dead one is replaced. */
export interface ProbePool {
  /** Starts a worker that loads the configuration; nothing is run yet. */
  open(setup: WorkerSetup): Promise<ThreadCandidate | Refusal>
  /** From now on this worker takes the slots. */
  adopt(candidate: ThreadCandidate): Promise<void>
  run(check: CheckKey, by: string): Promise<Result>
  stop(grace: number): Promise<void>
  stats(): {
    readonly running: number
    readonly queued: number
    readonly loopDelay: number
    readonly answering: boolean
  }
}

const handoverPatience = 2_000
const silence = 30_000
const look = 5_000
const firstPause = 500
const longestPause = 30_000

export function createProbePool(options: ProbePoolOptions): ProbePool {
  const { clock, log, lostResult } = options
  const alive = new Set<ThreadCandidate>()
  const figures = new Map<ThreadCandidate, Report>()
  const questions = new Map<
    number,
    {
      readonly check: CheckKey
      readonly by: string
      readonly thread: ThreadCandidate
      resolve(result: Result): void
    }
  >()
  let current: ThreadCandidate | undefined
  let nextQuestion = 1
  let heardAt = clock.monotonic()
  let pause = firstPause
  let stopping = false
  let handover = false
  let cancelWatchdog: (() => void) | undefined
  let cancelRestart: (() => void) | undefined

  const onReport = (thread: ThreadCandidate, report: Report) => {
    figures.set(thread, report)
    if (thread === current) heardAt = clock.monotonic()
    options.onReport(report)
    for (const { id, index } of report.answers) {
      questions.get(id)?.resolve(report.results[index]!)
      questions.delete(id)
    }
  }
  const onExit = (thread: ThreadCandidate, why: string | undefined) => {
    const cause = `expected the probe worker to live, found that it ended${why === undefined ? '' : `: ${why}`}`
    alive.delete(thread)
    figures.delete(thread)
    for (const { check, slot } of thread.inFlight()) options.onLost(check, slot, cause)
    for (const [id, question] of questions) {
      if (question.thread !== thread) continue
      questions.delete(id)
      question.resolve(lostResult(question.check, question.by, cause))
    }
    if (thread !== current || stopping) return
    log.error({ generation: thread.setup.request.generation, restartIn: pause }, cause)
    current = undefined
    const diedAt = clock.now()
    cancelRestart = clock.timer(pause, () => void restart(thread.setup, diedAt))
    pause = Math.min(pause * 2, longestPause)
  }
  const restart = async (setup: WorkerSetup, after: number) => {
    const opened = await pool.open(setup)
    // Meanwhile somebody may have stopped us, or brought a new generation.
    if (stopping || current !== undefined) {
      if ('terminate' in opened) opened.terminate()
      return
    }
    if ('problems' in opened) {
      log.error({ problems: opened.problems }, 'the probe worker could not load the configuration again')
      cancelRestart = clock.timer(pause, () => void restart(setup, after))
      pause = Math.min(pause * 2, longestPause)
      return
    }
    begin(opened, after)
  }
  const begin = (thread: ThreadCandidate, after: number) => {
    current = thread
    heardAt = clock.monotonic()
    thread.post({ kind: 'start', after, last: options.lastRuns() })
    cancelWatchdog ??= clock.timer(look, watchdog)
  }
  const watchdog = () => {
    cancelWatchdog = clock.timer(look, watchdog)
    const quiet = clock.monotonic() - heardAt
    if (quiet < silence) {
      if (quiet < look) pause = firstPause
      return
    }
    log.error({ quiet }, 'the probe worker gives no sign of life: it is replaced')
    heardAt = clock.monotonic()
    current?.terminate()
  }

  const pool: ProbePool = {
    open: setup =>
      openThread({
        setup,
        startThread: options.startThread,
        onStart: thread => alive.add(thread),
        onReport,
        onExit,
      }).catch((error: unknown) => ({
        problems: [
          { level: 'error' as const, path: [], message: `expected a thread for the probes, found: ${String(error)}` },
        ],
        files: [],
      })),
    async adopt(candidate) {
      const old = current
      cancelRestart?.()
      if (old === undefined) return begin(candidate, clock.now())
      // Until the old one has said how far it took the slots, neither takes any; then no slot is lost and none is run twice.
      current = undefined
      handover = true
      const until = await old.retire(clock, handoverPatience)
      handover = false
      if (!stopping) begin(candidate, until)
    },
    run(check, by) {
      const thread = current
      if (thread === undefined || stopping) {
        return Promise.resolve(
          lostResult(check, by, 'expected a probe worker, found that none runs at the moment; try again'),
        )
      }
      const id = nextQuestion
      nextQuestion += 1
      return new Promise(resolve => {
        questions.set(id, { check, by, thread, resolve })
        thread.post({ kind: 'run', id, check, by })
      })
    },
    async stop(grace) {
      stopping = true
      cancelWatchdog?.()
      cancelRestart?.()
      await Promise.all([...alive].map(thread => thread.stop(clock, grace)))
    },
    stats() {
      const all = [...figures.values()]
      return {
        running: all.reduce((sum, report) => sum + report.running, 0),
        queued: all.reduce((sum, report) => sum + report.queued, 0),
        loopDelay: all.reduce((max, report) => Math.max(max, report.loopDelay), 0),
        answering: handover || (current !== undefined && figures.has(current)),
      }
    },
  }
  return pool
}
