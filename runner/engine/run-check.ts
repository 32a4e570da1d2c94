import type { Attempt, Fault, Observation, Outcome } from '../core/contracts.ts'
import type { Check, ProbeRun } from '../core/definitions.ts'
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
    const attempt = await runAttempt(check, context)
    attempts.push(attempt)
    const failed = !('fault' in attempt.saw) && !attempt.saw.ok
    if (!failed || attempts.length > check.retry.attempts || context.signal.aborted) break
    context.onRetry?.(attempt)
    try {
      await context.clock.sleep(check.retry.delay, context.signal)
    } catch {
      attempts.push({ startedAt: context.clock.now(), duration: 0, saw: interrupted() })
      break
    }
  }
  const loopDelay = context.loopDelay?.()
  return { attempts: attempts as [Attempt, ...Attempt[]], ...(loopDelay === undefined ? {} : { loopDelay }) }
}

async function runAttempt(check: Check, context: RunContext): Promise<Attempt> {
  const startedAt = context.clock.now()
  const start = context.clock.monotonic()
  const saw = await observe(check, context)
  return { startedAt, duration: context.clock.monotonic() - start, saw }
}

// Closing what it had open may take a probe a moment.
const margin = 5_000

/**
 * One attempt under its deadline, written without the usual chain of promises, because it is done for every run. A probe that ignores its
 * signal would hold its place for ever: it is given up, and that is our fault.
 */
function observe(check: Check, context: RunContext): Promise<Observation | Fault> {
  const { clock, signal: outer } = context
  if (outer.aborted) return Promise.resolve(interrupted())
  return new Promise(resolve => {
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
      // A shutdown and a timeout abort the same signal: look at the outer one first, or every deployment of ours is an outage of theirs.
      resolve(outer.aborted && ('fault' in saw || !saw.ok) ? interrupted() : saw)
    }
    const broke = (error: unknown) => settle({ fault: faultOf(error, check) })
    outer.addEventListener('abort', stop)
    try {
      check.probe.observe({ ...context, signal: inner.signal, timeout: check.timeout }).then(settle, broke)
    } catch (error) {
      broke(error)
    }
  })
}

const stubborn = (check: Check) =>
  `expected the ${check.probe.kind} probe to end with its signal, found it running ${margin} ms later`

const faultOf = (error: unknown, check: Check) =>
  error instanceof RunnerFault ? error.message : `the ${check.probe.kind} probe broke: ${describe(error)}`

const interrupted = (): Fault => ({ fault: 'interrupted: this runner was told to stop' })

const describe = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
