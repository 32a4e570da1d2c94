/** Multi-window burn alerts: how fast a budget goes, and from when on it is worth waking somebody. */

import type { Severity } from './contracts.ts'
import { exactDuration } from './duration.ts'
import type { Burn } from './objectives.ts'
import type { Split } from './sli.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The rows of the Google SRE Workbook: so much of the budget in so much time. 14.4, 6, 3 and 1 times its pace, of 30 days. */
const table = [
  { share: 0.02, long: hour, severity: 'p0' },
  { share: 0.05, long: 6 * hour, severity: 'p1' },
  { share: 0.1, long: day, severity: 'p2' },
  { share: 0.1, long: 3 * day, severity: 'p2' },
] as const

export interface BurnRow {
  readonly long: number
  readonly short: number
  readonly factor: number
  readonly severity: Severity
}

export interface BurnPlan {
  /** Of the objective, ms. */
  readonly period: number
  /** Mean time between two runs of all its checks, ms. */
  readonly spacing: number
  /** Share of the runs that may be bad. */
  readonly allowed: number
}

/**
 * The rows that an objective can have. The short window is a twelfth of the long one and holds three runs at least; where that makes a
 * row as long as the next one, the next one does. A row that no failure could reach, or that is a large part of the period, is left out.
 */
export function burnRows({ period, spacing, allowed }: BurnPlan): readonly BurnRow[] {
  if (allowed <= 0) return []
  return table.flatMap(({ share, long: usual, severity }, index): readonly BurnRow[] => {
    const short = Math.max(usual / 12, Math.ceil((3 * spacing) / minute) * minute)
    const long = 12 * short
    const pace = rounded((share * period) / long)
    const factor = Math.max(1, pace)
    if (long >= (table[index + 1]?.long ?? Number.POSITIVE_INFINITY) || long > period / 7 || factor * allowed >= 1)
      return []
    // A row that would wake somebody over what the period allows is for the day.
    return [{ long, short, factor, severity: pace < 1 ? 'p2' : severity }]
  })
}

/** Fewer failed runs in the long window alert nobody: one among few runs looks like an outage. */
const leastFailed = 2
/**
 * Nor does a window of which less than so much was seen: the first minutes of a history say nothing about an hour, let alone three days. No
 * more than that, so that places or times that were not watched keep nobody from being told.
 */
export const leastSeen = 0.25

export interface BurnFound {
  readonly row: BurnRow
  readonly allowed: number
  readonly long: Split
  readonly short: Split
  /** Runs that the long window holds when all are made. */
  readonly expected: number
  /** The same row before: it stands while there is nothing valid to go by. */
  readonly before?: boolean
}

export function burnOf({ row, allowed, long, short, expected, before = false }: BurnFound): Burn {
  const [rate, shortRate] = [long, short].map(({ bad, valid }) =>
    valid === 0 ? undefined : rounded(bad / valid / allowed),
  )
  const over = (pace: number) => pace > row.factor
  // What was told already goes on until it is over.
  const isSeen = before || long.valid >= leastSeen * expected
  const known = rate !== undefined && shortRate !== undefined
  return {
    window: exactDuration(row.long),
    ...row,
    ...(rate === undefined ? {} : { rate }),
    ...(shortRate === undefined ? {} : { shortRate }),
    firing: known ? over(rate) && over(shortRate) && long.bad >= leastFailed && isSeen : before,
  }
}

/** Without the dust of binary fractions: 1 - 0.999 is 0.001. */
export const rounded = (value: number): number => Number(value.toPrecision(12))
