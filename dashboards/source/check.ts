import { dashboard, environment, healthCode, job, location, ofCheck, system, type Variable } from './dashboard.ts'
import { chart, figure, green, healthWords, orange, red, rows, states } from './panels.ts'

/** The check, and its system as the one that it belongs to. */
export const oneCheck = (more = ''): readonly Variable[] => [
  job,
  environment,
  location,
  { ...system, single: true },
  {
    name: 'check',
    label: 'Check',
    query: `label_values(vedette_check_info{job=~"$job",environment=~"$environment",system="$system"${more}}, check)`,
    single: true,
  },
]

export const health = (width: number) =>
  figure({
    title: 'Health',
    description: 'The worst of all locations.',
    unit: 'none',
    width,
    words: healthWords,
    queries: [[healthCode('check', ofCheck), 'health']],
  })

export const lastRun = (width: number) =>
  figure({
    title: 'Last run',
    description: 'Older than three intervals: it does not run any more.',
    unit: 'dateTimeFromNow',
    width,
    queries: [[`max(vedette_check_last_run_timestamp_seconds{${ofCheck}}) * 1000`, 'last run']],
  })

export const healthByLocation = () =>
  states({
    title: 'Health by location',
    description: 'What each place sees.',
    unit: 'none',
    width: 24,
    words: healthWords,
    queries: [[healthCode('location', ofCheck), '{{location}}']],
  })

export const runsByVerdict = (width: number) =>
  chart({
    title: 'Runs by verdict',
    description: 'How many ended how.',
    unit: 'none',
    width,
    bars: true,
    stacked: true,
    queries: [[`sum by (verdict) (increase(vedette_check_runs_total{${ofCheck}}[$__rate_interval]))`, '{{verdict}}']],
  })

const runs = (verdict: string, over: string) =>
  `sum(increase(vedette_check_runs_total{${ofCheck},verdict=~"${verdict}"}[${over}]))`
const valid = 'passed|degraded|failed'

