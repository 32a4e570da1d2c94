/** A copy of the database while it is in use. */

import { existsSync, rmSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { StoreError, storeError } from './store-error.ts'

/** Whole or not at all: `path` is there only once the copy is complete. Throws StoreError. */
export async function copyTo(database: DatabaseSync, path: string): Promise<void> {
  if (!existsSync(dirname(path))) {
    throw new StoreError(
      'folder-missing',
      `expected the folder ${dirname(path)} for the backup, found none: create it first`,
    )
  }
  if (path === database.location()) {
    throw new StoreError('failed', `expected another file for the backup than ${path}, found the store itself`)
  }
  const partial = `${path}.partial`
  try {
    // In one step: writers would make a copy in pieces start again and again.
    await backup(database, partial, { rate: 2 ** 30 })
    await rename(partial, path)
  } catch (error) {
    throw storeError(error, path)
  } finally {
    rmSync(partial, { force: true })
  }
}
