import type { Clock } from '../core/contracts.ts'

/** A bucket for each key: 0 when one more is let through, else how long to wait, ms. Keys are a closed set: nothing is forgotten. */
export function createRateLimit<Key>({
  clock,
  burst,
  perMinute,
}: {
  readonly clock: Clock
  readonly burst: number
  readonly perMinute: number
}): (key: Key) => number {
  const every = 60_000 / perMinute
  /** When the bucket would be full again. */
  const fullAt = new Map<Key, number>()
  return key => {
    const now = clock.monotonic()
    const at = Math.max(now, fullAt.get(key) ?? now)
    if (at - now > (burst - 1) * every) return at - now - (burst - 1) * every
    fullAt.set(key, at + every)
    return 0
  }
}
