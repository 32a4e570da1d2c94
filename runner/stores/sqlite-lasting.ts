import type { Clock } from '../core/contracts.ts'
import type { StoreWorker } from './sqlite-thread.ts'
import type { StoreError } from './store-error.ts'

export interface LastingWorkerOptions {
  readonly clock: Clock
  /** `onLost` is called once when the worker ends without having been closed. */
  start(onLost: (error: StoreError) => void): Promise<StoreWorker>
}

const firstPause = 500
const longestPause = 30_000
/** One that lived so long did not die of what it was started with. */
const calm = 60_000

/**
 * A worker that is started again after it has died: by the first question after a pause, which grows while it dies again and again. Until then
 * questions are refused with the reason; whoever asks keeps what it wanted to have written. Rejects when the first one does not start.
 */
export async function startLastingWorker({ clock, start }: LastingWorkerOptions): Promise<StoreWorker> {
  let worker: StoreWorker | undefined
  let starting: Promise<StoreWorker> | undefined
  let trouble: StoreError | undefined
  let pause = firstPause
  let startedAt = 0
  let againAt = 0

  const lost = (error: StoreError) => {
    if (clock.monotonic() - startedAt > calm) pause = firstPause
    worker = undefined
    trouble = error
    againAt = clock.monotonic() + pause
    pause = Math.min(pause * 2, longestPause)
  }
  const begin = async () => {
    startedAt = clock.monotonic()
    worker = await start(lost)
    return worker
  }
  const beginAgain = async () => {
    try {
      return await begin()
    } catch (error) {
      lost(error as StoreError)
      throw error
    } finally {
      starting = undefined
    }
  }
  const living = (): StoreWorker | Promise<StoreWorker> => {
    if (worker !== undefined) return worker
    if (clock.monotonic() < againAt) throw trouble
    starting ??= beginAgain()
    return starting
  }

  await begin()
  return {
    ask: async order => (await living()).ask(order),
    async close() {
      await starting?.catch(() => undefined)
      await worker?.close()
    },
  }
}
