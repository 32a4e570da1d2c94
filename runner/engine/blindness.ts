/** Notices that nothing is seen any more: a monitor that stands still shows yesterday's green for ever. */

import type { Clock, Result } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import { ourselves, type Signal } from '../core/incidents.ts'

export interface BlindnessOptions {
  readonly clock: Clock
  /** Shortest interval of what is watched, ms; absent while nothing is. */
  fastest(): number | undefined
  /** Own trouble that makes runs unknown while others pass, since when by the steady clock. */
  trouble(): { readonly since: number; readonly detail: string } | undefined
  signal(signal: Signal): void
}

export interface Blindness {
  /** A scheduled run told something. */
  saw(result: Pick<Result, 'verdict'>): void
  isBlind(): boolean
  stop(): void
}

const lookEvery = 10_000
// Never sooner: a reload or a busy minute is no blindness.
const shortest = 180_000
// Where the cause is known nothing has to be waited for but that it may pass by itself.
const shortestKnown = 60_000

/**
 * Raises a signal when for three intervals of the fastest check no scheduled run told anything or all of them failed by our own fault, or when
 * own trouble has made runs unknown for as long, though others pass.
 */
export function createBlindness({ clock, fastest, trouble, signal }: BlindnessOptions): Blindness {
  // By the steady clock: one that is set makes nobody blind.
  let seenAt = clock.monotonic()
  let since = 0
  let unknown = 0
  let firing = false
  let cancel = () => {}

  const look = () => {
    const interval = fastest()
    const now = clock.monotonic()
    const threeIntervals = 3 * (interval ?? 0)
    const isStill = interval !== undefined && now - seenAt > Math.max(shortest, threeIntervals)
    const own = trouble()
    const isTroubled = own !== undefined && now - own.since > Math.max(shortestKnown, threeIntervals)
    const blind = isStill || isTroubled
    if (blind !== firing) {
      firing = blind
      if (blind) since = isTroubled ? own.since : seenAt
      signal({
        id: 'blind',
        system: ourselves,
        cause: 'blind',
        severity: 'p0',
        title: 'Vedette cannot see',
        detail: isTroubled
          ? `expected to see every target, found own trouble for ${formatDuration(Math.round(now - since))}: ${own.detail}`
          : `expected a result at least every ${formatDuration(interval ?? 0)}, found none for ${formatDuration(now - since)}: ${unknown > 0 ? `${unknown} runs could not be made, by our own fault` : 'no run at all'}`,
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
