/** The store's worker as main sees it. */

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FromWorker, Order, WorkerSetup } from './sqlite-protocol.ts'
import { closedStore, StoreError } from './store-error.ts'

export interface StoreWorker {
  /** Rejects with StoreError. */
  ask(order: Order): Promise<unknown>
  close(): Promise<void>
}

/** Resolves once the file is open. Rejects with StoreError. `onLost` is called when it ends later without having been closed. */
export async function startStoreWorker(
  setup: WorkerSetup,
  onLost: (error: StoreError) => void = () => {},
): Promise<StoreWorker> {
  // .ts in a checkout, .js in the package.
  const entry = new URL(`./sqlite-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url)
  const worker = new Worker(entry, {
    workerData: setup,
    name: 'store',
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  const ended = Promise.withResolvers<void>()
  let lost: StoreError | undefined
  let last = 0
  let opened = false
  let closing = false

  const expect = (id: number): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>()
    open.set(id, answer)
    return answer.promise
  }
  const lose = (error: StoreError) => {
    lost ??= error
    for (const answer of open.values()) answer.reject(lost)
    open.clear()
    ended.resolve()
  }
  const die = (why: string, cause?: unknown) => {
    if (lost) return
    const text = `expected the worker of the store ${setup.path} to live, found that it ended: ${why}${opened ? '; it is started again' : ''}`
    lose(closing ? closedStore(setup.path) : new StoreError('lost', text, { cause }))
    if (opened && !closing) onLost(lost!)
  }
  worker.on('message', (message: FromWorker) => {
    const answer = open.get(message.id)
    open.delete(message.id)
    if ('trouble' in message) answer?.reject(new StoreError(message.trouble, message.message))
    else answer?.resolve(message.value)
  })
  worker.on('error', error => die(error instanceof Error ? error.message : String(error), error))
  worker.on('exit', code => die(`code ${code}`))

  const store: StoreWorker = {
    ask(order) {
      if (lost) return Promise.reject(lost)
      const id = ++last
      const answer = expect(id)
      worker.postMessage({ ...order, id })
      return answer
    },
    async close() {
      closing = true
      if (!lost) await store.ask({ do: 'close' }).catch(() => {})
      await ended.promise
    },
  }
  try {
    await expect(0)
    opened = true
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return store
}
