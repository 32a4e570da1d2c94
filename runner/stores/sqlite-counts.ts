/** Counts of roll-ups without their distributions: added up by SQLite, so that a month of thousands of checks costs milliseconds. */

import type { DatabaseSync } from 'node:sqlite'
import type { RollUpRow } from './roll-up.ts'
import { rollUpRows } from './sqlite-roll-ups.ts'
import { dayMs, hourMs, type WindowPlan } from './window-plan.ts'

export interface CountQuery {
  readonly system?: string | undefined
  readonly check?: string | undefined
  /** Keys as a JSON array. */
  readonly checks?: string | null
}

const sums = ['passed', 'degraded', 'failed', 'unknown', 'retried', 'sum', 'maintenance']
  .map(name => `total(r.${name})`)
  .join(', ')
const nothing = new Uint8Array()

/** Rows to merge, by the id of the check, for the hours and days of a plan. Their histograms are empty. */
export function createCounter(
  database: DatabaseSync,
): (plan: WindowPlan, query: CountQuery) => ReadonlyMap<number, readonly RollUpRow[]> {
  // CROSS JOIN: check by check, each by its key, and never the whole table.
  const statement = (table: 'hour' | 'day') =>
    rollUpRows(
      database,
      `SELECT c.id, ${sums} FROM checks c CROSS JOIN ${table} r ON r.check_id = c.id AND r.at >= ?3 AND r.at < ?4
       WHERE (?1 IS NULL OR c.system = ?1) AND (?2 IS NULL OR c.name = ?2)
         AND (?5 IS NULL OR c.system || '/' || c.name IN (SELECT value FROM json_each(?5))) GROUP BY c.id`,
    )
  const [hours, days] = [statement('hour'), statement('day')]
  return (plan, { system, check, checks = null }) => {
    const found = new Map<number, RollUpRow[]>()
    for (const [read, ranges, step] of [
      [hours, plan.hours, hourMs],
      [days, plan.days, dayMs],
    ] as const) {
      for (const [from, to] of ranges) {
        for (const row of read.all(system ?? null, check ?? null, from / step, to / step, checks)) {
          const [id, passed, degraded, failed, unknown, retried, sum, kept] = row as unknown as readonly number[]
          const merged = [passed!, degraded!, failed!, unknown!, retried!, sum!, nothing, kept!] as const
          found.set(id!, [...(found.get(id!) ?? []), merged])
        }
      }
    }
    return found
  }
}
