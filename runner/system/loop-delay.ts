import type { Clock } from '../core/contracts.ts'

/** How long the event loop stood still, seen from any moment on. Measured only while somebody asks for it. */
export interface LoopDelay {
  /** Opens a window; close it with `end`, which returns the largest delay seen in it, ms. */
  begin(): { end(): number }
  /** The largest delay of the last minute, ms. */
  recent(): number
}

interface Spike {
  readonly at: number
  readonly delay: number
}

const minute = 60_000
// Delays that a busy kernel causes anyway.
const noise = 1

/** Samples with a timer every `interval` ms (default 10): what a tick is late, the loop was blocked. */
export function createLoopDelay({ clock, interval = 10 }: { clock: Clock; interval?: number }): LoopDelay {
  let windows = 0
  let expected = 0
  let ticking = false
  const spikes: Spike[] = []

  const note = (now: number) => {
    const delay = now - expected
    if (delay <= noise) return
    while (spikes[0] !== undefined && spikes[0].at < now - minute) spikes.shift()
    spikes.push({ at: now, delay })
  }
  const arm = () => {
    ticking = true
    expected = clock.monotonic() + interval
    clock.timer(interval, tick)
  }
  const tick = () => {
    note(clock.monotonic())
    if (windows > 0) arm()
    else ticking = false
  }
  const since = (from: number) => {
    let largest = 0
    for (let index = spikes.length - 1; index >= 0 && spikes[index]!.at >= from; index -= 1) {
      largest = Math.max(largest, spikes[index]!.delay)
    }
    return largest
  }

  return {
    begin() {
      const from = clock.monotonic()
      windows += 1
      if (!ticking) arm()
      return {
        end() {
          windows -= 1
          // A block that has just ended delayed this run before the next tick could see it.
          return Math.max(since(from), clock.monotonic() - expected, 0)
        },
      }
    },
    recent: () => since(clock.monotonic() - minute),
  }
}
