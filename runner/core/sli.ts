/** What an objective can measure: by metric, which runs are good, and whose runs count unless the objective names them. */

import type { Verdict } from './contracts.ts'
import type { Check } from './definitions.ts'
import { createHistogram } from './histogram.ts'
import type { WindowStats } from './ports.ts'
import type { Statistic } from './requirements.ts'

/** Whose runs count by default. `named`: those of `checks` alone. */
type Feed = 'network' | 'http' | 'health' | 'journeys' | 'named'

export interface Measure {
  readonly sli: 'ratio' | 'count' | 'statistic'
  /** Of a ratio, what the limit is on: the share of good runs, or that of bad ones. */
  readonly of?: 'good' | 'bad'
  /** A run over a threshold of its own is bad. */
  readonly strict?: true
  readonly feed: Feed
}

export const measures: Readonly<Record<string, Measure>> = {
  availability: { sli: 'ratio', of: 'good', feed: 'network' },
  success_rate: { sli: 'ratio', of: 'good', feed: 'network' },
  error_rate: { sli: 'ratio', of: 'bad', feed: 'network' },
  latency: { sli: 'ratio', of: 'good', strict: true, feed: 'network' },
  health_pass_rate: { sli: 'ratio', of: 'good', feed: 'health' },
  journey_success_rate: { sli: 'ratio', of: 'good', feed: 'journeys' },
  payment_success_rate: { sli: 'ratio', of: 'good', feed: 'named' },
  contract_pass_rate: { sli: 'ratio', of: 'good', feed: 'named' },
  http_5xx: { sli: 'count', feed: 'http' },
  http_req_duration_ms: { sli: 'statistic', feed: 'http' },
}

/** Statistics that histograms answer. */
export const statistics: readonly Statistic[] = ['avg', 'p75', 'p95']

/** A check as objectives see it. */
export interface Feeder {
  readonly check: string
  readonly kind: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly covers: readonly string[]
  /** ms; of a calendar schedule the mean, infinite where nobody knows it. */
  readonly interval: number
  readonly calendar: boolean
}

/** `interval`: of a calendar schedule. */
export const feederOf = (check: Check, interval = Number.POSITIVE_INFINITY): Feeder => ({
  check: check.id,
  kind: check.heartbeat === undefined ? check.probe.kind : 'heartbeat',
  summary: check.probe.summary,
  tags: check.tags,
  covers: check.covers,
  interval: 'every' in check.schedule ? check.schedule.every : interval,
  calendar: !('every' in check.schedule),
})

/** Kinds that say nothing about whether an address answers. */
const apart = ['journey', 'headers', 'heartbeat']

/** Whether the runs of a check count for a metric by default: those by the calendar spend limits, or tidy up. */
export function feedsByDefault({ check, kind, summary, tags, calendar }: Feeder, feed: Feed): boolean {
  if (calendar) return false
  switch (feed) {
    case 'network':
      return !apart.includes(kind)
    case 'http':
      return kind === 'http'
    case 'journeys':
      return kind === 'journey'
    case 'health':
      return tags.includes('health') || /(^|[-/.])health([-/.]|$)/.test(check) || /\/healthz?(\?|$)/.test(summary)
    case 'named':
      return false
  }
}

/** Runs of several checks in one window. */
export interface Tally {
  readonly runs: Readonly<Record<Verdict, number>>
  readonly maintenance: number
  /** ms; NaN without runs that answered. */
  readonly avg: number
  /** The distribution of durations, where it was asked for. */
  percentile(share: number): number
}

/** Adds up what the store knows of the checks of a system. */
export function tally(stats: readonly WindowStats[], system: string, checks: ReadonlySet<string>): Tally {
  const runs: Record<Verdict, number> = { passed: 0, degraded: 0, failed: 0, unknown: 0 }
  let maintenance = 0
  let sum = 0
  const found = stats.filter(item => item.system === system && checks.has(item.check))
  for (const item of found) {
    const answered = item.runs.passed + item.runs.degraded
    for (const verdict of Object.keys(runs) as Verdict[]) runs[verdict] += item.runs[verdict]
    maintenance += item.maintenance
    if (answered > 0) sum += item.avg * answered
  }
  return {
    runs,
    maintenance,
    avg: sum / (runs.passed + runs.degraded),
    percentile(share) {
      const histogram = createHistogram()
      for (const { durations } of found) if (durations !== undefined) histogram.merge(durations)
      return histogram.percentile(share)
    },
  }
}

export interface Split {
  readonly good: number
  readonly bad: number
  readonly valid: number
}

/** Good and bad runs by a measure; what is unknown or was maintenance is neither. */
export function split({ strict }: Measure, { runs: { passed, degraded, failed } }: Pick<Tally, 'runs'>): Split {
  const good = strict ? passed : passed + degraded
  const valid = passed + degraded + failed
  return { good, bad: valid - good, valid }
}
