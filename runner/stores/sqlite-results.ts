/** Single runs out of the packed rows. */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { type Result, triggers, verdicts } from '../core/contracts.ts'
import { toMs } from '../core/histogram.ts'
import type { ResultQuery } from '../core/ports.ts'
import { attemptsOf, isMaintenance, locationOf, reasonOf, triggerOf, unpackPhases, verdictOf } from './pack.ts'
import type { Origin } from './sqlite-names.ts'
import type { Detail } from './sqlite-writer.ts'

export const usualLimit = 100
export const largestLimit = 10_000

interface Row {
  readonly system: string
  readonly name: string
  readonly slot: number
  readonly lane: number
  readonly outcome: number
  readonly started: number
  readonly duration: number
  readonly loop_delay: number
  readonly origin: number
  readonly phases: Uint8Array | null
  readonly json: string | null
}

const columns =
  'c.system, c.name, r.slot, r.lane, r.outcome, r.started, r.duration, r.loop_delay, r.origin, r.phases, d.json'
const detail = 'LEFT JOIN result_detail d ON d.check_id = r.check_id AND d.slot = r.slot AND d.lane = r.lane'

export interface ResultReader {
  results(query: ResultQuery): readonly Result[]
  result(id: string): Result | undefined
}

export function createResultReader(database: DatabaseSync): ResultReader {
  const origins = new Map<number, Origin>()
  const locations = new Map<number, string>()
  const readOrigin = database.prepare('SELECT key FROM origins WHERE id = ?')
  const readLocation = database.prepare('SELECT name FROM locations WHERE id = ?')
  const ends = database.prepare(
    'SELECT min((SELECT min(slot) FROM result WHERE check_id = checks.id)) AS oldest, max((SELECT max(slot) FROM result WHERE check_id = checks.id)) AS newest FROM checks',
  )

  const originOf = (id: number): Origin => {
    let origin = origins.get(id)
    if (origin === undefined) {
      origin = JSON.parse(String(readOrigin.get(id)?.['key'] ?? '["","",null,null]')) as Origin
      origins.set(id, origin)
    }
    return origin
  }
  const nameOf = (location: number): string => {
    let name = locations.get(location)
    if (name === undefined) {
      name = String(readLocation.get(location)?.['name'] ?? '')
      locations.set(location, name)
    }
    return name
  }
  const toResult = (row: Row): Result => {
    const [environment, version, browser, revision] = originOf(row.origin)
    const reason = reasonOf(row.outcome)
    const kept = row.json === null ? {} : (JSON.parse(row.json) as Detail)
    return {
      system: row.system,
      environment,
      check: row.name,
      location: nameOf(locationOf(row.lane)),
      slot: row.slot,
      trigger: triggerOf(row.lane),
      startedAt: row.slot + row.started,
      duration: toMs(row.duration),
      attempts: attemptsOf(row.outcome),
      verdict: verdictOf(row.outcome),
      ...(reason === undefined ? {} : { reason }),
      ...(revision === null ? {} : { revision }),
      ...(isMaintenance(row.outcome) ? { maintenance: true } : {}),
      earlier: [],
      phases: row.phases === null ? [] : unpackPhases(row.phases),
      steps: [],
      metrics: {},
      artifacts: [],
      ...kept,
      loopDelay: toMs(row.loop_delay),
      runner: { version, ...(browser === null ? {} : { browser }) },
    }
  }

  const query = (from: number, to: number, limit: number, wanted: ResultQuery): readonly Row[] => {
    const conditions = ['r.slot >= ?', 'r.slot < ?']
    const values: SQLInputValue[] = [from, to]
    const where = (condition: string, ...more: SQLInputValue[]) => {
      conditions.push(condition)
      values.push(...more)
    }
    if (wanted.system !== undefined) where('c.system = ?', wanted.system)
    if (wanted.check !== undefined) where('c.name = ?', wanted.check)
    if (wanted.triggers) where(`r.lane & 7 IN (${wanted.triggers.map(trigger => triggers.indexOf(trigger))})`)
    if (wanted.verdicts) where(`r.outcome & 3 IN (${wanted.verdicts.map(verdict => verdicts.indexOf(verdict))})`)
    const source = troubleOnly(wanted)
      ? 'result r INDEXED BY result_trouble JOIN checks c ON c.id = r.check_id'
      : 'checks c CROSS JOIN result r ON r.check_id = c.id'
    if (troubleOnly(wanted)) where('r.outcome & 3 <> 0')
    return database
      .prepare(
        `SELECT ${columns} FROM ${source} ${detail} WHERE ${conditions.join(' AND ')} ORDER BY r.slot DESC LIMIT ?`,
      )
      .all(...values, limit) as unknown as Row[]
  }

  return {
    results(wanted) {
      const limit = Math.min(Math.max(0, wanted.limit ?? usualLimit), largestLimit)
      const { oldest, newest } = ends.get() as { readonly oldest: number | null; readonly newest: number | null }
      if (oldest === null || newest === null) return []
      const from = Math.max(wanted.from ?? 0, oldest)
      const to = Math.min(wanted.to ?? Number.MAX_SAFE_INTEGER, newest + 1)
      const ordered = troubleOnly(wanted) || (wanted.system !== undefined && wanted.check !== undefined)
      if (ordered) return query(from, to, limit, wanted).map(toResult)
      // The newest of many checks: look back further and further, in place of sorting all that there is.
      for (let span = 300_000; ; span *= 8) {
        const rows = query(Math.max(from, to - span), to, limit, wanted)
        if (rows.length >= limit || to - span <= from) return rows.map(toResult)
      }
    },
    result(id) {
      const key = parseRunId(id)
      if (key === undefined) return undefined
      const rows = query(key.slot, key.slot + 1, largestLimit, { system: key.system, check: key.check })
      return rows.map(toResult).find(result => result.location === key.location && result.trigger === key.trigger)
    },
  }
}

/** Passed runs are left out, and no check is named: the index of trouble answers. */
const troubleOnly = ({ check, verdicts: wanted }: ResultQuery): boolean =>
  check === undefined && wanted !== undefined && wanted.length > 0 && !wanted.includes('passed')

/** What `runId` of core/ports.ts made; undefined for anything else. */
export function parseRunId(id: string) {
  try {
    const parts = id.split('~').map(decodeURIComponent)
    const [system, check, location, slot, trigger] = parts
    if (parts.length !== 5 || !/^\d{1,15}$/.test(slot!)) return undefined
    return { system: system!, check: check!, location: location!, slot: Number(slot), trigger: trigger! }
  } catch {
    // A lone percent sign.
    return undefined
  }
}
