/** Roll-ups: made from raw rows once an hour is over, corrected at once by whatever comes late. */

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { createRollUp, type RollUpRow, rollUpColumns } from './roll-up.ts'
import { dayMs, floorTo, hourMs } from './window-plan.ts'

export interface State {
  readonly rolled_to: number
  readonly raw_from: number
  readonly hours_from: number
  readonly results: number
  readonly details: number
  readonly hours: number
}

export const readState = (database: DatabaseSync): State =>
  database.prepare('SELECT * FROM state').get() as unknown as State

/** Rows of a roll-up table as tuples in the order of `rollUpColumns`. */
export function rollUpRows(database: DatabaseSync, sql: string): StatementSync {
  const statement = database.prepare(sql)
  statement.setReturnArrays(true)
  return statement
}

export interface RolledRows {
  /** One run into its hour and its day; a negative `times` takes it out again. */
  add(check: number, slot: number, outcome: number, units: number, times?: number): void
  merge(table: 'hour' | 'day', check: number, at: number, row: RollUpRow): void
}

/** Changes rows in place. */
export function createRolledRows(database: DatabaseSync): RolledRows {
  const scratch = createRollUp()
  const tables = { hour: access('hour'), day: access('day') }
  const countHour = database.prepare('UPDATE state SET hours = hours + 1')

  function access(table: 'hour' | 'day') {
    return {
      read: rollUpRows(database, `SELECT ${rollUpColumns} FROM ${table} WHERE check_id = ? AND at = ?`),
      write: database.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    }
  }
  const change = (table: 'hour' | 'day', check: number, at: number, work: () => void) => {
    const { read, write } = tables[table]
    const found = read.get(check, at) as unknown as RollUpRow | undefined
    scratch.clear()
    if (found !== undefined) scratch.merge(found)
    else if (table === 'hour') countHour.run()
    work()
    write.run(check, at, ...scratch.row())
  }
  return {
    add(check, slot, outcome, units, times = 1) {
      change('hour', check, Math.floor(slot / hourMs), () => scratch.add(outcome, units, times))
      change('day', check, Math.floor(slot / dayMs), () => scratch.add(outcome, units, times))
    },
    merge(table, check, at, row) {
      change(table, check, at, () => scratch.merge(row))
    },
  }
}

export interface Roller {
  /** Rolls up the next hours that are over at `now`, a few at most. False: nothing is left. Call it inside a transaction. */
  next(now: number): boolean
}

// So much at a time that results need not wait long for their turn.
const hoursAtOnce = 4

export function createRoller(database: DatabaseSync): Roller {
  const rows = createRolledRows(database)
  const hour = createRollUp()
  const checks = database.prepare('SELECT id FROM checks ORDER BY id')
  const first = database.prepare('SELECT min(slot) AS slot FROM result WHERE check_id = ? AND slot >= ?')
  const raw = database.prepare(
    'SELECT slot, outcome, duration FROM result WHERE check_id = ? AND slot >= ? AND slot < ? AND lane & 7 = 0 ORDER BY slot',
  )
  raw.setReturnArrays(true)
  const advance = database.prepare('UPDATE state SET rolled_to = ?')

  const roll = (check: number, from: number, to: number) => {
    let current = -1
    const flush = () => {
      if (hour.total === 0) return
      rows.merge('hour', check, current, hour.row())
      rows.merge('day', check, Math.floor((current * hourMs) / dayMs), hour.row())
      hour.clear()
    }
    for (const row of raw.all(check, from, to)) {
      const [slot, outcome, duration] = row as unknown as [number, number, number]
      const at = Math.floor(slot / hourMs)
      if (at !== current) flush()
      current = at
      hour.add(outcome, duration)
    }
    flush()
  }
  return {
    next(now) {
      const { rolled_to: rolledTo } = readState(database)
      const end = floorTo(hourMs, now)
      if (rolledTo >= end) return false
      const ids = checks.all().map(row => Number(row['id']))
      // Time in which nothing ran is jumped over.
      const oldest = ids.reduce((least, id) => {
        const slot = first.get(id, rolledTo)?.['slot']
        return typeof slot === 'number' ? Math.min(least, slot) : least
      }, end)
      const from = Math.max(rolledTo, floorTo(hourMs, oldest))
      const to = Math.min(end, from + hoursAtOnce * hourMs)
      hour.clear()
      for (const id of ids) roll(id, from, to)
      advance.run(to)
      return to < end
    },
  }
}
