/** The one writer: results and what follows from them, in one transaction. Synchronous; lives in the store worker. */

import type { DatabaseSync } from 'node:sqlite'
import type { Result } from '../core/contracts.ts'
import { toUnits } from '../core/histogram.ts'
import type { Batch, LoadRun } from '../core/ports.ts'
import { addToStrip, isScheduled, laneOf, mergeStrips, packOutcome, packPhases } from './pack.ts'
import { type RollUpRow, rollUpColumns } from './roll-up.ts'
import { transact } from './schema.ts'
import { createNames } from './sqlite-names.ts'
import { createRolledRows, readState } from './sqlite-roll-ups.ts'
import { hourMs } from './window-plan.ts'

export interface Writer {
  append(batch: Batch): void
  rename(system: string, from: string, to: string): void
  addLoadRun(run: LoadRun): void
}

export function createWriter(database: DatabaseSync): Writer {
  const names = createNames(database)
  const rolled = createRolledRows(database)
  const insert = database.prepare('INSERT OR IGNORE INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertDetail = database.prepare('INSERT OR REPLACE INTO result_detail VALUES (?, ?, ?, ?)')
  const detailSince = database.prepare(
    'SELECT 1 FROM result_detail WHERE check_id = ? AND slot >= ? AND slot < ? LIMIT 1',
  )
  const readStrip = database.prepare('SELECT runs FROM strip WHERE check_id = ?')
  const writeStrip = database.prepare('INSERT OR REPLACE INTO strip VALUES (?, ?)')
  const readHealth = database.prepare('SELECT json FROM health WHERE check_id = ?')
  const writeHealth = database.prepare('INSERT OR REPLACE INTO health VALUES (?, ?)')
  const count = database.prepare('UPDATE state SET results = results + ?, details = details + ?')
  const insertKept = database.prepare('INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)')
  const removeKept = database.prepare('DELETE FROM kept WHERE kind = ? AND id = ?')
  const insertLoadRun = database.prepare('INSERT OR REPLACE INTO load_run VALUES (?, ?, ?, ?)')

  const stripOf = (check: number) => (readStrip.get(check) as { readonly runs: Uint8Array } | undefined)?.runs

  const write = (work: () => void) => {
    try {
      transact(database, () => {
        names.refresh()
        work()
      })
    } catch (error) {
      // Numbers that were given in a transaction that never was.
      names.forget()
      throw error
    }
  }

  /** Always for what somebody will want to look into; of plain passes the first of an hour. */
  const wantsDetail = (result: Result, check: number, scheduled: boolean) =>
    result.verdict !== 'passed' ||
    result.attempts > 1 ||
    !scheduled ||
    result.steps.length > 0 ||
    result.artifacts.length > 0 ||
    !detailSince.get(check, ...hourOf(result.slot))

  const append = ({ results, health, keep = [] }: Batch) => {
    const { rolled_to: rolledTo, raw_from: rawFrom } = readState(database)
    const strips = new Map<number, Uint8Array>()
    let added = 0
    let details = 0
    for (const result of results) {
      // Older than what is kept: it would be deleted at once, and nobody could tell whether it was counted already.
      if (result.slot < rawFrom) continue
      const check = names.check(result.system, result.check)
      const lane = laneOf(names.location(result.location), result.trigger)
      const scheduled = isScheduled(lane)
      const slot = Math.round(result.slot)
      const outcome = packOutcome(result)
      const units = toUnits(result.duration)
      const detailed = wantsDetail(result, check, scheduled)
      const { changes } = insert.run(
        check,
        slot,
        lane,
        outcome,
        Math.round(result.startedAt - result.slot),
        units,
        toUnits(result.loopDelay),
        names.origin(result),
        packPhases(result.phases) ?? null,
      )
      if (changes === 0) continue
      added += 1
      if (detailed) {
        insertDetail.run(check, slot, lane, detailOf(result))
        details += 1
      }
      if (!scheduled) continue
      if (slot < rolledTo) rolled.add(check, slot, outcome, units)
      strips.set(check, addToStrip(strips.get(check) ?? stripOf(check), { slot, outcome, duration: units }))
    }
    for (const [check, strip] of strips) writeStrip.run(check, strip)
    for (const item of health) writeHealth.run(names.check(item.system, item.check), JSON.stringify(item.health))
    for (const { kind, id, at, open = false, value } of keep) {
      if (value === null) removeKept.run(kind, id)
      else insertKept.run(kind, id, Math.round(at), open ? 1 : 0, JSON.stringify(value))
    }
    if (added > 0) count.run(added, details)
  }

  const mergeRaw = (source: number, target: number) => {
    const clashes = database
      .prepare(
        'SELECT a.slot, a.lane, a.outcome, a.duration FROM result a JOIN result b ON b.check_id = ? AND b.slot = a.slot AND b.lane = a.lane WHERE a.check_id = ?',
      )
      .all(target, source) as unknown as { slot: number; lane: number; outcome: number; duration: number }[]
    const { rolled_to: rolledTo } = readState(database)
    // The new name's run of a slot stands; the old one's is taken out of what it was counted in.
    for (const { slot, lane, outcome, duration } of clashes) {
      if (isScheduled(lane) && slot < rolledTo) rolled.add(source, slot, outcome, duration, -1)
    }
    for (const table of ['result', 'result_detail']) {
      database.prepare(`UPDATE OR IGNORE ${table} SET check_id = ? WHERE check_id = ?`).run(target, source)
    }
    const gone = database.prepare('DELETE FROM result_detail WHERE check_id = ?').run(source).changes
    count.run(-Number(database.prepare('DELETE FROM result WHERE check_id = ?').run(source).changes), -Number(gone))
  }

  const mergeRollUps = (source: number, target: number) => {
    for (const table of ['hour', 'day'] as const) {
      const rows = database
        .prepare(`SELECT at, ${rollUpColumns} FROM ${table} WHERE check_id = ?`)
        .all(source) as unknown as (Record<string, number> & { histogram: Uint8Array })[]
      for (const { at, passed, degraded, failed, unknown, retried, sum, histogram, maintenance } of rows) {
        rolled.merge(table, target, at!, [
          passed!,
          degraded!,
          failed!,
          unknown!,
          retried!,
          sum!,
          histogram,
          maintenance!,
        ] as RollUpRow)
      }
      const gone = database.prepare(`DELETE FROM ${table} WHERE check_id = ?`).run(source).changes
      if (table === 'hour') database.prepare('UPDATE state SET hours = hours - ?').run(gone)
    }
  }

  const rename = (system: string, from: string, to: string) => {
    const source = names.knownCheck(system, from)
    if (source === undefined || from === to) return
    names.forget()
    if (names.knownCheck(system, to) === undefined) {
      database.prepare('UPDATE checks SET name = ? WHERE id = ?').run(to, source)
      return
    }
    const target = names.check(system, to)
    mergeRaw(source, target)
    mergeRollUps(source, target)
    const [old, young] = [stripOf(source), stripOf(target)]
    if (old !== undefined) writeStrip.run(target, young === undefined ? old : mergeStrips(old, young))
    const health = readHealth.get(source)?.['json']
    // The new name has run already: what it knows is newer.
    if (typeof health === 'string' && readHealth.get(target) === undefined) writeHealth.run(target, health)
    for (const table of ['strip', 'health']) database.prepare(`DELETE FROM ${table} WHERE check_id = ?`).run(source)
    database.prepare('DELETE FROM checks WHERE id = ?').run(source)
    names.forget()
  }

  return {
    append: batch => write(() => append(batch)),
    rename: (system, from, to) => write(() => rename(system, from, to)),
    addLoadRun: run =>
      write(() => insertLoadRun.run(run.id, run.system, Math.round(run.startedAt), JSON.stringify(run))),
  }
}

const hourOf = (slot: number): [number, number] => {
  const from = slot - (slot % hourMs)
  return [from, from + hourMs]
}

/** What the packed row does not tell. Empty parts are left out. */
export type Detail = Partial<Pick<Result, 'by' | 'detail' | 'earlier' | 'phases' | 'steps' | 'metrics' | 'artifacts'>>

function detailOf({ by, detail, earlier, phases, steps, metrics, artifacts }: Result): string {
  const kept: Detail = {
    ...(by === undefined ? {} : { by }),
    ...(detail === undefined ? {} : { detail }),
    ...(earlier.length > 0 ? { earlier } : {}),
    ...(phases.length > 0 ? { phases } : {}),
    ...(steps.length > 0 ? { steps } : {}),
    ...(Object.keys(metrics).length > 0 ? { metrics } : {}),
    ...(artifacts.length > 0 ? { artifacts } : {}),
  }
  return JSON.stringify(kept)
}
