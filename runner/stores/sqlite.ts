/** History in one SQLite file: written by one worker, read without ever waiting for it. */

import { resolve } from 'node:path'
import type { Clock, Result } from '../core/contracts.ts'
import type { ResultQuery, SeriesPoint, Store, WindowStats } from '../core/ports.ts'
import { openForReading } from './schema.ts'
import { startLastingWorker } from './sqlite-lasting.ts'
import { defaultRetention, type Retention } from './sqlite-maintenance.ts'
import { createReader } from './sqlite-reader.ts'
import { usualLimit } from './sqlite-results.ts'
import { type StoreWorker, startStoreWorker } from './sqlite-thread.ts'
import type { Batch } from './sqlite-writer.ts'
import { StoreError, type StoreTrouble, storeError } from './store-error.ts'

export interface SqliteStoreOptions {
  /** The file; its folder must be there. */
  readonly path: string
  readonly retention?: Partial<Retention>
  readonly clock: Clock
  /** How long to wait for another process's lock, ms. Default 5000. */
  readonly patience?: number
}

// What main reads itself takes a millisecond or two; the rest goes to a worker that is there only while it is needed.
const smallLimit = 500
const readerRests = 300_000
const ends: ReadonlySet<StoreTrouble> = new Set(['closed', 'lost'])

/** Opens or makes the store. Rejects with StoreError. */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { clock, patience = 5_000 } = options
  const path = resolve(options.path)
  const setup = { path, patience, retention: { ...defaultRetention, ...options.retention } }
  const writer = await startLastingWorker({
    clock,
    start: onLost => startStoreWorker({ ...setup, role: 'writer' }, onLost),
  })
  const database = openForReading({ path, patience })
  const reader = createReader(database)
  const appends = createAppends(writer)
  const large = createLargeReads({ clock, start: () => startStoreWorker({ ...setup, role: 'reader' }) })
  let closing: Promise<void> | undefined

  const small = async <Value>(read: () => Value): Promise<Value> => {
    refuseWhenClosed()
    try {
      return read()
    } catch (error) {
      throw storeError(error, path)
    }
  }
  const refuseWhenClosed = () => {
    if (closing) throw new StoreError('closed', `the store ${path} is closed`)
  }
  const close = async () => {
    await appends.settled()
    await large.close()
    database.close()
    await writer.close()
  }

  return {
    async append(batch) {
      refuseWhenClosed()
      if (batch.results.length > 0 || batch.health.length > 0) await appends.add(batch)
    },
    async rename(system, from, to) {
      refuseWhenClosed()
      await appends.settled()
      await writer.ask({ do: 'rename', system, from, to })
    },
    health: () => small(() => reader.health()),
    results: async query =>
      isSmall(query) ? small(() => reader.results(query)) : readLarge<readonly Result[]>({ do: 'results', query }),
    result: id => small(() => reader.result(id)),
    strips: () => small(() => reader.strips()),
    windows: query => readLarge<readonly WindowStats[]>({ do: 'windows', query }),
    series: query => readLarge<readonly SeriesPoint[]>({ do: 'series', query }),
    async addLoadRun(run) {
      refuseWhenClosed()
      await writer.ask({ do: 'addLoadRun', run })
    },
    loadRuns: system => small(() => reader.loadRuns(system)),
    loadRun: id => small(() => reader.loadRun(id)),
    async maintain(now) {
      refuseWhenClosed()
      await writer.ask({ do: 'maintain', now })
    },
    backup: target => readLarge<void>({ do: 'backup', path: resolve(target) }),
    stats: () => small(() => reader.stats()),
    async [Symbol.asyncDispose]() {
      closing ??= close()
      await closing
    },
  }

  async function readLarge<Value>(order: Parameters<StoreWorker['ask']>[0]): Promise<Value> {
    refuseWhenClosed()
    return (await large.ask(order)) as Value
  }
}

const isSmall = ({ system, check, limit = usualLimit }: ResultQuery): boolean =>
  system !== undefined && check !== undefined && limit <= smallLimit

/** While one batch is written, the others wait together and become the next. */
function createAppends(writer: StoreWorker) {
  interface Waiting {
    readonly batch: Batch
    readonly done: PromiseWithResolvers<void>
  }
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined

  const write = async (group: readonly Waiting[]) => {
    const batch = {
      results: group.flatMap(item => item.batch.results),
      health: group.flatMap(item => item.batch.health),
    }
    try {
      await writer.ask({ do: 'append', batch })
      for (const { done } of group) done.resolve()
    } catch (error) {
      for (const { done } of group) done.reject(error)
    }
  }
  const drain = async () => {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await write(group)
    }
    writing = undefined
  }
  return {
    add(batch: Batch): Promise<void> {
      const done = Promise.withResolvers<void>()
      waiting.push({ batch, done })
      writing ??= drain()
      return done.promise
    },
    settled: async () => {
      await writing
    },
  }
}

/** A worker that comes when it is asked and goes when nobody has asked for a while: an idle one costs 12 MB. */
function createLargeReads({ clock, start }: { readonly clock: Clock; start(): Promise<StoreWorker> }) {
  let worker: Promise<StoreWorker> | undefined
  let cancelRest: (() => void) | undefined
  let asking = 0

  const leave = async () => {
    cancelRest?.()
    const leaving = worker
    worker = undefined
    await (await leaving?.catch(() => undefined))?.close()
  }
  return {
    async ask(order: Parameters<StoreWorker['ask']>[0]): Promise<unknown> {
      cancelRest?.()
      asking += 1
      worker ??= start()
      const current = worker
      try {
        return await (await current).ask(order)
      } catch (error) {
        // One that did not start, or died, is not asked again.
        if (worker === current && error instanceof StoreError && ends.has(error.trouble)) worker = undefined
        throw error
      } finally {
        asking -= 1
        if (asking === 0 && worker !== undefined) cancelRest = clock.timer(readerRests, () => void leave())
      }
    },
    close: leave,
  }
}
