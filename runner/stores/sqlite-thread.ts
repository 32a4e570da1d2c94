/** A store worker as main sees it. */

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FromWorker, Order, WorkerSetup } from './sqlite-protocol.ts'
import { StoreError } from './store-error.ts'

export interface StoreWorker {
  /** Rejects with StoreError. */
  ask(order: Order): Promise<unknown>
  close(): Promise<void>
}

/** Resolves once the file is open. Rejects with StoreError. */
export async function startStoreWorker(setup: WorkerSetup): Promise<StoreWorker> {
  // .ts in a checkout, .js in the package.
  const entry = new URL(`./sqlite-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url)
  const worker = new Worker(entry, {
    workerData: setup,
    name: `store ${setup.role}`,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const open = new Map<number, PromiseWithResolvers<unknown>>()
  const ended = Promise.withResolvers<void>()
  let lost: StoreError | undefined
  let last = 0

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
  worker.on('message', (message: FromWorker) => {
    const answer = open.get(message.id)
    open.delete(message.id)
    if ('trouble' in message) answer?.reject(new StoreError(message.trouble, message.message))
    else answer?.resolve(message.value)
  })
  worker.on('error', error => {
    lose(
      new StoreError('closed', `the store ${setup.path} failed and takes nothing more: ${error.message}`, {
        cause: error,
      }),
    )
  })
  worker.on('exit', () => lose(new StoreError('closed', `the store ${setup.path} is closed`)))

  const store: StoreWorker = {
    ask(order) {
      if (lost) return Promise.reject(lost)
      const id = ++last
      const answer = expect(id)
      worker.postMessage({ ...order, id })
      return answer
    },
    async close() {
      if (!lost) await store.ask({ do: 'close' }).catch(() => {})
      await ended.promise
    },
  }
  try {
    await expect(0)
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return store
}
