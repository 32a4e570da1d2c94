import type { Health, HealthPolicy, HealthState, Onset, Result, Transition } from './contracts.ts'

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
  const { verdict, slot } = result
  const counters =
    result.maintenance || verdict === 'unknown'
      ? countersOf(health)
      : count(health, result, verdict === 'failed', policy)
  const state = nextState(health, counters, result, policy)
  const { failing: _, recent: __, failures: ___, hidden: ____, ...before } = health
  const next: Health = {
    ...before,
    ...(isGood(result) ? { lastGoodAt: at } : {}),
    ...(verdict === 'passed' ? { lastPassedAt: at, lastPassedSlot: slot } : {}),
    // What is down began when it went down, whatever passed meanwhile.
    ...(state === 'down' && isDown(health) ? { ...counters, ...failingOf(health) } : counters),
    state,
    since: state === health.state ? health.since : at,
    lastRunAt: result.startedAt,
    lastVerdict: verdict,
    ...((state === 'maintenance' || state === 'paused') && isDown(health) ? { hidden: 'down' } : {}),
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

type Counters = Pick<Health, 'consecutiveFailures' | 'consecutiveSuccesses' | 'failing' | 'recent' | 'failures'>

const isGood = ({ verdict }: Pick<Result, 'verdict'>) => verdict === 'passed' || verdict === 'degraded'

const isDown = ({ state, hidden }: Health) => state === 'down' || hidden === 'down'

const failingOf = ({ failing }: Pick<Health, 'failing'>) => (failing === undefined ? {} : { failing })

const countersOf = ({ consecutiveFailures, consecutiveSuccesses, failing, recent, failures }: Health): Counters => ({
  consecutiveFailures,
  consecutiveSuccesses,
  ...(failing === undefined ? {} : { failing }),
  ...(recent === undefined ? {} : { recent }),
  ...(failures === undefined ? {} : { failures }),
})

function count(before: Health, result: Result, failed: boolean, { of }: HealthPolicy): Counters {
  const counters = {
    consecutiveFailures: failed ? before.consecutiveFailures + 1 : 0,
    consecutiveSuccesses: failed ? 0 : before.consecutiveSuccesses + 1,
  }
  const onsets = failed ? [onsetOf(before, result)] : []
  if (of === undefined) {
    const failing = failed ? (before.consecutiveFailures > 0 && before.failing) || onsets[0] : undefined
    return { ...counters, ...(failing === undefined ? {} : { failing }) }
  }
  const recent = `${before.recent ?? ''}${failed ? 'f' : 'p'}`.slice(-of)
  const many = failuresIn({ recent })
  // A failure that is no longer among the runs that count has no part in what comes now.
  const failures = many === 0 ? [] : [...(before.failures ?? []), ...onsets].slice(-many)
  const [failing] = failures
  return { ...counters, recent, failures, ...(failing === undefined ? {} : { failing }) }
}

const onsetOf = ({ lastGoodAt, lastPassedSlot }: Health, { slot, startedAt }: Result): Onset => ({
  slot,
  at: startedAt,
  ...(lastGoodAt === undefined ? {} : { goodAt: lastGoodAt }),
  ...(lastPassedSlot === undefined ? {} : { passedSlot: lastPassedSlot }),
})

const failuresIn = ({ recent = '' }: Pick<Counters, 'recent'>) => recent.replaceAll('p', '').length

const isTooMany = (counters: Counters, { failures, of }: HealthPolicy) =>
  (of === undefined ? counters.consecutiveFailures : failuresIn(counters)) >= failures

function nextState(before: Health, counters: Counters, result: Result, policy: HealthPolicy): HealthState {
  // What a person declared holds until the person takes it back.
  if (before.state === 'paused') return 'paused'
  if (result.maintenance) return 'maintenance'
  const down = isDown(before)
  const { verdict } = result
  if (verdict === 'unknown') return down ? 'down' : 'unknown'
  if (verdict === 'failed') return down || isTooMany(counters, policy) ? 'down' : 'retrying'
  const settled = counters.consecutiveSuccesses >= policy.successes && !isTooMany(counters, policy)
  if (down && !settled) return 'down'
  return verdict === 'degraded' ? 'degraded' : 'up'
}
