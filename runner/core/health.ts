import type { Health, HealthPolicy, HealthState, Result, Transition } from './contracts.ts'

/** Of a check that has never run. */
export const unknownHealth = (since: number): Health => ({
  state: 'unknown',
  since,
  consecutiveFailures: 0,
  consecutiveSuccesses: 0,
})

/**
 * What a run does to the health of its check. Only scheduled runs do anything. An unknown run is our own trouble: it leaves the
 * counters alone, so it neither takes a check down nor brings it up. A degraded run is good, and shown apart.
 */
export function advance(
  health: Health,
  result: Result,
  policy: HealthPolicy,
): { readonly health: Health; readonly transition?: Transition } {
  if (result.trigger !== 'schedule') return { health }
  const at = Math.round(result.startedAt + result.duration)
  const counters = count(health, result)
  const state = nextState(health, counters, result, policy)
  const next: Health = {
    ...health,
    ...counters,
    state,
    since: state === health.state ? health.since : at,
    lastRunAt: result.startedAt,
    lastVerdict: result.verdict,
    ...(result.verdict === 'passed' ? { lastPassedAt: at } : {}),
  }
  if (state === health.state) return { health: next }
  return {
    health: next,
    transition: {
      system: result.system,
      check: result.check,
      from: health.state,
      to: state,
      at,
      ...(result.reason === undefined ? {} : { reason: result.reason }),
      ...(result.detail === undefined ? {} : { detail: result.detail }),
    },
  }
}

type Counters = Pick<Health, 'consecutiveFailures' | 'consecutiveSuccesses'>

function count({ consecutiveFailures, consecutiveSuccesses }: Counters, { verdict }: Result): Counters {
  if (verdict === 'unknown') return { consecutiveFailures, consecutiveSuccesses }
  if (verdict === 'failed') return { consecutiveFailures: consecutiveFailures + 1, consecutiveSuccesses: 0 }
  return { consecutiveFailures: 0, consecutiveSuccesses: consecutiveSuccesses + 1 }
}

function nextState(before: Health, counters: Counters, { verdict }: Result, policy: HealthPolicy): HealthState {
  // What a person declared holds until the person takes it back; the counters go on meanwhile.
  if (before.state === 'paused' || before.state === 'maintenance') return before.state
  const down = before.state === 'down'
  if (verdict === 'unknown') return down ? 'down' : 'unknown'
  if (verdict === 'failed') return down || counters.consecutiveFailures >= policy.failures ? 'down' : 'retrying'
  if (down && counters.consecutiveSuccesses < policy.successes) return 'down'
  return verdict === 'degraded' ? 'degraded' : 'up'
}
