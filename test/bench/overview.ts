import { mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pino from 'pino'
import type { Result } from '../../runner/core/contracts.ts'
import type { WatchedCheck } from '../../runner/core/ports.ts'
import { createServer } from '../../runner/server/create-server.ts'
import { createAccounts } from '../../runner/stores/accounts.ts'
import { packOutcome } from '../../runner/stores/pack.ts'
import { createRollUp } from '../../runner/stores/roll-up.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { createPasswords } from '../../runner/system/passwords.ts'
import { failed, run } from '../stores/runs.ts'
import { createFakeWatch, healthOf, watchedCheck } from '../support/fake-watch.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { median, type Row } from './row.ts'

const checks = 2_000
const days = 90
const day = 86_400_000
const hour = 3_600_000
const perHour = 60
/** Of so many the raw rows are counted; 2,000 would be 259 million. */
const rawChecks = 10

/** The first page over ninety days of two thousand checks; beside it the same numbers counted from single runs. */
export async function bench(): Promise<readonly Row[]> {
  using folder = tempFolder()
  const path = join(folder.path, 'history.db')
  const now = Date.now()
  await fill(path, now)
  const counted = fromRawRows(join(folder.path, 'raw.db'), now)
  await using store = await createSqliteStore({ path, clock: realClock })
  const artifacts = join(folder.path, 'artifacts')
  await mkdir(artifacts)
  const server = await createServer({
    watch: createFakeWatch({ checks: watched(now), now }),
    store,
    artifacts,
    token: 'a-token-of-a-bench',
    accounts: createAccounts({ path: ':memory:' }),
    passwords: createPasswords(),
    log: pino({ level: 'silent' }),
    clock: realClock,
    port: 0,
  })
  const first = await ask(`${server.url}/?window=90d`)
  const again: number[] = []
  for (let round = 0; round < 15; round++) again.push((await ask(`${server.url}/?window=90d`)).ms)
  const everything = await ask(`${server.url}/?window=90d&all=1`)
  await server.close()
  const peer = `${(counted / 1_000).toFixed(0)} s from single runs (${rawChecks} checks, times ${checks / rawChecks})`
  const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(0)} kB`
  return [
    {
      what: 'overview of 2,000 checks over 90 days, first view',
      ours: `${first.ms.toFixed(0)} ms`,
      peer,
      ratio: first.ms / counted,
      bar: '200 ms',
    },
    {
      what: 'the same again, median',
      ours: `${median(again).toFixed(0)} ms`,
      peer,
      ratio: median(again) / counted,
      bar: '200 ms',
    },
    { what: 'its bytes, compressed', ours: kilobytes(first.bytes), peer: '–', bar: '200 kB' },
    {
      what: 'with all 2,000 rows',
      ours: `${everything.ms.toFixed(0)} ms, ${kilobytes(everything.bytes)}`,
      peer: '–',
      bar: '200 kB',
    },
  ]
}

const words = [
  'checkout',
  'health',
  'sign-in',
  'orders',
  'search',
  'certificate',
  'profile',
  'export',
  'invoices',
  'uploads',
]
const name = (check: number) => `${words[check % 10]}-${words[Math.floor(check / 10) % 10]}-${check.toString(36)}`

/** Times scatter and some runs fail, so that no two rows are alike and compressing has something to do. */
function someRun(more: Partial<Result>): Result {
  const timed = { ...more, duration: 80 * Math.exp(Math.random() * 2 - 1), phases: [], metrics: {} }
  return Math.random() < 0.03 ? failed(timed) : run(timed)
}

/** Some of everything, as a bad day has it. */
function watched(now: number): readonly WatchedCheck[] {
  const states = ['down', 'degraded', 'unknown', 'retrying'] as const
  return Array.from({ length: checks }, (_, index) =>
    watchedCheck(`system-${index % 20}`, name(index), {
      interval: hour / perHour,
      tags: [`team-${index % 7}`],
      health: healthOf(states[index % 40] ?? 'up', { since: now - 7_200_000 - index, lastRunAt: now - 4_000 }),
    }),
  )
}

/** Whole hours and days as the store rolls them up, and the runs of the hour that goes on. */
async function fill(path: string, now: number): Promise<void> {
  {
    await using store = await createSqliteStore({ path, clock: realClock })
    const slots = Array.from({ length: 60 }, (_, index) => now - (60 - index) * 60_000)
    for (const slot of slots) {
      const results = Array.from({ length: checks }, (_, check) =>
        someRun({ system: `system-${check % 20}`, check: name(check), slot, startedAt: slot }),
      )
      await store.append({ results, health: [] })
    }
  }
  const database = new DatabaseSync(path)
  const lastHour = Math.floor(now / hour)
  const today = Math.floor(now / day)
  database.exec('PRAGMA synchronous = OFF; BEGIN; CREATE TEMP TABLE sample (at INTEGER PRIMARY KEY, h BLOB, d BLOB)')
  const keep = database.prepare('INSERT INTO sample VALUES (?, ?, ?)')
  for (let at = 0; at < 64; at++) keep.run(at, histogram(perHour), histogram(24 * perHour))
  const add = (table: 'hour' | 'day', from: number, to: number, runs: number) =>
    database
      .prepare(
        `WITH RECURSIVE time(at) AS (VALUES (?1) UNION ALL SELECT at + 1 FROM time WHERE at + 1 < ?2)
         INSERT INTO ${table} SELECT checks.id, time.at, ?3 - 1, 0, 1, 0, 0, 90000, sample.${table[0]}, 0
         FROM checks CROSS JOIN time JOIN sample ON sample.at = (checks.id + time.at) % 64 ORDER BY checks.id, time.at`,
      )
      .run(from, to, runs)
  // The first day counts from its first hour; day rows hold today as far as it has hours.
  add('hour', (today - days - 1) * 24, lastHour, perHour)
  add('day', today - days - 1, today + 1, 24 * perHour)
  database.prepare('UPDATE state SET rolled_to = ?, raw_from = ?, hours_from = 0').run(lastHour * hour, now - 7 * day)
  database.exec('COMMIT')
  database.close()
}

/** A distribution as an HTTP probe has it. */
function histogram(runs: number): Uint8Array {
  const rollUp = createRollUp()
  for (let index = 0; index < runs; index++) {
    const ms = 80 * Math.exp((Math.random() + Math.random() + Math.random() - 1.5) * 0.6)
    rollUp.add(packOutcome({ verdict: 'passed', attempts: 1 }), Math.round(ms * 100))
  }
  return rollUp.row()[6]
}

/** Milliseconds to count 2,000 checks, from a table of single runs as monitors without roll-ups have it. */
function fromRawRows(path: string, now: number): number {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA synchronous = OFF;
    CREATE TABLE run (check_id INTEGER, at INTEGER, verdict INTEGER, duration INTEGER, PRIMARY KEY (check_id, at)) WITHOUT ROWID`)
  database
    .prepare(
      `WITH RECURSIVE time(at) AS (VALUES (?1) UNION ALL SELECT at + 60000 FROM time WHERE at + 60000 < ?2),
       one(id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM one WHERE id < ?3)
       INSERT INTO run SELECT one.id, time.at, time.at % 997 = 0, 8000 + time.at % 499 FROM one CROSS JOIN time`,
    )
    .run(now - days * day, now, rawChecks)
  const count = database.prepare(
    'SELECT check_id, count(*), sum(verdict), avg(duration) FROM run WHERE at >= ? AND at < ? GROUP BY check_id',
  )
  count.all(now - days * day, now)
  const start = performance.now()
  count.all(now - days * day, now)
  const took = performance.now() - start
  database.close()
  return (took * checks) / rawChecks
}

/** Time to the last byte, and how many came over the wire. */
async function ask(url: string): Promise<{ readonly ms: number; readonly bytes: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly ms: number; readonly bytes: number }>()
  const start = performance.now()
  const asked = request(url, { headers: { accept: 'text/html', 'accept-encoding': 'gzip, deflate, br' } }, response => {
    let bytes = 0
    response.on('data', (piece: Buffer) => {
      bytes += piece.length
    })
    response.on('end', () => resolve({ ms: performance.now() - start, bytes }))
  })
  asked.on('error', reject)
  asked.end()
  return promise
}
