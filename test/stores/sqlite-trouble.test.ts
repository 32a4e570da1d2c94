import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { runId } from '../../runner/core/ports.ts'
import { openForWriting, upgrades } from '../../runner/stores/schema.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { createReader } from '../../runner/stores/sqlite-reader.ts'
import { createWriter } from '../../runner/stores/sqlite-writer.ts'
import { storeError } from '../../runner/stores/store-error.ts'
import { realClock } from '../../runner/system/clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { openSqlite } from './open-sqlite.ts'
import { failed, hour, minute, monday, run, runs } from './runs.ts'

const open = (path: string, patience = 50) => createSqliteStore({ path, clock: realClock, patience })
const folders: Disposable[] = []
const folderOf = () => {
  const folder = tempFolder()
  folders.push(folder)
  return folder.path
}
afterEach(() => {
  for (const folder of folders.splice(0)) folder[Symbol.dispose]()
})

/** What a user without special rights is told. */
function openAsNobody(path: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'open-store.ts'), path], {
    encoding: 'utf8',
  })
  return stdout + stderr
}

test('a folder that is missing', async () => {
  const path = join(folderOf(), 'nowhere', 'history.db')
  await expect(open(path)).rejects.toMatchObject({
    name: 'StoreError',
    trouble: 'folder-missing',
    message: `expected the folder ${join(path, '..')} for the history, found none: create it, or name another with --data`,
  })
})

test('a file that is no database is left as it is', async () => {
  const path = join(folderOf(), 'history.db')
  writeFileSync(path, 'Dear diary, this is no database at all.'.repeat(50))
  await expect(open(path)).rejects.toMatchObject({
    trouble: 'not-a-database',
    message: `expected ${path} to be a database of Vedette, found something else: move it away, or name another folder with --data`,
  })
  expect(readFileSync(path, 'utf8')).toMatch(/^Dear diary/)
})

test('a database of somebody else is left as it is', async () => {
  const path = join(folderOf(), 'history.db')
  const foreign = new DatabaseSync(path)
  foreign.exec('CREATE TABLE accounts (id INTEGER)')
  foreign.close()
  const before = readFileSync(path)
  await expect(open(path)).rejects.toMatchObject({ trouble: 'not-a-database' })
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('a file from a newer version', async () => {
  await using opened = await openSqlite()
  await opened.store[Symbol.asyncDispose]()
  const database = new DatabaseSync(opened.path)
  database.exec('PRAGMA user_version = 99')
  database.close()
  await expect(open(opened.path)).rejects.toMatchObject({
    trouble: 'newer-version',
    message: `expected ${opened.path} in version ${upgrades.length} or older, found version 99: it was written by a newer Vedette, so start that one, or name another folder with --data`,
  })
})

test('a damaged file', async () => {
  await using opened = await openSqlite()
  await opened.store.append({ results: runs(2_000), health: [] })
  await opened.store[Symbol.asyncDispose]()
  const bytes = readFileSync(opened.path)
  writeFileSync(opened.path, bytes.fill(0xa5, 100, 16_000))
  await expect(open(opened.path)).rejects.toMatchObject({
    trouble: 'damaged',
    message: `expected a sound database in ${opened.path}, found it damaged: move it away, or put a backup in its place`,
  })
})

test('a file that another process has locked, when opened and when written to; afterwards it works again', async () => {
  await using opened = await openSqlite({ patience: 50 })
  const other = new DatabaseSync(opened.path)
  other.exec('BEGIN IMMEDIATE')
  const locked = {
    trouble: 'locked',
    message: `expected to write to ${opened.path}, found it locked by another process: end that process, or name another folder with --data`,
  }
  await expect(opened.store.append({ results: [run()], health: [] })).rejects.toMatchObject(locked)
  await expect(open(opened.path)).rejects.toMatchObject(locked)
  other.exec('ROLLBACK')
  other.close()
  await opened.store.append({ results: [run()], health: [] })
  expect(await opened.store.results({})).toHaveLength(1)
})

test('a file that may only be read', async () => {
  await using opened = await openSqlite()
  await opened.store[Symbol.asyncDispose]()
  chmodSync(opened.folder, 0o777)
  chmodSync(opened.path, 0o444)
  expect(openAsNobody(opened.path)).toBe(
    `read-only: expected ${opened.path} and its folder to be writable, found them read-only: give this user the right to write there, or name another folder with --data`,
  )
})

test('a folder that may only be read', () => {
  const folder = folderOf()
  const path = join(folder, 'history.db')
  chmodSync(folder, 0o555)
  expect(openAsNobody(path)).toMatch(/^read-only: expected .*history\.db and its folder to be writable/)
  chmodSync(folder, 0o777)
  if (process.getuid?.() === 0) chownSync(folder, 65_534, 65_534)
  expect(openAsNobody(path)).toBe('stored')
})

test('a full disk: nothing half written, what was there stays, and it goes on once there is room', () => {
  const path = join(folderOf(), 'history.db')
  const database = openForWriting({ path, patience: 50 })
  const writer = createWriter(database)
  const reader = createReader(database)
  const big = {
    'a-figure': 1,
    ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`figure-${index}`, 1])),
  }
  writer.append({ results: [failed()], health: [] })
  const pages = Number(database.prepare('PRAGMA page_count').get()!['page_count'])
  database.exec(`PRAGMA max_page_count = ${pages + 2}`)
  const batch = {
    results: [
      ...runs(3, { check: 'new', slot: monday + minute }),
      ...Array.from({ length: 20 }, (_, index) => failed({ slot: monday + hour + index * minute, metrics: big })),
    ],
    health: [],
  }
  let thrown: unknown
  try {
    writer.append(batch)
  } catch (error) {
    thrown = storeError(error, path)
  }
  expect(thrown).toMatchObject({
    trouble: 'full',
    message: `expected room for the history in ${path}, found the disk full: free some space or lower retention.bytes; storing goes on by itself once there is room`,
  })
  expect(reader.results({}).map(runId)).toEqual([runId(failed())])
  expect(reader.strips().map(strip => strip.check)).toEqual(['home'])
  database.exec('PRAGMA max_page_count = 100000')
  writer.append(batch)
  expect(reader.stats().results).toBe(24)
  expect(reader.results({ check: 'new', system: 'shop' })).toHaveLength(3)
  database.close()
})

