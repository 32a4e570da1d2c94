/** What can be wrong with a store, in sentences for people. */

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'

export type StoreTrouble =
  | 'locked'
  | 'read-only'
  | 'not-a-database'
  | 'newer-version'
  | 'full'
  | 'folder-missing'
  | 'damaged'
  | 'closed'
  | 'lost'
  | 'failed'

/** The store cannot do what it was asked. The message says what was expected, what was found and how to mend it. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly trouble: StoreTrouble
  constructor(trouble: StoreTrouble, message: string, options?: ErrorOptions) {
    super(message, options)
    this.trouble = trouble
  }
}

export const closedStore = (path: string): StoreError =>
  new StoreError(
    'closed',
    `expected the store ${path} to be open, found it closed: its process is ending; start it again`,
  )

/** `SQLITE_…` by primary result code. */
const codes = { busy: 5, locked: 6, readOnly: 8, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const

/** The sentence for an error of SQLite at `path`. */
export function storeError(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error
  const { errcode, message } = error as { readonly errcode?: number; readonly message?: string }
  const say = (trouble: StoreTrouble, text: string) => new StoreError(trouble, text, { cause: error })
  switch ((errcode ?? 0) & 0xff) {
    case codes.busy:
    case codes.locked:
      return say(
        'locked',
        `expected to write to ${path}, found it locked by another process: end that process, or name another folder with --data`,
      )
    case codes.readOnly:
      return say('read-only', readOnlyText(path))
    case codes.cannotOpen:
      return existsSync(dirname(path))
        ? say('read-only', readOnlyText(path))
        : say(
            'folder-missing',
            `expected the folder ${dirname(path)} for the history, found none: create it, or name another with --data`,
          )
    case codes.full:
      return say(
        'full',
        `expected room for the history in ${path}, found the disk full: free some space or lower retention.bytes; storing goes on by itself once there is room`,
      )
    case codes.notADatabase:
      return say('not-a-database', foreignText(path))
    case codes.corrupt:
      return say(
        'damaged',
        `expected a sound database in ${path}, found it damaged: move it away, or put a backup in its place`,
      )
    default:
      return say('failed', `the store ${path} failed: ${message ?? String(error)}`)
  }
}

const readOnlyText = (path: string) =>
  `expected ${path} and its folder to be writable, found them read-only: give this user the right to write there, or name another folder with --data`

export const foreignText = (path: string): string =>
  `expected ${path} to be a database of Vedette, found something else: move it away, or name another folder with --data`

export const newerText = (path: string, expected: number, found: number): string =>
  `expected ${path} in version ${expected} or older, found version ${found}: it was written by a newer Vedette, so start that one, or name another folder with --data`
