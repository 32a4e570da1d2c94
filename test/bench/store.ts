import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Result } from '../../runner/core/contracts.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { day, failed, hour, minute, monday, run, up } from '../stores/runs.ts'
import { tempFolder } from '../support/temp-folder.ts'
import type { Row } from './row.ts'

const checks = 200
const hours = 12
const kumaBytes = 243
const kumaCpu = 5.8

/** Bytes of a run and of an hour, what 90 days come to, CPU of storing, and the questions of the pages. Uptime Kuma's figures are the table's. */
export async function bench(): Promise<readonly Row[]> {
  using folder = tempFolder()
  const path = join(folder.path, 'history.db')
  await using store = await createSqliteStore({ path, clock: realClock })
  for (let at = 0; at < hours * 60; at++) {
    const results = Array.from({ length: checks }, (_, check) => probe(check, monday + at * minute))
    // As they come from the recorder: a second's worth together.
    for (let from = 0; from < checks; from += 4)
      await store.append({ results: results.slice(from, from + 4), health: [] })
  }
  await store.maintain(monday)
  const perRun = bytesOf(path, ['result', 'result_detail', 'result_trouble']) / (checks * hours * 60)
  await store.maintain(monday + day)
  const perHour = bytesOf(path, ['hour']) / (checks * hours)
  const perDay = bytesOf(path, ['day']) / checks
  const perCheck = bytesOf(path, ['strip', 'health', 'checks']) / checks
  const ninetyDays = 1_000 * (7 * 24 * 60 * perRun + 90 * 24 * perHour + 90 * perDay + perCheck)
  const cpu = await cpuPerThousand(store)
  const asked = async (ask: () => Promise<unknown>) => {
    await ask()
    const start = performance.now()
    await ask()
    return performance.now() - start
  }
  const windows = await asked(() => store.windows({ from: monday + 5 * minute, to: monday + day }))
  const strips = await asked(() => store.strips())
  return [
    {
      what: 'bytes of a passed probe, with phases',
      ours: `${perRun.toFixed(1)} bytes`,
      peer: `Uptime Kuma ${kumaBytes} bytes`,
      ratio: perRun / kumaBytes,
      bar: '70 bytes',
    },
    {
      what: 'bytes of a check-hour',
      ours: `${perHour.toFixed(1)} bytes`,
      peer: '–',
      ratio: perHour / 80,
      bar: '80 bytes',
    },
    {
      what: '1,000 checks a minute for 90 days (7 of single runs)',
      ours: `${(ninetyDays / 1e6).toFixed(0)} MB`,
      peer: `Uptime Kuma ${((1_000 * 90 * 1_440 * kumaBytes) / 1e6).toFixed(0)} MB`,
      ratio: ninetyDays / (1_000 * 90 * 1_440 * kumaBytes),
      bar: '1 GB',
    },
    {
      what: 'CPU per 1,000 stored results, three at a time, durable (the store alone)',
      ours: `${cpu.toFixed(3)} CPU-s`,
      peer: `Uptime Kuma ${kumaCpu} CPU-s with its probe`,
      ratio: cpu / kumaCpu,
      bar: '1/8 with the probe',
    },
    { what: `a day of ${checks} checks, uneven edges`, ours: `${windows.toFixed(1)} ms`, peer: '–', bar: '–' },
    { what: `last sixty runs of ${checks} checks`, ours: `${strips.toFixed(1)} ms`, peer: '–', bar: '–' },
  ]
}

const fast = () => 30 * Math.exp(Math.random() + Math.random() + Math.random())

/** One in a thousand fails; times scatter as real ones do. */
function probe(check: number, slot: number): Result {
  const wait = fast()
  const more = {
    check: `check-${check}`,
    slot: slot + check * 250,
    startedAt: slot + check * 250 + Math.floor(Math.random() * 20),
    duration: wait + 40,
    loopDelay: Math.random(),
    phases: run().phases.map(phase => (phase.name === 'wait' ? { ...phase, duration: wait } : phase)),
  }
  return Math.random() < 0.001 ? failed(more) : run(more)
}

/** Bytes of whole pages, free room in them included. */
function bytesOf(path: string, tables: readonly string[]): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database
    .prepare(
      'SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN (SELECT value FROM json_each(?)) AND aggregate = TRUE',
    )
    .get(JSON.stringify(tables))
  database.close()
  return Number(row!['bytes'])
}

/** All threads; 1,000 checks every 20 s are three results in the recorder's 50 ms. */
async function cpuPerThousand(store: Awaited<ReturnType<typeof createSqliteStore>>): Promise<number> {
  const rounds = 700
  const before = process.cpuUsage()
  for (let round = 0; round < rounds; round++) {
    const results = [0, 1, 2].map(index => probe((round * 3 + index) % checks, monday + day + hour + round * minute))
    const health = results.map(({ system, check, slot }) => ({ system, check, health: { ...up, lastRunAt: slot } }))
    await store.append({ results, health })
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) / 1e6 / (rounds * 3)) * 1_000
}
