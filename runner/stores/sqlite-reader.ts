/** Everything that is read, over a connection that only reads. Synchronous; lives in main for small questions, in a worker for large ones. */

import type { DatabaseSync } from 'node:sqlite'
import type { Health, Result } from '../core/contracts.ts'
import type {
  CheckKey,
  Kept,
  KeptKind,
  KeptQuery,
  LoadRun,
  ResultQuery,
  SeriesPoint,
  Store,
  StoredHealth,
  StoreStats,
  Strip,
  WindowStats,
} from '../core/ports.ts'
import { createNewestLoadRuns } from './newest-load-runs.ts'
import { unpackStrip } from './pack.ts'
import { createRollUp, type RollUp, type RollUpRow, rollUpColumns } from './roll-up.ts'
import { pragma } from './schema.ts'
import { createCounter } from './sqlite-counts.ts'
import { oldestSlot } from './sqlite-maintenance.ts'
import { createResultReader, largestLimit, usualLimit } from './sqlite-results.ts'
import { readState, rollUpRows } from './sqlite-roll-ups.ts'
import { dayMs, hourMs, planWindow, type WindowPlan } from './window-plan.ts'

export type WindowsQuery = Parameters<Store['windows']>[0]
export type SeriesQuery = Parameters<Store['series']>[0]

export interface Reader {
  health(): readonly StoredHealth[]
  kept<Kind extends KeptKind>(kind: Kind, query?: KeptQuery): readonly Kept[Kind][]
  keptOne<Kind extends KeptKind>(kind: Kind, id: string): Kept[Kind] | undefined
  results(query: ResultQuery): readonly Result[]
  result(id: string): Result | undefined
  strips(checks?: readonly CheckKey[]): readonly Strip[]
  windows(query: WindowsQuery): readonly WindowStats[]
  series(query: SeriesQuery): readonly SeriesPoint[]
  loadRuns(system?: string): readonly LoadRun[]
  loadRun(id: string): LoadRun | undefined
  newestLoadRuns(): readonly LoadRun[]
  stats(): StoreStats
}

export function createReader(database: DatabaseSync): Reader {
  const { results, result } = createResultReader(database)
  const windows = createWindowReader(database)
  const loadRunOf = (row: Record<string, unknown>) => parsed<LoadRun>(row)
  return {
    results,
    result,
    ...windows,
    health: () =>
      database
        .prepare('SELECT system, name, json FROM health JOIN checks ON checks.id = check_id')
        .all()
        .map(row => ({
          system: String(row['system']),
          check: String(row['name']),
          health: JSON.parse(String(row['json'])) as Health,
        })),
    strips: checks =>
      database
        .prepare(`SELECT system, name, runs FROM strip JOIN checks ON checks.id = check_id WHERE ${amongChecks}`)
        .all(listed(checks))
        .map(row => ({
          system: String(row['system']),
          check: String(row['name']),
          runs: unpackStrip(row['runs'] as Uint8Array),
        })),
    kept: (kind, { from = 0, to = Number.MAX_SAFE_INTEGER, open, limit = usualLimit } = {}) =>
      database
        .prepare(
          `SELECT json FROM kept WHERE kind = ? AND at >= ? AND at < ? ${open === undefined ? '' : `AND open = ${open ? 1 : 0}`} ORDER BY at DESC LIMIT ?`,
        )
        .all(kind, from, to, Math.min(limit, largestLimit))
        .map(row => parsed(row)),
    keptOne(kind, id) {
      const row = database.prepare('SELECT json FROM kept WHERE kind = ? AND id = ?').get(kind, id)
      return row === undefined ? undefined : parsed(row)
    },
    loadRuns: system =>
      database
        .prepare('SELECT json FROM load_run WHERE ? IS NULL OR system = ? ORDER BY started DESC')
        .all(system ?? null, system ?? null)
        .map(loadRunOf),
    loadRun(id) {
      const row = database.prepare('SELECT json FROM load_run WHERE id = ?').get(id)
      return row === undefined ? undefined : loadRunOf(row)
    },
    newestLoadRuns: createNewestLoadRuns(database),
    stats() {
      const { results: many, details, hours } = readState(database)
      const oldest = oldestSlot(database)
      const bytes = pragma(database, 'page_count') * pragma(database, 'page_size')
      return { bytes, results: many, details, hours, ...(oldest === undefined ? {} : { oldest }) }
    },
  }
}

