import type { Clock, Problem } from '../core/contracts.ts'
import type { CheckKey } from '../core/ports.ts'
import type { FromWorker, Report, ToWorker, WorkerSetup } from './probe-protocol.ts'
import type { StartThread } from './probe-thread.ts'

/** Why a worker did not take the configuration. */
export interface Refusal {
  readonly problems: readonly Problem[]
  readonly files: readonly string[]
}

/** A worker that has loaded its configuration, from its start to its end. */
export interface ThreadCandidate {
  readonly setup: WorkerSetup
  post(message: ToWorker): void
  terminate(): void
  /** What it runs on schedule at the moment. */
  inFlight(): readonly { readonly check: CheckKey; readonly slot: number }[]
  /** Makes it take no more slots; resolves with the time up to which it took them. */
  retire(clock: Clock, patience: number): Promise<number>
  /** Resolves when it is gone: by itself within `grace` ms, else by force a little later. */
  stop(clock: Clock, grace: number): Promise<void>
}

export interface OpenOptions {
  readonly setup: WorkerSetup
  readonly startThread: StartThread
  onStart(thread: ThreadCandidate): void
  onReport(thread: ThreadCandidate, report: Report): void
  onExit(thread: ThreadCandidate, why: string | undefined): void
}

// What was interrupted at the end of the grace still has to be reported.
const lastWords = 3_000

/** Starts a worker and waits until it has loaded the configuration, or refused it, or died over it. */
export function openThread(options: OpenOptions): Promise<ThreadCandidate | Refusal> {
  const { setup } = options
  let checks: readonly CheckKey[] = []
  let slots = new Float64Array()
  let loaded = false
  let gone = false
  let whenRetired: ((until: number) => void) | undefined
  let whenGone: (() => void)[] = []

  return new Promise(resolve => {
    const onMessage = (message: FromWorker) => {
      if (message.kind === 'report') options.onReport(thread, message)
      else if (message.kind === 'retired') whenRetired?.(message.until)
      else if (message.kind === 'refused') {
        resolve(message)
        thread.terminate()
      } else {
        loaded = true
        checks = message.checks
        slots = message.inFlight as Float64Array<ArrayBuffer>
        resolve(thread)
      }
    }
    const onExit = (why: string | undefined) => {
      gone = true
      const message = `expected the probe worker to load the configuration, found that it ended${why === undefined ? '' : `: ${why}`}`
      resolve({ problems: [{ level: 'error', path: [], message }], files: [] })
      options.onExit(thread, why)
      for (const tell of whenGone) tell()
      whenGone = []
    }
    const handle = options.startThread(setup, { onMessage, onExit })
    const thread: ThreadCandidate = {
      setup,
      post: message => handle.post(message),
      terminate: () => handle.terminate(),
      inFlight: () =>
        checks.flatMap((check, index) => {
          const slot = slots[index] ?? 0
          return slot === 0 ? [] : [{ check, slot }]
        }),
      retire: (clock, patience) =>
        new Promise(done => {
          // A worker that is stuck must not hold up its successor: it ends by force.
          const cancel = clock.timer(patience, () => {
            thread.terminate()
            done(clock.now())
          })
          whenGone.push(() => {
            cancel()
            done(clock.now())
          })
          whenRetired = until => {
            cancel()
            done(until)
          }
          thread.post({ kind: 'retire' })
        }),
      stop: (clock, grace) =>
        new Promise(done => {
          if (gone) return done()
          const cancel = clock.timer(grace + lastWords, () => thread.terminate())
          whenGone.push(() => {
            cancel()
            done()
          })
          // A worker that still loads runs nothing, and would listen only afterwards.
          if (loaded) thread.post({ kind: 'stop', grace })
          else thread.terminate()
        }),
    }
    options.onStart(thread)
  })
}
