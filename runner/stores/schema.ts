/** The tables, their versions, and how a connection is opened. */

import { DatabaseSync } from 'node:sqlite'
import { foreignText, newerText, StoreError, storeError } from './store-error.ts'

/** `VEDE`, in the header of the file: an innocent database of somebody else is never written to. */
const applicationId = 0x56454445

/** One script a version, the first makes the tables. Only ever add to the end: files of every version are out there. */
export const upgrades: readonly string[] = [
  `
  CREATE TABLE checks (id INTEGER PRIMARY KEY, system TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (system, name)) STRICT;
  CREATE TABLE locations (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  -- What hardly ever changes from run to run: [environment, version, browser, revision].
  CREATE TABLE origins (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE) STRICT;
  -- lane: location and trigger; outcome: verdict, reason and attempts (pack.ts); started: ms after the slot;
  -- duration and loop_delay: units of 10 µs.
  CREATE TABLE result (
    check_id INTEGER NOT NULL, slot INTEGER NOT NULL, lane INTEGER NOT NULL, outcome INTEGER NOT NULL,
    started INTEGER NOT NULL, duration INTEGER NOT NULL, loop_delay INTEGER NOT NULL, origin INTEGER NOT NULL,
    phases BLOB, PRIMARY KEY (check_id, slot, lane)
  ) WITHOUT ROWID, STRICT;
  -- What did not pass, newest first, without a walk through what did.
  CREATE INDEX result_trouble ON result (slot) WHERE outcome & 3 <> 0;
  CREATE TABLE result_detail (
    check_id INTEGER NOT NULL, slot INTEGER NOT NULL, lane INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (check_id, slot, lane)
  ) WITHOUT ROWID, STRICT;
  -- at: hours (days) since 1970 UTC; sum: units of 10 µs.
  CREATE TABLE hour (
    check_id INTEGER NOT NULL, at INTEGER NOT NULL, passed INTEGER NOT NULL, degraded INTEGER NOT NULL,
    failed INTEGER NOT NULL, unknown INTEGER NOT NULL, retried INTEGER NOT NULL, sum INTEGER NOT NULL,
    histogram BLOB NOT NULL, PRIMARY KEY (check_id, at)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE day (
    check_id INTEGER NOT NULL, at INTEGER NOT NULL, passed INTEGER NOT NULL, degraded INTEGER NOT NULL,
    failed INTEGER NOT NULL, unknown INTEGER NOT NULL, retried INTEGER NOT NULL, sum INTEGER NOT NULL,
    histogram BLOB NOT NULL, PRIMARY KEY (check_id, at)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE strip (check_id INTEGER PRIMARY KEY, runs BLOB NOT NULL) STRICT;
  CREATE TABLE health (check_id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
  CREATE TABLE load_run (id TEXT PRIMARY KEY, system TEXT NOT NULL, started INTEGER NOT NULL, json TEXT NOT NULL) STRICT;
  -- Every scheduled run before rolled_to is in a roll-up, none after it. Every raw row from raw_from on is there.
  CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1), rolled_to INTEGER NOT NULL, raw_from INTEGER NOT NULL,
    hours_from INTEGER NOT NULL, results INTEGER NOT NULL, details INTEGER NOT NULL, hours INTEGER NOT NULL
  ) STRICT;
  INSERT INTO state VALUES (1, 0, 0, 0, 0, 0, 0);
  `,
  `
  ALTER TABLE hour ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE day ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0;
  -- Records beside results: incidents, messages, deploys, arrivals (core/ports.ts, Kept). at: epoch ms.
  CREATE TABLE kept (
    kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, open INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX kept_by_time ON kept (kind, at);
  CREATE INDEX kept_open ON kept (kind, at) WHERE open = 1;
  `,
]

export interface OpenOptions {
  readonly path: string
  /** How long to wait for another process's lock, ms. */
  readonly patience: number
  readonly upgrades?: readonly string[]
}

/** The one connection that writes: makes or upgrades the tables. Throws StoreError. */
export function openForWriting({ path, patience, upgrades: scripts = upgrades }: OpenOptions): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: patience })
    identify(database, path, scripts.length)
    // Free pages go back to the disk only when this was said before the first table.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216')
    // Each check writes to pages of its own: room for those of a few thousand checks, and a checkpoint only every 16 MB.
    database.exec('PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 4000')
    transact(database, () => upgrade(database!, path, scripts))
    return database
  } catch (error) {
    database?.close()
    throw storeError(error, path)
  }
}

/** A connection for reading, once the writer has opened the file. Throws StoreError. */
export function openForReading({ path, patience }: OpenOptions): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: patience, readOnly: true })
  } catch (error) {
    throw storeError(error, path)
  }
}

/** All or nothing; takes the writer's lock at once, so that a read never has to become a write. */
export function transact<Value>(database: DatabaseSync, work: () => Value): Value {
  database.exec('BEGIN IMMEDIATE')
  try {
    const value = work()
    database.exec('COMMIT')
    return value
  } catch (error) {
    // A full disk may have rolled back already.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0)
}

function identify(database: DatabaseSync, path: string, newest: number): void {
  const found = pragma(database, 'user_version')
  const ours = pragma(database, 'application_id') === applicationId
  const empty = pragma(database, 'page_count') === 0 || (found === 0 && tableCount(database) === 0)
  if (!ours && !empty) throw new StoreError('not-a-database', foreignText(path))
  if (found > newest) throw new StoreError('newer-version', newerText(path, newest, found))
}

const tableCount = (database: DatabaseSync): number =>
  Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()!['n'])

function upgrade(database: DatabaseSync, path: string, scripts: readonly string[]): void {
  // Once more, under the lock: another process may have upgraded meanwhile.
  identify(database, path, scripts.length)
  const found = pragma(database, 'user_version')
  for (const script of scripts.slice(found)) database.exec(script)
  if (found === scripts.length) return
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${scripts.length}`)
}
