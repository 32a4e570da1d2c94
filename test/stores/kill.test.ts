import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Store } from '../../runner/core/ports.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { minute } from './runs.ts'

const perBatch = 40
// Far from zero, so that retention has something to delete.
const firstBatch = 1_000_000

/** Runs the child until it has told `lines` lines, kills it at some moment after, returns the last batch that was safe. */
async function appendUntilKilled(path: string, first: number, lines: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'appender.ts'), path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let safe = first - 1
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') safe = Number(line)
    seen += 1
    // What comes after the kill was written before it, and counts.
    if (seen === lines) {
      await new Promise(resolve => setImmediate(resolve))
      child.kill('SIGKILL')
    }
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return safe
}

// Many starts of a whole process: a busy machine takes its time.
test('a kill at any moment loses no stored run and counts none twice', { timeout: 180_000 }, async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'history.db')
  let first = firstBatch
  for (const lines of [1, 7, 12, 23]) {
    const safe = await appendUntilKilled(path, first, lines)
    await using store = await createSqliteStore({ path, clock: realClock, retention: { rawDays: 1 / 4 } })
    const stored = await countOf(store)
    const batches = stored / perBatch
    expect(Number.isInteger(batches), 'a batch is there as a whole or not at all').toBe(true)
    expect(firstBatch + batches).toBeGreaterThan(safe)
    expect(firstBatch + batches).toBeLessThanOrEqual(safe + 2)
    const [health] = await store.health()
    expect(health?.health.lastRunAt).toBe(batches === 0 ? undefined : (firstBatch + batches - 1) * 10 * minute)
    expectCountersRight(path)
    first = firstBatch + batches
  }
  expect(first).toBeGreaterThan(firstBatch + 35)
})

test('runs that come again after a kill change nothing', async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'history.db')
  const safe = await appendUntilKilled(path, firstBatch, 14)
  // The child starts again where it started before: all of it comes twice.
  const again = await appendUntilKilled(path, firstBatch, 20)
  await using store = await createSqliteStore({ path, clock: realClock })
  const batches = (await countOf(store)) / perBatch + firstBatch - 1
  expect(batches).toBeGreaterThanOrEqual(Math.max(safe, again))
  expect(batches).toBeLessThanOrEqual(Math.max(safe, again) + 1)
})

/** Runs by roll-ups and raw rows together, as windows see them. */
async function countOf(store: Store): Promise<number> {
  const windows = await store.windows({ from: 0, to: Number.MAX_SAFE_INTEGER })
  return windows.flatMap(({ runs }) => Object.values(runs)).reduce((sum, many) => sum + many, 0)
}

function expectCountersRight(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  const one = (sql: string) => database.prepare(sql).get()!
  expect(one('SELECT results, details, hours FROM state')).toEqual(
    one(
      'SELECT (SELECT count(*) FROM result) AS results, (SELECT count(*) FROM result_detail) AS details, (SELECT count(*) FROM hour) AS hours',
    ),
  )
  expect(one('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
  database.close()
}
