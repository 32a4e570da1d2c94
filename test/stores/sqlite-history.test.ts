import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { runId } from '../../runner/core/ports.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { openSqlite } from './open-sqlite.ts'
import { day, down, failed, hour, minute, monday, run, runs } from './runs.ts'

test('everything is there again after a restart', async () => {
  await using opened = await openSqlite()
  const results = [...runs(70), failed({ slot: monday + 80 * minute })]
  await opened.store.append({ results, health: [{ system: 'shop', check: 'home', health: down }] })
  const all = async () => {
    const { store } = opened
    return [
      await store.results({ limit: 1_000 }),
      await store.strips(),
      await store.health(),
      await store.windows({ from: 0, to: monday + day }),
      await store.stats(),
    ]
  }
  const before = await all()
  await opened.reopen()
  expect(await all()).toEqual(before)
})

test('of plain passes the first of an hour is kept in full', async () => {
  await using opened = await openSqlite()
  const results = runs(180)
  await opened.store.append({ results: results.slice(0, 30), health: [] })
  await opened.store.append({ results: results.slice(30), health: [] })
  expect((await opened.store.stats()).details).toBe(3)
  expect(await opened.store.result(runId(results[60]!))).toEqual(results[60])
})

test('appends that come while one is written are written together', async () => {
  await using opened = await openSqlite()
  const { store } = opened
  await Promise.all(runs(50).map(result => store.append({ results: [result], health: [] })))
  expect((await store.stats()).results).toBe(50)
})

test('a batch with a run that nobody can store does not hold up the others', async () => {
  await using opened = await openSqlite()
  await opened.store.append({
    results: [run({ slot: Number.NaN }), run({ duration: Number.NaN, loopDelay: Number.NaN })],
    health: [],
  })
  expect(await opened.store.results({})).toMatchObject([{ slot: monday, duration: 0 }])
})

test('beyond its days a single run leaves its hour, beyond theirs an hour its day; counts stay exact', async () => {
  await using opened = await openSqlite({ retention: { rawDays: 2, hourDays: 5 } })
  const { store } = opened
  for (let index = 0; index < 10; index++) {
    await store.append({ results: runs(24, { slot: monday + index * day }), health: [] })
    await store.append({ results: [failed({ slot: monday + index * day + 23 * hour })], health: [] })
    await store.maintain(monday + index * day + 24 * hour)
  }
  const [all] = await store.windows({ from: monday, to: monday + 10 * day })
  expect(all?.runs).toEqual({ passed: 240, degraded: 0, failed: 10, unknown: 0 })
  // Raw: to the run. Hours: to the hour. Days: to the day.
  const passed = async (from: number, to: number) => (await store.windows({ from, to }))[0]?.runs.passed ?? 0
  expect(await passed(monday + 9 * day, monday + 9 * day + 7 * minute)).toBe(7)
  expect(await passed(monday + 6 * day + 5 * minute, monday + 6 * day + hour)).toBe(24)
  expect(await passed(monday + 2 * day, monday + 2 * day + hour)).toBe(0)
  expect(await passed(monday + 2 * day + hour, monday + 3 * day)).toBe(24)
  expect(await store.stats()).toMatchObject({ results: 50, hours: 10 })
})

test('a run that comes later than its retention changes nothing', async () => {
  await using opened = await openSqlite()
  const { store } = opened
  await store.append({ results: runs(60), health: [] })
  await store.maintain(monday + 9 * day)
  await store.append({ results: runs(60), health: [] })
  await store.maintain(monday + 9 * day)
  expect((await store.windows({ from: 0, to: monday + 10 * day }))[0]?.runs.passed).toBe(60)
  expect((await store.stats()).results).toBe(0)
  expect((await store.strips())[0]?.runs).toHaveLength(60)
})

test('a clock that was years ahead for a while does not close the door for what comes after', async () => {
  await using opened = await openSqlite()
  const { store } = opened
  await store.append({ results: runs(60), health: [] })
  await store.maintain(monday + 3_000 * day)
  await store.append({ results: runs(60, { slot: monday + 2 * hour }), health: [] })
  await store.maintain(monday + 3 * hour)
  const [found] = await store.windows({ from: monday, to: monday + 150 * minute })
  expect(found?.runs.passed).toBe(90)
})

