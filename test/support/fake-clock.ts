import type { Clock } from '../../runner/core/contracts.ts'

interface Waiting {
  readonly at: number
  readonly wake: () => void
}

/** A clock that tests drive: `advance` moves both clocks and fires what is due, in order, letting promises settle in between. */
export interface FakeClock extends Clock {
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone, as an administrator or NTP would. */
  step(ms: number): void
  /** Time passes and nobody is woken: the process stood still. What became due fires with the next `advance`. */
  freeze(ms: number): void
  /** Timers that wait. */
  readonly pending: number
}

// Promise chains of a few links settle between two timers; a macrotask flushes them all.
const settle = () => new Promise<void>(resolve => setImmediate(resolve))

export function fakeClock(start: number = Date.UTC(2026, 0, 5, 12)): FakeClock {
  let wall = start
  let mono = 0
  const waiting = new Set<Waiting>()
  const clock: FakeClock = {
    now: () => wall,
    monotonic: () => mono,
    timer(ms, wake) {
      const entry = { at: mono + Math.max(0, ms), wake }
      waiting.add(entry)
      return () => void waiting.delete(entry)
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const cancel = clock.timer(ms, resolve)
        signal?.addEventListener(
          'abort',
          () => {
            cancel()
            reject(signal.reason)
          },
          { once: true },
        )
      })
    },
    deadline(ms, signal) {
      const controller = new AbortController()
      const cancel = clock.timer(ms, () => controller.abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError')))
      if (signal?.aborted) controller.abort(signal.reason)
      else signal?.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
      return { signal: controller.signal, [Symbol.dispose]: cancel }
    },
    async advance(ms) {
      const end = mono + ms
      await settle()
      for (;;) {
        let next: Waiting | undefined
        for (const entry of waiting) if (entry.at <= end && (next === undefined || entry.at < next.at)) next = entry
        if (next === undefined) break
        waiting.delete(next)
        const passed = Math.max(0, next.at - mono)
        wall += passed
        mono += passed
        next.wake()
        await settle()
      }
      wall += end - mono
      mono = end
      await settle()
    },
    step(ms) {
      wall += ms
    },
    freeze(ms) {
      wall += ms
      mono += ms
    },
    get pending() {
      return waiting.size
    },
  }
  return clock
}
