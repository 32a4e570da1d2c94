import type { Attempt, Clock, Fault, Observation, Outcome } from '../core/contracts.ts'
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

async function observe(check: Check, context: RunContext): Promise<Observation | Fault> {
  if (context.signal.aborted) return interrupted()
  using deadline = context.clock.deadline(check.timeout, context.signal)
  try {
    const observing = check.probe.observe({ ...context, signal: deadline.signal, timeout: check.timeout })
    const saw = await insist(observing, deadline.signal, check, context.clock)
    // A shutdown and a timeout abort the same signal: look at the outer one first, or every deployment of ours is an outage of theirs.
    return context.signal.aborted && !saw.ok ? interrupted() : saw
  } catch (error) {
    if (context.signal.aborted) return interrupted()
    return {
      fault: error instanceof RunnerFault ? error.message : `the ${check.probe.kind} probe broke: ${describe(error)}`,
    }
  }
}

// Closing what it had open may take a probe a moment.
const margin = 5_000

/** A probe that ignores its signal would hold its place for ever: it is given up, and that is our fault. */
function insist(
  observing: Promise<Observation>,
  signal: AbortSignal,
  check: Check,
  clock: Clock,
): Promise<Observation> {
  return new Promise((resolve, reject) => {
    let cancel: (() => void) | undefined
    const giveUp = () =>
      reject(
        new RunnerFault(
          `expected the ${check.probe.kind} probe to end with its signal, found it running ${margin} ms later`,
        ),
      )
    const onAbort = () => {
      cancel = clock.timer(margin, giveUp)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    observing.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort)
      cancel?.()
    })
  })
}

const interrupted = (): Fault => ({ fault: 'interrupted: this runner was told to stop' })

const describe = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
