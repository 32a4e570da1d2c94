/** Runs of a window by verdict, added up by SQLite itself: no distribution has to be unpacked. */

import type { DatabaseSync } from 'node:sqlite'
import { createRollUp, type RollUp, type RollUpRow } from './roll-up.ts'
import { dayMs, hourMs, type WindowPlan } from './window-plan.ts'

const noDurations = new Uint8Array(0)

export function createCounter(
  database: DatabaseSync,
): (check: number, plan: WindowPlan) => Pick<RollUp, 'total' | 'stats'> {
  const sum = createRollUp()
  const tuples = (sql: string) => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    return statement
  }
  const raw = tuples(
    'SELECT outcome, count(*) FROM result WHERE check_id = ? AND slot >= ? AND slot < ? AND lane & 7 = 0 GROUP BY outcome',
  )
  const rollUps = (table: 'hour' | 'day') =>
    tuples(
      `SELECT sum(passed), sum(degraded), sum(failed), sum(unknown), sum(retried), sum(maintenance) FROM ${table} WHERE check_id = ? AND at >= ? AND at < ?`,
    )
  const [hours, days] = [rollUps('hour'), rollUps('day')]

  return (check, plan) => {
    sum.clear()
    for (const [from, to] of plan.raw) {
      for (const row of raw.all(check, from, to)) {
        const [outcome, times] = row as unknown as [number, number]
        sum.add(outcome, 0, times)
      }
    }
    for (const [table, ranges, step] of [
      [hours, plan.hours, hourMs],
      [days, plan.days, dayMs],
    ] as const) {
      for (const [from, to] of ranges) {
        const found = table.get(check, from / step, to / step) as unknown as readonly (number | null)[]
        const [passed, degraded, failed, unknown, retried, maintenance] = found.map(value => value ?? 0)
        sum.merge([passed, degraded, failed, unknown, retried, 0, noDurations, maintenance] as unknown as RollUpRow)
      }
    }
    return { total: sum.total, stats: () => ({ ...sum.stats(), ...unmeasured }) }
  }
}

const unmeasured = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, avg: Number.NaN }
