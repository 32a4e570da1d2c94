import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RunnerFault } from '../core/fault.ts'
import { makeFolder } from '../system/make-folder.ts'
import { type CommandIo, UsageError } from './command.ts'

/** The folder that holds history, evidence and the token: `--data`, default `./.vedette`. It may not be there. */
export function dataFolderAt(given: string | undefined, io: CommandIo): string {
  if (given === '') throw new UsageError('expected --data to name a folder, found nothing (an unset variable?)')
  return resolve(io.cwd, given ?? '.vedette')
}

/** The same, made with mode 0700 when it is missing. */
export function openDataFolder(given: string | undefined, io: CommandIo): string {
  const folder = dataFolderAt(given, io)
  try {
    makeFolder(folder, 0o700)
  } catch (error) {
    throw new UsageError(
      `expected a folder for data that can be made at ${folder}, found: ${(error as Error).message}; choose another with --data`,
    )
  }
  return folder
}

/** The same, for what only looks or takes away: a mistyped path makes no folder, and is no folder where nothing is known. */
export function existingDataFolder(given: string | undefined, makes: string, io: CommandIo): string {
  const folder = dataFolderAt(given, io)
  if (!existsSync(folder))
    throw new UsageError(
      `expected a data folder at ${folder}, found none; name that of the watch with --data (${makes} makes it)`,
    )
  return folder
}

/** Where screenshots and traces are kept, made when it is missing. */
export function openEvidence(data: string): string {
  const folder = join(data, 'artifacts')
  try {
    makeFolder(folder, 0o700)
  } catch (error) {
    const found = statSync(folder, { throwIfNoEntry: false })?.isFile() ? 'a file' : (error as Error).message
    throw new RunnerFault(
      `expected a folder for screenshots and traces at ${folder}, found: ${found}; move it away, or choose another data folder with --data`,
    )
  }
  return folder
}

export interface Token {
  readonly value: string
  /** True when it was made just now and must be shown once. */
  readonly fresh: boolean
}

/** The token for whatever changes something: VEDETTE_TOKEN, else the one in the data folder, else a new one, kept there with mode 0600. */
export function readToken(folder: string, io: CommandIo): Token {
  const given = io.env['VEDETTE_TOKEN']
  if (given !== undefined && given !== '') {
    if (given.length < 16)
      throw new UsageError(`expected VEDETTE_TOKEN to have 16 characters or more, found ${given.length}`)
    return { value: given, fresh: false }
  }
  return readOrMake(folder, 'token', '; or set VEDETTE_TOKEN')
}

/** What the tokens of heartbeats are made of: whoever loses it has new addresses for all of them. */
export const readHeartbeatSecret = (folder: string): string => readOrMake(folder, 'heartbeat-key', '').value

/** A secret in the data folder, readable by its owner alone; made when it is missing, or when nothing of it was written (a full disk). */
function readOrMake(folder: string, name: string, instead: string): Token {
  const file = join(folder, name)
  const found = readSecretFile(file, instead)
  if (found.length >= 16) return { value: found, fresh: false }
  // Somebody wrote it, and uses it elsewhere: another one in its place would lock them out when they need it most.
  if (found.length > 0)
    throw new UsageError(
      `expected ${file} to hold 16 characters or more, found ${found.length}; write a longer one, or remove the file and a new one is made${instead}`,
    )
  const value = randomBytes(24).toString('base64url')
  try {
    writeFileSync(file, `${value}\n`, { mode: 0o600 })
  } catch (error) {
    throw unwritable(folder, error)
  }
  return { value, fresh: true }
}

function readSecretFile(file: string, instead: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new UsageError(`expected ${file} to be readable, found: ${(error as Error).message}${instead}`)
  }
}

/** People, tokens and sessions: the same for all environments. */
export const accountsFile = (folder: string): string => join(folder, 'accounts.db')

/** The history of one environment: what staging did says nothing of production. */
export const historyFile = (folder: string, environment: string): string =>
  join(folder, `history-${encodeURIComponent(environment)}.db`)

/**
 * Makes this process the only one that watches with a data folder, or moves things in it. The lock is SQLite's on an empty database: it
 * ends with the process, however that ends. Disposing gives it back.
 */
export function lockDataFolder(folder: string): Disposable {
  const database = openLock(folder)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode !== busy) throw unwritable(folder, error)
    throw new UsageError(
      `expected no other \`vedette watch\` with the data folder ${folder}, found one; stop it, or choose another folder with --data`,
    )
  }
  return { [Symbol.dispose]: () => database.close() }
}

// SQLITE_BUSY
const busy = 5

function openLock(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, 'lock'), { timeout: 0 })
  } catch (error) {
    throw unwritable(folder, error)
  }
}

const unwritable = (folder: string, error: unknown) =>
  new UsageError(
    `expected a data folder that can be written to at ${folder}, found: ${(error as Error).message}; choose another with --data`,
  )
