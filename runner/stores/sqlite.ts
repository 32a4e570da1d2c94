/** History in one SQLite file: written by one worker, which also reads what is large. */

import { resolve } from 'node:path'
import type { Clock, Result } from '../core/contracts.ts'
import type { Batch, ResultQuery, SeriesPoint, Store, WindowStats } from '../core/ports.ts'
import { openForReading } from './schema.ts'
import { startLastingWorker } from './sqlite-lasting.ts'
import { defaultRetention, type Retention } from './sqlite-maintenance.ts'
import { createReader } from './sqlite-reader.ts'
import { usualLimit } from './sqlite-results.ts'
import { type StoreWorker, startStoreWorker } from './sqlite-thread.ts'
import { closedStore, storeError } from './store-error.ts'

export interface SqliteStoreOptions {
  /** The file; its folder must be there. */
  readonly path: string
  readonly retention?: Partial<Retention>
  readonly clock: Clock
  /** How long to wait for another process's lock, ms. Default 5000. */
  readonly patience?: number
}

// What main reads itself takes a millisecond or two; the rest is read where it is written: a thread more would cost 17 MB.
const smallLimit = 500

/** Opens or makes the store. Rejects with StoreError. */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { clock, patience = 5_000 } = options
  const path = resolve(options.path)
  const setup = { path, patience, retention: { ...defaultRetention, ...options.retention } }
  const worker = await startLastingWorker({ clock, start: onLost => startStoreWorker(setup, onLost) })
  const database = openForReading({ path, patience })
  const reader = createReader(database)
  const appends = createAppends(worker)
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
    if (closing) throw closedStore(path)
  }
  const close = async () => {
    await appends.settled()
    database.close()
    await worker.close()
  }

  return {
    async append(batch) {
      refuseWhenClosed()
      if (batch.results.length + batch.health.length + (batch.keep?.length ?? 0) > 0) await appends.add(batch)
    },
    async rename(system, from, to) {
      refuseWhenClosed()
      await appends.settled()
      await worker.ask({ do: 'rename', system, from, to })
    },
    health: () => small(() => reader.health()),
    kept: (kind, query) => small(() => reader.kept(kind, query)),
    keptOne: (kind, id) => small(() => reader.keptOne(kind, id)),
    results: async query =>
      isSmall(query) ? small(() => reader.results(query)) : readLarge<readonly Result[]>({ do: 'results', query }),
    result: id => small(() => reader.result(id)),
    strips: checks => small(() => reader.strips(checks)),
    windows: query => readLarge<readonly WindowStats[]>({ do: 'windows', query }),
    series: query => readLarge<readonly SeriesPoint[]>({ do: 'series', query }),
    async addLoadRun(run) {
      refuseWhenClosed()
      await worker.ask({ do: 'addLoadRun', run })
    },
    loadRuns: system => small(() => reader.loadRuns(system)),
    loadRun: id => small(() => reader.loadRun(id)),
    newestLoadRuns: () => small(() => reader.newestLoadRuns()),
    async maintain(now) {
      refuseWhenClosed()
      await worker.ask({ do: 'maintain', now })
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
    return (await worker.ask(order)) as Value
  }
}

const isSmall = ({ system, check, limit = usualLimit }: ResultQuery): boolean =>
  system !== undefined && check !== undefined && limit <= smallLimit

/** While one batch is written, the others wait together and become the next. */
function createAppends(worker: StoreWorker) {
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
      keep: group.flatMap(item => item.batch.keep ?? []),
    }
    try {
      await worker.ask({ do: 'append', batch })
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