const amongChecks = "(?1 IS NULL OR system || '/' || name IN (SELECT value FROM json_each(?1)))"
const listed = (checks: readonly CheckKey[] | undefined) => (checks === undefined ? null : JSON.stringify(checks))

const parsed = <Value>(row: Record<string, unknown>): Value => JSON.parse(String(row['json'])) as Value

const noPercentiles = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN }

function createWindowReader(database: DatabaseSync): Pick<Reader, 'windows' | 'series'> {
  const sum = createRollUp()
  const raw = database.prepare(
    'SELECT outcome, duration FROM result WHERE check_id = ? AND slot >= ? AND slot < ? AND lane & 7 = 0',
  )
  raw.setReturnArrays(true)
  const rollUps = (table: 'hour' | 'day') =>
    rollUpRows(database, `SELECT ${rollUpColumns} FROM ${table} WHERE check_id = ? AND at >= ? AND at < ?`)
  const [hours, days] = [rollUps('hour'), rollUps('day')]
  const count = createCounter(database)

  const collect = (check: number, plan: WindowPlan, counted?: ReturnType<typeof count>): RollUp => {
    sum.clear()
    for (const [from, to] of plan.raw) {
      for (const row of raw.all(check, from, to)) {
        const [outcome, duration] = row as unknown as [number, number]
        sum.add(outcome, duration)
      }
    }
    if (counted !== undefined) {
      for (const row of counted.get(check) ?? []) sum.merge(row)
      return sum
    }
    for (const [table, ranges, step] of [
      [hours, plan.hours, hourMs],
      [days, plan.days, dayMs],
    ] as const) {
      for (const [from, to] of ranges) {
        for (const row of table.all(check, from / step, to / step)) sum.merge(row as unknown as RollUpRow)
      }
    }
    return sum
  }
  const planner = () => {
    const { rolled_to: rolledTo, raw_from: rawFrom, hours_from: hoursFrom } = readState(database)
    return (from: number, to: number) =>
      planWindow(Math.max(0, from), Math.min(to, Number.MAX_SAFE_INTEGER), { rolledTo, rawFrom, hoursFrom })
  }

  return {
    windows: ({ from, to, system, check, checks, figures }) =>
      snapshot(database, () => {
        const plan = planner()(from, to)
        const counted = figures === 'counts' ? count(plan, { system, check, checks: listed(checks) }) : undefined
        return database
          .prepare(
            `SELECT id, system, name FROM checks WHERE ${amongChecks} AND (?2 IS NULL OR system = ?2) AND (?3 IS NULL OR name = ?3)`,
          )
          .all(listed(checks), system ?? null, check ?? null)
          .flatMap((row): readonly WindowStats[] => {
            const found = collect(Number(row['id']), plan, counted)
            if (found.total === 0) return []
            const stats = { system: String(row['system']), check: String(row['name']), ...found.stats() }
            if (figures === 'counts') return [{ ...stats, ...noPercentiles }]
            return [figures === 'durations' ? { ...stats, durations: found.durations() } : stats]
          })
      }),
    series: ({ system, check, from, to, points }) =>
      snapshot(database, () => {
        const plan = planner()
        const id = database.prepare('SELECT id FROM checks WHERE system = ? AND name = ?').get(system, check)?.['id']
        const step = (to - from) / points
        return Array.from({ length: points }, (_, index) => {
          const [start, end] = [from + index * step, from + (index + 1) * step]
          if (typeof id !== 'number') sum.clear()
          else collect(id, plan(start, end))
          const { runs, p50, p95, avg } = sum.stats()
          return { from: start, to: end, runs, p50, p95, avg }
        })
      }),
  }
}

/** One moment for all that is read: no run is missed or counted twice because it moves into a roll-up meanwhile. */
function snapshot<Value>(database: DatabaseSync, read: () => Value): Value {
  database.exec('BEGIN')
  try {
    return read()
  } finally {
    database.exec('COMMIT')
  }
}
