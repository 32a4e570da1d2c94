/** The metrics of load runs: of each load and profile the newest run. A load run ends long before the next scrape, so nothing is counted. */

import { p95Limits } from '../../../dashboards/web/load.ts'
import { type Verdict, verdicts } from '../../core/contracts.ts'
import type { LoadRun } from '../../core/ports.ts'
import { type Family, type Labelled, labelText } from './exposition.ts'

const gauge = (name: string, help: string, of: Family<LoadRun>['of']): Family<LoadRun> => ({
  name,
  help,
  type: 'gauge',
  of,
})

/** Of the durations of requests, by k6's word for it. */
const statistics = { med: 'median', 'p(95)': 'p95', 'p(99)': 'p99', max: 'max' } as const

export const loadFamilies: readonly Family<LoadRun>[] = [
  gauge('vedette_load_last_run_timestamp_seconds', 'Start of the last load run', run => run.startedAt / 1_000),
  gauge('vedette_load_run_duration_seconds', 'How long the last load run took', run => run.duration / 1_000),
  gauge('vedette_load_verdict', 'Verdict of the last load run: 1 for the one it has, 0 for the others', run =>
    verdicts.filter(isOfLoad).map(verdict => [{ verdict }, Number(run.verdict === verdict)]),
  ),
  gauge(
    'vedette_load_threshold_kept',
    '1 when the last load run kept a threshold, 0 when it crossed it, absent without samples',
    run =>
      run.thresholds
        .filter(({ verdict }) => verdict !== 'unknown')
        .map(({ metric, expression, requirement = '', verdict }) => [
          { metric, threshold: expression, requirement },
          Number(verdict === 'passed'),
        ]),
  ),
  gauge(
    'vedette_load_request_duration_seconds',
    'Statistics of the durations of all requests of the last load run',
    run =>
      Object.entries(statistics).flatMap(([word, statistic]) => {
        const ms = run.metrics['http_req_duration']?.[word]
        return ms === undefined ? [] : [[{ statistic }, ms / 1_000] as const]
      }),
  ),
  gauge(
    'vedette_load_request_duration_limit_seconds',
    'What the p95 of all requests is promised to stay under',
    run => {
      const limits = p95Limits(run.thresholds.filter(({ metric }) => metric === 'http_req_duration'))
      return limits.length === 0 ? undefined : Math.min(...limits.map(({ value }) => value)) / 1_000
    },
  ),
  gauge(
    'vedette_load_failed_ratio',
    'Share of the requests of the last load run that failed',
    run => run.metrics['http_req_failed']?.['rate'],
  ),
  gauge(
    'vedette_load_requests_per_second',
    'Requests a second of the last load run, on average',
    run => run.metrics['http_reqs']?.['rate'],
  ),
  gauge('vedette_load_most_users', 'Most users at a time of the last load run', ({ series }) =>
    series.length === 0 ? undefined : Math.max(...series.map(({ users }) => users)),
  ),
]

/** A load run is never over a threshold and good. */
const isOfLoad = (verdict: Verdict) => verdict !== 'degraded'

export const loadSubjects = (runs: readonly LoadRun[]): readonly Labelled<LoadRun>[] =>
  runs.map(run => ({
    labels: labelText({ system: run.system, load: run.load, profile: run.profile, environment: run.environment }),
    subject: run,
  }))
