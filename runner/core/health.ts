import type { Health, HealthPolicy, HealthState, Result, Transition } from './contracts.ts'

/** Of a check that has never run. */
export const unknownHealth = (since: number): Health => ({
  state: 'unknown',
  since,
  consecutiveFailures: 0,
  consecutiveSuccesses: 0,
})

/**
 * What a run does to the health of its check. Only scheduled runs do anything, and none in a maintenance window moves a counter. An unknown
 * run is our own trouble: it leaves the counters alone, so it neither takes a check down nor brings it up. A degraded run is good, and shown
 * apart.
 */
export function advance(
  health: Health,
  result: Result,
  policy: HealthPolicy,
): { readonly health: Health; readonly transition?: Transition } {
  if (result.trigger !== 'schedule') return { health }
  const at = Math.round(result.startedAt + result.duration)
  const counters = result.maintenance ? countersOf(health) : count(health, result, policy)
  const state = nextState(health, counters, result, policy)
  const passed = result.verdict === 'passed' ? { lastPassedAt: at, lastPassedSlot: result.slot } : {}
  const { failing: _, recent: __, ...before } = health
  const next: Health = {
    ...before,
    ...counters,
    state,
    since: state === health.state ? health.since : at,
    lastRunAt: result.startedAt,
    lastVerdict: result.verdict,
    ...passed,
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

type Counters = Pick<Health, 'consecutiveFailures' | 'consecutiveSuccesses' | 'failing' | 'recent'>

const countersOf = ({ consecutiveFailures, consecutiveSuccesses, failing, recent }: Health): Counters => ({
  consecutiveFailures,
  consecutiveSuccesses,
  ...(failing === undefined ? {} : { failing }),
  ...(recent === undefined ? {} : { recent }),
})

function count(before: Health, { verdict, slot, startedAt }: Result, policy: HealthPolicy): Counters {
  if (verdict === 'unknown') return countersOf(before)
  const failed = verdict === 'failed'
  const recent =
    policy.of === undefined ? {} : { recent: `${before.recent ?? ''}${failed ? 'f' : 'p'}`.slice(-policy.of) }
  const failures = failed ? before.consecutiveFailures + 1 : 0
  const successes = failed ? 0 : before.consecutiveSuccesses + 1
  const counters = { consecutiveFailures: failures, consecutiveSuccesses: successes, ...recent }
  // Among several runs a pass ends nothing while too many of the others have failed.
  const goesOn = failed || (policy.of !== undefined && failuresIn(counters) > 0 && before.failing !== undefined)
  return goesOn ? { ...counters, failing: before.failing ?? { slot, at: startedAt } } : counters
}

const failuresIn = ({ recent = '' }: Pick<Counters, 'recent'>) => recent.replaceAll('p', '').length

const isTooMany = (counters: Counters, { failures, of }: HealthPolicy) =>
  (of === undefined ? counters.consecutiveFailures : failuresIn(counters)) >= failures

function nextState(before: Health, counters: Counters, result: Result, policy: HealthPolicy): HealthState {
  // What a person declared holds until the person takes it back.
  if (before.state === 'paused') return 'paused'
  if (result.maintenance) return 'maintenance'
  // A window hides what was down before it.
  const down = before.state === 'down' || (before.state === 'maintenance' && isTooMany(before, policy))
  const { verdict } = result
  if (verdict === 'unknown') return down ? 'down' : 'unknown'
  if (verdict === 'failed') return down || isTooMany(counters, policy) ? 'down' : 'retrying'
  const settled = counters.consecutiveSuccesses >= policy.successes && !isTooMany(counters, policy)
  if (down && !settled) return 'down'
  return verdict === 'degraded' ? 'degraded' : 'up'
}
