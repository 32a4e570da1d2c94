import type { Clock, Deadline } from '../core/contracts.ts'

// setTimeout fires at once for more than 2^31-1 ms; waiting in parts also heals a suspended machine.
const longest = 2_147_000_000

function timer(ms: number, wake: () => void): () => void {
  const part = Math.min(Math.max(0, ms), longest)
  let cancelRest: (() => void) | undefined
  const handle = setTimeout(() => {
    if (ms > longest) cancelRest = timer(ms - longest, wake)
    else wake()
  }, part)
  return () => {
    clearTimeout(handle)
    cancelRest?.()
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      cancel()
      reject(signal!.reason)
    }
    const cancel = timer(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

function deadline(ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal!.reason)
  const cancel = timer(ms, () => controller.abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError')))
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      cancel()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

/** The machine's own clocks. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep,
  timer,
  deadline,
}
