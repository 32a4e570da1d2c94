/** Notices that nothing is seen any more: a monitor that stands still shows yesterday's green for ever. */

import type { Clock, Result } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import { ourselves, type Signal } from '../core/incidents.ts'

export interface BlindnessOptions {
  readonly clock: Clock
  /** Shortest interval of what is watched, ms; absent while nothing is. */
  fastest(): number | undefined
  signal(signal: Signal): void
}

export interface Blindness {
  /** A scheduled run told something. */
  saw(result: Pick<Result, 'verdict'>): void
  isBlind(): boolean
  stop(): void
}

const lookEvery = 30_000
// Never sooner: a reload or a busy minute is no blindness.
const shortest = 180_000

/** Raises a signal when for three intervals of the fastest check no scheduled run told anything, or all of them failed by our own fault. */
export function createBlindness({ clock, fastest, signal }: BlindnessOptions): Blindness {
  // By the steady clock: one that is set makes nobody blind.
  let seenAt = clock.monotonic()
  let since = 0
  let unknown = 0
  let firing = false
  let cancel = () => {}

  const look = () => {
    const interval = fastest()
    const now = clock.monotonic()
    const patience = Math.max(shortest, 3 * (interval ?? 0))
    const blind = interval !== undefined && now - seenAt > patience
    if (blind !== firing) {
      firing = blind
      if (blind) since = seenAt
      const why = unknown > 0 ? `${unknown} runs could not be made, by our own fault` : 'no run at all'
      signal({
        id: 'blind',
        system: ourselves,
        cause: 'blind',
        severity: 'p0',
        title: 'Vedette cannot see',
        detail: `expected a result at least every ${formatDuration(interval ?? 0)}, found none for ${formatDuration(now - since)}: ${why}`,
        firing,
        at: clock.now(),
      })
    }
    cancel = clock.timer(lookEvery, look)
  }
  cancel = clock.timer(lookEvery, look)
  return {
    saw({ verdict }) {
      if (verdict === 'unknown') {
        unknown += 1
        return
      }
      unknown = 0
      seenAt = clock.monotonic()
    },
    isBlind: () => firing,
    stop: () => cancel(),
  }
}
