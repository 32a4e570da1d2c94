/** The metrics of a check. Where the meaning is blackbox_exporter's, so is the name; ours start with `vedette_`. */

import { healthStates, phaseNames, type Result, type Verdict, verdicts } from '../../core/contracts.ts'
import { phaseTotal } from '../../core/judge.ts'
import { metricNames } from '../../core/metric-names.ts'
import type { WatchedCheck } from '../../core/ports.ts'
import type { Family, Sample } from './exposition.ts'

/** What is known of a check when somebody scrapes. */
export interface CheckSubject {
  readonly check: WatchedCheck
  readonly runs: Readonly<Record<Verdict, number>>
  readonly firstFailures: number
  /** The last scheduled run. */
  readonly last: Result | undefined
  /** The same, while it says how the target is: not when it is unknown, nor while the check is paused. */
  readonly seen: Result | undefined
}

const mostSteps = 20

/** Blackbox's phases: sending belongs to the waiting that it calls processing. */
const httpPhases = {
  resolve: ['resolve'],
  connect: ['connect'],
  tls: ['tls'],
  processing: ['send', 'wait'],
  transfer: ['transfer'],
} as const

/** Lab figures of journeys, milliseconds. */
const vitals = { lcp_ms: 'lcp', fcp_ms: 'fcp', ttfb_ms: 'ttfb', inp_ms: 'inp', tbt_ms: 'tbt' } as const

const gauge = (name: string, help: string, of: Family<CheckSubject>['of']): Family<CheckSubject> => ({
  name,
  help,
  type: 'gauge',
  of,
})
const counter = (name: string, help: string, of: Family<CheckSubject>['of']): Family<CheckSubject> => ({
  name,
  help,
  type: 'counter',
  of,
})
const figure = (name: string, help: string, metric: string) => gauge(name, help, ({ seen }) => seen?.metrics[metric])
const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1_000)

export const checkFamilies: readonly Family<CheckSubject>[] = [
  counter(metricNames.checkRuns, 'Scheduled runs of a check by verdict', ({ runs }) =>
    verdicts.map(verdict => [{ verdict }, runs[verdict]]),
  ),
  counter(
    'vedette_first_attempt_failures_total',
    'Scheduled runs whose first attempt did not pass, whatever the retries then said',
    ({ firstFailures }) => firstFailures,
  ),
  gauge(
    'vedette_heartbeat_last_success_timestamp_seconds',
    'When the last signal of a heartbeat came that passed',
    ({ check }) => (check.kind === 'heartbeat' ? seconds(check.health.lastPassedAt) : undefined),
  ),
  gauge('vedette_heartbeat_due_timestamp_seconds', 'When the next signal of a heartbeat is due', ({ check }) =>
    check.kind === 'heartbeat' ? seconds(check.nextRunAt) : undefined,
  ),
  gauge(
    'probe_success',
    '1 when the last run passed, also over a threshold; 0 when it failed; absent while unknown or paused',
    ({ seen }) => (seen === undefined ? undefined : Number(seen.verdict !== 'failed')),
  ),
  gauge('probe_duration_seconds', 'Duration of the last attempt of the last run', ({ seen }) =>
    seconds(seen?.duration),
  ),
  gauge('probe_http_duration_seconds', 'Time of the last run by phase, added up over redirects', ({ check, seen }) =>
    seen && isHttp(check, seen) ? httpPhasesOf(seen) : undefined,
  ),
  figure('probe_http_status_code', 'Status of the last HTTP answer', 'http_status'),
  figure('probe_http_version', 'Version of HTTP of the last answer', 'http_version'),
  figure('probe_http_redirects', 'Redirects that were followed', 'http_redirects'),
  figure('probe_http_content_length', 'Length of the body as the answer declares it, bytes', 'http_content_length'),
  figure('probe_http_uncompressed_body_length', 'Length of the unpacked body, bytes', 'http_body_bytes'),
  gauge('probe_http_ssl', '1 when the last answer came over TLS', ({ check, seen }) =>
    seen && isHttp(check, seen)
      ? (seen.metrics['http_ssl'] ?? Number(seen.phases.some(({ name }) => name === 'tls')))
      : undefined,
  ),
  gauge(
    'probe_ssl_earliest_cert_expiry',
    'When the first certificate of the chain ends, seconds since 1970',
    ({ seen }) => {
      const days = seen?.metrics['tls_cert_days_left']
      return days === undefined ? undefined : Math.round(seen!.startedAt / 1_000 + days * 86_400)
    },
  ),
  figure(
    'vedette_certificate_life_left_ratio',
    'Share of its life that the first certificate to end has left',
    'tls_cert_life_left',
  ),
  gauge('probe_dns_lookup_time_seconds', 'Time that the look-up of the name took', ({ seen }) =>
    seen?.phases.some(({ name }) => name === phaseNames[0]) ? phaseTotal(seen.phases, 'resolve') / 1_000 : undefined,
  ),
  gauge('vedette_check_health', 'Health of a check: 1 for the state it is in, 0 for the others', ({ check }) =>
    healthStates.map(state => [{ state }, Number(check.health.state === state)]),
  ),
  gauge(
    'vedette_check_health_since_timestamp_seconds',
    'When the state was entered',
    ({ check }) => check.health.since / 1_000,
  ),
  gauge('vedette_check_last_run_timestamp_seconds', 'Start of the last scheduled run', ({ last }) =>
    seconds(last?.startedAt),
  ),
  gauge(
    'vedette_check_interval_seconds',
    'Time between two runs; of a calendar schedule the mean',
    ({ check }) => check.interval / 1_000,
  ),
  gauge('vedette_check_info', 'Facts about a check, to join on', ({ check }) => [
    [
      {
        kind: check.kind,
        severity: check.severity,
        owner: check.owner ?? '',
        covers: check.covers.join(','),
        tags: check.tags.join(','),
      },
      1,
    ],
  ]),
  gauge('vedette_step_duration_seconds', 'Duration of a step of the last run of a journey', ({ seen }) =>
    seen === undefined ? undefined : stepsOf(seen),
  ),
  gauge('vedette_web_vital_seconds', 'Web vital of the last run, in the lab, not of real users', ({ seen }) =>
    seen === undefined
      ? undefined
      : Object.entries(vitals).flatMap(([metric, vital]) => {
          const value = seen.metrics[metric]
          return value === undefined ? [] : [[{ vital }, value / 1_000] as const]
        }),
  ),
  figure('vedette_layout_shift_ratio', 'Cumulative layout shift of the last run, in the lab', 'cls'),
]

const isHttp = (check: WatchedCheck, { phases }: Result) => check.kind === 'http' && phases.length > 0

const httpPhasesOf = ({ phases }: Result): readonly Sample[] =>
  Object.entries(httpPhases).map(([phase, names]) => [
    { phase },
    names.reduce((sum, name) => sum + phaseTotal(phases, name), 0) / 1_000,
  ])

/** Of steps with one title the last counts: a series is written once. */
const stepsOf = ({ steps }: Result): readonly Sample[] => [
  ...new Map(
    steps.slice(0, mostSteps).map(({ title, duration }) => {
      const step = title.slice(0, 80)
      return [step, [{ step }, duration / 1_000]] as const
    }),
  ).values(),
]
