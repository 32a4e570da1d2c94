/** Retention by age and by bytes, in pieces, so that results come in between. */

import type { DatabaseSync } from 'node:sqlite'
import { pragma, transact } from './schema.ts'
import { createRoller, readState } from './sqlite-roll-ups.ts'
import { dayMs, floorTo, hourMs } from './window-plan.ts'

/** How long history is kept. */
export interface Retention {
  /** Days of single runs. Default 7. */
  readonly rawDays: number
  /** Days of hour roll-ups; days are kept for ever. Default 400. */
  readonly hourDays: number
  /** Size of the file; the oldest single runs go first. Default 2 GB. */
  readonly bytes: number
}

export const defaultRetention: Retention = { rawDays: 7, hourDays: 400, bytes: 2 * 10 ** 9 }

/** Days of records that are of interest no longer; those that are open stay. */
const keptDays = { notification: 90, beat: 90, deploy: 400, incident: 400, maintenance: 400 } as const

const piecesOfHistory = 64
const pagesAtOnce = 2_000

export interface MaintenanceOptions {
  readonly database: DatabaseSync
  readonly retention: Retention
  readonly now: number
  /** Lets others write. */
  readonly pause: () => Promise<void>
}

export async function maintain({ database, retention, now, pause }: MaintenanceOptions): Promise<void> {
  const roller = createRoller(database)
  while (transact(database, () => roller.next(now))) await pause()
  await pruneRaw(floorTo(hourMs, now - retention.rawDays * dayMs))
  transact(database, () => pruneHours(database, floorTo(dayMs, now - retention.hourDays * dayMs)))
  transact(database, () => pruneKept(database, now))
  while (usedBytes(database) > retention.bytes) {
    const { rolled_to: rolledTo } = readState(database)
    const oldest = oldestSlot(database)
    // What is not rolled up yet is never deleted, and of the roll-ups nothing.
    if (oldest === undefined || oldest >= rolledTo) break
    const piece = Math.ceil((rolledTo - oldest) / piecesOfHistory / hourMs) * hourMs
    await pruneRaw(floorTo(hourMs, oldest) + Math.max(hourMs, piece))
  }
  await vacuum()
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')

  async function pruneRaw(until: number) {
    for (;;) {
      const oldest = oldestSlot(database)
      const end = Math.min(until, readState(database).rolled_to)
      if (oldest === undefined || oldest >= end) return
      const cutoff = Math.min(end, floorTo(hourMs, oldest) + 6 * hourMs)
      transact(database, () => deleteRaw(database, cutoff))
      await pause()
    }
  }
  async function vacuum() {
    for (let free = pragma(database, 'freelist_count'); free > 0; ) {
      database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
      await pause()
      const left = pragma(database, 'freelist_count')
      if (left >= free) return
      free = left
    }
  }
}

const usedBytes = (database: DatabaseSync): number =>
  (pragma(database, 'page_count') - pragma(database, 'freelist_count')) * pragma(database, 'page_size')

export function oldestSlot(database: DatabaseSync): number | undefined {
  // One look per check into the index; min(slot) over the whole table would read all of it.
  const row = database
    .prepare('SELECT min((SELECT min(slot) FROM result WHERE check_id = checks.id)) AS slot FROM checks')
    .get()
  return typeof row?.['slot'] === 'number' ? row['slot'] : undefined
}

function deleteRaw(database: DatabaseSync, cutoff: number): void {
  const checks = database.prepare('SELECT id FROM checks').all()
  const newest = database.prepare('SELECT max(slot) AS slot FROM result WHERE check_id = ? AND slot < ?')
  const results = database.prepare('DELETE FROM result WHERE check_id = ? AND slot < ?')
  const details = database.prepare('DELETE FROM result_detail WHERE check_id = ? AND slot < ?')
  // Only as far as something really went: a clock that was wrong for an hour must not close the door for what comes after.
  let rawFrom = readState(database).raw_from
  let [goneResults, goneDetails] = [0, 0]
  for (const row of checks) {
    const id = Number(row['id'])
    const slot = newest.get(id, cutoff)?.['slot']
    if (typeof slot !== 'number') continue
    rawFrom = Math.max(rawFrom, slot + 1)
    goneResults += Number(results.run(id, cutoff).changes)
    goneDetails += Number(details.run(id, cutoff).changes)
  }
  database
    .prepare('UPDATE state SET raw_from = ?, results = results - ?, details = details - ?')
    .run(rawFrom, goneResults, goneDetails)
}

function pruneKept(database: DatabaseSync, now: number): void {
  const remove = database.prepare('DELETE FROM kept WHERE kind = ? AND at < ? AND open = 0')
  for (const [kind, days] of Object.entries(keptDays)) remove.run(kind, now - days * dayMs)
}

function pruneHours(database: DatabaseSync, cutoff: number): void {
  const { raw_from: rawFrom, hours_from: hoursFrom } = readState(database)
  // Where hours are missing, days must be whole and no run may still arrive.
  const until = Math.min(cutoff, floorTo(dayMs, rawFrom))
  if (until <= hoursFrom) return
  const { changes } = database
    .prepare('DELETE FROM hour WHERE check_id IN (SELECT id FROM checks) AND at < ?')
    .run(Math.floor(until / hourMs))
  if (changes === 0) return
  database.prepare('UPDATE state SET hours_from = ?, hours = hours - ?').run(until, changes)
}