test('a file of an older version is brought up to date, once', () => {
  const path = join(folderOf(), 'history.db')
  const old = openForWriting({ path, patience: 50 })
  createWriter(old).append({ results: runs(3), health: [] })
  old.close()
  const newer = [...upgrades, 'ALTER TABLE checks ADD COLUMN note TEXT; CREATE TABLE later (id INTEGER) STRICT']
  for (const _ of ['upgrade', 'nothing to do']) {
    const database = openForWriting({ path, patience: 50, upgrades: newer })
    expect(database.prepare('SELECT name, note FROM checks').all()).toEqual([{ name: 'home', note: null }])
    expect(createReader(database).results({})).toHaveLength(3)
    database.close()
  }
  expect(() => openForWriting({ path, patience: 50 })).toThrow(`found version ${newer.length}`)
})

test('an upgrade that fails leaves the file in its old version', () => {
  const path = join(folderOf(), 'history.db')
  openForWriting({ path, patience: 50 }).close()
  const broken = [...upgrades, 'CREATE TABLE later (id INTEGER) STRICT; SELECT nonsense']
  expect(() => openForWriting({ path, patience: 50, upgrades: broken })).toThrow(/nonsense/)
  const database = openForWriting({ path, patience: 50 })
  expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'later'").all()).toEqual([])
  database.close()
})

test('a closed store says so', async () => {
  await using opened = await openSqlite()
  const { store } = opened
  await store[Symbol.asyncDispose]()
  const closed = {
    trouble: 'closed',
    message: expect.stringContaining(`expected the store ${opened.path} to be open, found it closed`),
  }
  await expect(store.append({ results: [run()], health: [] })).rejects.toMatchObject(closed)
  await expect(store.windows({ from: 0, to: 1 })).rejects.toMatchObject(closed)
  await expect(store.strips()).rejects.toMatchObject(closed)
  await expect(store.maintain(monday)).rejects.toMatchObject(closed)
})
