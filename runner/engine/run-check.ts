import type { Attempt, Fault, Observation, Outcome } from '../core/contracts.ts'
import type { Check, ProbeRun } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { RunnerFault } from '../core/fault.ts'

/** What a run needs beside its check: everything of `ProbeRun` that does not change between attempts. */
export interface RunContext extends Omit<ProbeRun, 'signal' | 'timeout'> {
  /** Aborts when we are shut down. */
  readonly signal: AbortSignal
  /** Largest event-loop delay since the last call, where it is measured. */
  loopDelay?(): number
  /** Called when a failed attempt is about to be repeated. */
  onRetry?(attempt: Attempt): void
}

/**
 * Runs the probe of a check, with its fast retry. Never rejects: what a probe throws is our own fault and makes the run unknown.
 * Only failures of the target are retried; when we are shut down the run ends at once as unknown.
 */
export async function runCheck(check: Check, context: RunContext): Promise<Outcome> {
  context.loopDelay?.()
  const attempts: Attempt[] = []
  for (;;) {
    const attempt = await attemptOnce(check, context)
    attempts.push(attempt)
    const failed = !('fault' in attempt.saw) && !attempt.saw.ok
    if (!failed || attempts.length > check.retry.attempts || context.signal.aborted) break
    context.onRetry?.(attempt)
    try {
      await context.clock.sleep(Math.max(0, check.retry.delay - attempt.duration), context.signal)
    } catch {
      attempts.push({ startedAt: context.clock.now(), duration: 0, saw: interrupted() })
      break
    }
  }
  const loopDelay = context.loopDelay?.()
  return { attempts: attempts as [Attempt, ...Attempt[]], ...(loopDelay === undefined ? {} : { loopDelay }) }
}

// Closing what it had open may take a probe a moment.
const margin = 5_000

/**
 * One attempt under its deadline, written without the usual chain of promises, because it is done for every run. A probe that ignores its
 * signal would hold its place for ever: it is given up, and that is our fault.
 */
function attemptOnce(check: Check, context: RunContext): Promise<Attempt> {
  const { clock, signal: outer } = context
  const startedAt = clock.now()
  const start = clock.monotonic()
  if (outer.aborted) return Promise.resolve({ startedAt, duration: 0, saw: interrupted() })
  return new Promise(resolve => {
    let kept = 0
    const inner = new AbortController()
    const end = (reason: unknown) => {
      cancel()
      cancel = clock.timer(margin, () => settle({ fault: stubborn(check) }))
      inner.abort(reason)
    }
    const stop = () => end(outer.reason)
    let cancel = clock.timer(check.timeout, () =>
      end(new DOMException(`no end within ${check.timeout} ms`, 'TimeoutError')),
    )
    const settle = (saw: Observation | Fault) => {
      cancel()
      outer.removeEventListener('abort', stop)
      const duration = clock.monotonic() - start - kept
      // A shutdown and a timeout abort the same signal: look at the outer one first, or every deployment of ours is an outage of theirs.
      if (outer.aborted && ('fault' in saw || !saw.ok)) resolve({ startedAt, duration, saw: interrupted() })
      else resolve({ startedAt, duration, saw: isCutByUs(saw, kept, check.timeout) ? keptTooLong(saw, kept) : saw })
    }
    const broke = (error: unknown) => settle({ fault: faultOf(error, check) })
    outer.addEventListener('abort', stop)
    try {
      const waited = (ms: number) => {
        kept += ms
      }
      check.probe.observe({ ...context, signal: inner.signal, timeout: check.timeout, waited }).then(settle, broke)
    } catch (error) {
      broke(error)
    }
  })
}

/** The target had no more than a part of the timeout, because we took the rest. */
const isCutByUs = (saw: Observation | Fault, kept: number, timeout: number): saw is Observation =>
  kept > timeout / 10 && !('fault' in saw) && !saw.ok && saw.reason === 'timeout'

const keptTooLong = ({ phases = [] }: Observation, kept: number): Fault => ({
  fault: `overload: expected a turn for the TLS handshake at once, found a wait of ${formatDuration(kept)} within the timeout; lower concurrency.probes or give the machine more CPU`,
  phases,
})

const stubborn = (check: Check) =>
  `expected the ${check.probe.kind} probe to end with its signal, found it running ${margin} ms later`

const faultOf = (error: unknown, check: Check) =>
  error instanceof RunnerFault ? error.message : `the ${check.probe.kind} probe broke: ${describe(error)}`

const interrupted = (): Fault => ({ fault: 'interrupted: this runner was told to stop' })

const describe = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