export const check = dashboard({
  id: 'check',
  title: 'check',
  question: 'Since when, how often, how slow, from where?',
  variables: oneCheck(),
  rows: [
    {
      title: 'Now',
      panels: [
        health(4),
        figure({
          title: 'In that state since',
          description: 'When the health changed last.',
          unit: 'dateTimeFromNow',
          width: 4,
          queries: [[`max(vedette_check_health_since_timestamp_seconds{${ofCheck}}) * 1000`, 'since']],
        }),
        figure({
          title: 'Uptime',
          description:
            'Share of the minutes in which at least one location saw it up. Minutes in which nobody could tell are not in it.',
          unit: 'percentunit',
          width: 4,
          decimals: 3,
          steps: [red, [0.99, orange], [0.995, green]],
          queries: [[`avg(avg_over_time(probe_success{${ofCheck}}[$__range]))`, 'uptime']],
        }),
        figure({
          title: 'Reachability',
          description: 'Runs that did not fail, of those that could be judged, from all locations together.',
          unit: 'percentunit',
          width: 4,
          decimals: 3,
          steps: [red, [0.99, orange], [0.995, green]],
          queries: [[`1 - ${runs('failed', '$__range')} / ${runs(valid, '$__range')}`, 'good runs']],
        }),
        figure({
          title: 'Coverage',
          description:
            'Runs that could be judged. What is missing is our own trouble, and is in neither number beside it.',
          unit: 'percentunit',
          width: 4,
          decimals: 1,
          steps: [red, [0.9, orange], [0.99, green]],
          queries: [[`${runs(valid, '$__range')} / ${runs('.+', '$__range')}`, 'judged']],
        }),
        lastRun(4),
        figure({
          title: 'Interval',
          description: 'Time between two runs. An outage that is shorter may not be seen.',
          unit: 's',
          width: 4,
          queries: [[`max(vedette_check_interval_seconds{${ofCheck}})`, 'interval']],
        }),
        figure({
          title: 'Duration, p95',
          description: 'Of the last runs that are in the chosen time.',
          unit: 's',
          width: 4,
          queries: [[`max(quantile_over_time(0.95, probe_duration_seconds{${ofCheck}}[$__range]))`, 'p95']],
        }),
        figure({
          title: 'Certificate ends',
          description: 'The first of the chain as it was served.',
          unit: 's',
          width: 4,
          none: 'no TLS',
          steps: [red, [7 * 86_400, orange], [21 * 86_400, green]],
          queries: [[`min(probe_ssl_earliest_cert_expiry{${ofCheck}}) - time()`, 'left']],
        }),
        figure({
          title: 'Its life that is left',
          description: 'Below a third it should have been renewed.',
          unit: 'percentunit',
          width: 4,
          none: 'no TLS',
          steps: [red, [1 / 6, orange], [1 / 3, green]],
          queries: [[`min(vedette_certificate_life_left_ratio{${ofCheck}})`, 'left']],
        }),
        figure({
          title: 'Status',
          description: 'Of the last HTTP answer.',
          unit: 'none',
          width: 4,
          none: 'no HTTP',
          queries: [[`max by (location) (probe_http_status_code{${ofCheck}})`, '{{location}}']],
        }),
        figure({
          title: 'Next signal due',
          description: 'Of a heartbeat.',
          unit: 'dateTimeFromNow',
          width: 4,
          none: 'no heartbeat',
          queries: [[`max(vedette_heartbeat_due_timestamp_seconds{${ofCheck}}) * 1000`, 'due']],
        }),
      ],
    },
    {
      title: 'Runs',
      panels: [
        healthByLocation(),
        states({
          title: 'Last run by location',
          description: 'Whether it failed; a gap is a time in which it could not be judged.',
          unit: 'none',
          width: 12,
          words: { 0: ['failed', red], 1: ['passed', green] },
          queries: [[`min by (location) (probe_success{${ofCheck}})`, '{{location}}']],
        }),
        runsByVerdict(12),
        chart({
          title: 'Duration by location',
          description: 'Of the last attempt of each run, passed or not.',
          unit: 's',
          width: 12,
          queries: [[`max by (location) (probe_duration_seconds{${ofCheck}})`, '{{location}}']],
        }),
        chart({
          title: 'Failed at the first attempt',
          description: 'Also when the fast retry then passed: decay that retries hide.',
          unit: 'none',
          width: 12,
          bars: true,
          queries: [
            [
              `sum by (location) (increase(vedette_first_attempt_failures_total{${ofCheck}}[$__rate_interval]))`,
              '{{location}}',
            ],
          ],
        }),
      ],
    },
    {
      title: 'HTTP',
      panels: [
        chart({
          title: 'Where the time goes',
          description: 'By phase, added up over redirects, the mean of all locations.',
          unit: 's',
          width: 12,
          stacked: true,
          queries: [[`avg by (phase) (probe_http_duration_seconds{${ofCheck}})`, '{{phase}}']],
        }),
        chart({
          title: 'Size of the answer',
          description: 'Unpacked.',
          unit: 'bytes',
          width: 6,
          queries: [[`max by (location) (probe_http_uncompressed_body_length{${ofCheck}})`, '{{location}}']],
        }),
        chart({
          title: 'Look-up of the name',
          description: 'Time until the resolver answered.',
          unit: 's',
          width: 6,
          queries: [[`max by (location) (probe_dns_lookup_time_seconds{${ofCheck}})`, '{{location}}']],
        }),
        rows({
          title: 'Facts',
          description: 'What the definition says of this check.',
          unit: 'none',
          width: 24,
          height: 5,
          queries: [
            [
              `max by (system, check, location, kind, severity, owner, covers, tags) (vedette_check_info{${ofCheck}})`,
              'facts',
            ],
            [`max by (system, check, location) (probe_http_ssl{${ofCheck}})`, 'tls'],
            [`max by (system, check, location) (probe_http_redirects{${ofCheck}})`, 'redirects'],
            [`max by (system, check, location) (probe_http_version{${ofCheck}})`, 'version'],
          ],
          columns: [
            { from: 'kind', name: 'Kind' },
            { from: 'severity', name: 'Severity' },
            { from: 'owner', name: 'Owner' },
            { from: 'covers', name: 'Requirements' },
            { from: 'tags', name: 'Tags' },
            { from: 'location', name: 'Location' },
            { from: 'B', name: 'TLS', words: { 0: ['no', orange], 1: ['yes', green] } },
            { from: 'C', name: 'Redirects' },
            { from: 'D', name: 'HTTP' },
          ],
        }),
      ],
    },
  ],
})
