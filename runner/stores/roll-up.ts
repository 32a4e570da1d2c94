/** Counts of an hour or a day of one check, with the distribution of its durations. */

import type { Verdict } from '../core/contracts.ts'
import { createHistogram, toMs } from '../core/histogram.ts'
import { attemptsOf, isMaintenance, verdictOf } from './pack.ts'

/** Columns of `hour` and `day` after check and time. */
export const rollUpColumns = 'passed, degraded, failed, unknown, retried, sum, histogram, maintenance'

export type RollUpRow = readonly [
  passed: number,
  degraded: number,
  failed: number,
  unknown: number,
  retried: number,
  sum: number,
  histogram: Uint8Array,
  maintenance: number,
]

export interface RollUpStats {
  readonly runs: Readonly<Record<Verdict, number>>
  readonly maintenance: number
  readonly retried: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly avg: number
}

/** Adds up runs and rows, in one reusable piece of memory. */
export interface RollUp {
  readonly total: number
  /** A raw row; a negative `times` takes it out again. */
  add(outcome: number, units: number, times?: number): void
  merge(row: RollUpRow): void
  row(): RollUpRow
  durations(): Uint8Array
  stats(): RollUpStats
  clear(): void
}

/** Durations are those of runs that passed or were degraded: a fast error or a timeout says nothing about speed. */
export const hasDuration = (verdict: Verdict): boolean => verdict === 'passed' || verdict === 'degraded'

export function createRollUp(): RollUp {
  const histogram = createHistogram()
  let runs: Record<Verdict, number> = { passed: 0, degraded: 0, failed: 0, unknown: 0 }
  let retried = 0
  let sum = 0
  let maintenance = 0
  const total = () => runs.passed + runs.degraded + runs.failed + runs.unknown + maintenance
  return {
    get total() {
      return total()
    },
    add(outcome, units, times = 1) {
      if (isMaintenance(outcome)) {
        maintenance += times
        return
      }
      const verdict = verdictOf(outcome)
      runs[verdict] += times
      if (!hasDuration(verdict)) return
      if (attemptsOf(outcome) > 1) retried += times
      sum += units * times
      histogram.add(units, times)
    },
    merge([passed, degraded, failed, unknown, more, units, encoded, kept]) {
      runs.passed += passed
      runs.degraded += degraded
      runs.failed += failed
      runs.unknown += unknown
      retried += more
      sum += units
      histogram.merge(encoded)
      maintenance += kept
    },
    row: () => [runs.passed, runs.degraded, runs.failed, runs.unknown, retried, sum, histogram.encode(), maintenance],
    durations: () => histogram.encode(),
    stats: () => ({
      runs: { ...runs },
      maintenance,
      retried,
      p50: histogram.percentile(0.5),
      p95: histogram.percentile(0.95),
      p99: histogram.percentile(0.99),
      avg: toMs(sum / (runs.passed + runs.degraded)),
    }),
    clear() {
      histogram.clear()
      runs = { passed: 0, degraded: 0, failed: 0, unknown: 0 }
      retried = 0
      sum = 0
      maintenance = 0
    },
  }
}
