import { join } from 'node:path'
import type { Store } from '../../runner/core/ports.ts'
import { createSqliteStore, type SqliteStoreOptions } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { tempFolder } from '../support/temp-folder.ts'

export interface OpenedSqlite extends AsyncDisposable {
  readonly store: Store
  readonly path: string
  readonly folder: string
  /** Closes the store and opens its file again. */
  reopen(): Promise<Store>
}

/** A store in a folder of its own, gone with its scope. */
export async function openSqlite(options: Partial<SqliteStoreOptions> = {}): Promise<OpenedSqlite> {
  const folder = tempFolder()
  const path = join(folder.path, 'history.db')
  const open = () => createSqliteStore({ path, clock: realClock, ...options })
  let store = await open()
  return {
    get store() {
      return store
    },
    path,
    folder: folder.path,
    async reopen() {
      await store[Symbol.asyncDispose]()
      store = await open()
      return store
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}