test('beyond its bytes the oldest runs go, roll-ups stay, and the file shrinks', async () => {
  await using opened = await openSqlite({ retention: { bytes: 300_000 } })
  const { store } = opened
  const perCheck = 24 * 60
  for (let check = 0; check < 12; check++) {
    await store.append({ results: runs(perCheck, { check: `check-${check}` }), health: [] })
  }
  await store.maintain(monday)
  const before = (await store.stats()).bytes
  expect(before).toBeGreaterThan(600_000)
  await store.maintain(monday + day)
  const { bytes, results, oldest } = await store.stats()
  expect(bytes).toBeLessThanOrEqual(300_000)
  expect(statSync(opened.path).size).toBe(bytes)
  expect(results).toBeGreaterThan(0)
  expect(oldest).toBeGreaterThan(monday + hour)
  const windows = await store.windows({ from: monday, to: monday + day })
  expect(windows.map(window => window.runs.passed)).toEqual(Array.from({ length: 12 }, () => perCheck))
})

test('results are stored while maintenance is under way', async () => {
  await using opened = await openSqlite()
  const { store } = opened
  for (let check = 0; check < 20; check++) {
    await store.append({ results: runs(2_000, { check: `check-${check}` }), health: [] })
  }
  const order: string[] = []
  const maintenance = store.maintain(monday + 30 * day).then(() => order.push('maintained'))
  await store.append({ results: [run({ slot: monday + 29 * day })], health: [] }).then(() => order.push('stored'))
  await maintenance
  expect(order).toEqual(['stored', 'maintained'])
})

test('a store that is closed during its maintenance goes on with it next time', async () => {
  await using opened = await openSqlite()
  for (let check = 0; check < 20; check++) {
    await opened.store.append({ results: runs(2_000, { check: `check-${check}` }), health: [] })
  }
  const interrupted = expect(opened.store.maintain(monday + 30 * day)).rejects.toMatchObject({ trouble: 'closed' })
  const store = await opened.reopen()
  await interrupted
  await store.maintain(monday + 30 * day)
  expect((await store.stats()).results).toBe(0)
  expect((await store.windows({ from: 0, to: monday + 30 * day })).map(({ runs: { passed } }) => passed)).toEqual(
    Array.from({ length: 20 }, () => 2_000),
  )
})

test('a backup is a whole store, made while results come in', async () => {
  await using opened = await openSqlite()
  const { store, folder } = opened
  const path = join(folder, 'copy.db')
  await store.append({ results: runs(500), health: [] })
  await Promise.all([
    store.backup(path),
    ...runs(20, { check: 'cart' }).map(result => store.append({ results: [result], health: [] })),
  ])
  await using copy = await createSqliteStore({ path, clock: realClock })
  const found = await copy.windows({ from: monday, to: monday + day })
  expect(found[0]).toMatchObject({ check: 'home', runs: { passed: 500 } })
  await expect(store.backup(join(folder, 'nowhere', 'copy.db'))).rejects.toMatchObject({
    message: `expected the folder ${join(folder, 'nowhere')} for the backup, found none: create it first`,
  })
})

test('a backup onto the store itself is refused and the store stays', async () => {
  await using opened = await openSqlite()
  await opened.store.append({ results: runs(5), health: [] })
  await expect(opened.store.backup(opened.path)).rejects.toThrow('found the store itself')
  expect(await (await opened.reopen()).results({})).toHaveLength(5)
})

test('what another process renames or adds is seen, and numbers given before are not used again', async () => {
  await using opened = await openSqlite()
  const { store, path } = opened
  await store.append({ results: runs(3), health: [] })
  {
    await using other = await createSqliteStore({ path, clock: realClock })
    await other.append({ results: runs(1, { check: 'start', slot: monday + day }), health: [] })
    await other.rename('shop', 'home', 'start')
  }
  await store.append({ results: runs(2, { slot: monday + 2 * day }), health: [] })
  const found = await store.windows({ from: monday, to: monday + 3 * day })
  expect(found.map(({ check, runs: { passed } }) => `${check} ${passed}`).toSorted()).toEqual(['home 2', 'start 4'])
})

test('after a close there is one file, with everything in it', async () => {
  await using opened = await openSqlite()
  await opened.store.append({ results: runs(5), health: [] })
  await opened.store[Symbol.asyncDispose]()
  expect(() => statSync(`${opened.path}-wal`)).toThrow()
  expect(readFileSync(opened.path).subarray(0, 15).toString()).toBe('SQLite format 3')
  const database = new DatabaseSync(opened.path, { readOnly: true })
  expect(database.prepare('SELECT count(*) AS n FROM result').get()).toEqual({ n: 5 })
  database.close()
})
