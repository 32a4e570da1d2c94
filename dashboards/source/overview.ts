import { dashboard, environment, healthCode, job, linkTo, ofSystem, system } from './dashboard.ts'
import { bars, chart, figure, green, healthWords, orange, red, rows, states } from './panels.ts'

const checkLink = linkTo('check', {
  environment: '${__data.fields.Environment}',
  system: '${__data.fields.System}',
  check: '${__data.fields.Check}',
})
const by = 'system, check, environment, location'
const isIn = (state: string) => `sum(vedette_check_health{${ofSystem},state="${state}"})`
const runsOf = (verdict: string, over: string) =>
  `sum(increase(vedette_check_runs_total{${ofSystem},verdict=~"${verdict}"}[${over}]))`
const troubled = `vedette_check_health{${ofSystem},state=~"down|degraded|unknown|retrying"} == 1`

export const overview = dashboard({
  id: 'overview',
  title: 'overview',
  question: 'Is anything wrong, where, since when?',
  variables: [job, environment, system],
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Open incidents',
          description: 'Incidents that are open: each is one trouble, whatever the number of its checks.',
          unit: 'none',
          width: 4,
          steps: [green, [1, red]],
          queries: [[`sum(vedette_open_incidents{${ofSystem}})`, 'open']],
        }),
        figure({
          title: 'Nobody acknowledged',
          description: 'Open incidents that nobody has taken yet.',
          unit: 'none',
          width: 4,
          steps: [green, [1, red]],
          queries: [[`sum(vedette_unacknowledged_incidents{${ofSystem}})`, 'waiting']],
        }),
        figure({
          title: 'Down',
          description: 'Checks that failed often enough in a row.',
          unit: 'none',
          width: 4,
          steps: [green, [1, red]],
          queries: [[isIn('down'), 'down']],
        }),
        figure({
          title: 'Degraded',
          description: 'Checks that answer, and are over a threshold.',
          unit: 'none',
          width: 4,
          steps: [green, [1, orange]],
          queries: [[isIn('degraded'), 'degraded']],
        }),
        figure({
          title: 'Unknown',
          description: 'Checks that Vedette itself could not judge. They are neither up nor down.',
          unit: 'none',
          width: 4,
          steps: [green, [1, 'purple']],
          queries: [[isIn('unknown'), 'unknown']],
        }),
        figure({
          title: 'Good runs in 24 h',
          description: 'Runs that did not fail, of those that could be judged, from all locations together.',
          unit: 'percentunit',
          width: 4,
          decimals: 3,
          steps: [red, [0.99, orange], [0.995, green]],
          queries: [[`1 - ${runsOf('failed', '24h')} / ${runsOf('passed|degraded|failed', '24h')}`, 'good']],
        }),
        rows({
          title: 'What is not up',
          description: 'Worst first; a click on a check leads to its dashboard.',
          unit: 'none',
          width: 24,
          none: 'Everything is up.',
          queries: [
            [`${healthCode(by, ofSystem)} >= 4 or ${healthCode(by, ofSystem)} == 1`, 'state'],
            [
              `max by (${by}) (vedette_check_health_since_timestamp_seconds{${ofSystem}}) * 1000 and on (${by}) (${troubled})`,
              'since',
            ],
            [
              `max by (${by}, kind, severity, owner) (vedette_check_info{${ofSystem}}) and on (${by}) (${troubled})`,
              'facts',
            ],
          ],
          columns: [
            { from: 'A', name: 'State', words: healthWords },
            { from: 'severity', name: 'Severity' },
            { from: 'system', name: 'System' },
            { from: 'check', name: 'Check', link: checkLink },
            { from: 'B', name: 'Since', unit: 'dateTimeFromNow' },
            { from: 'kind', name: 'Kind' },
            { from: 'owner', name: 'Owner' },
            { from: 'location', name: 'Location' },
            { from: 'environment', name: 'Environment' },
          ],
          sortBy: 'Severity',
        }),
      ],
    },
    {
      title: 'Lately',
      panels: [
        states({
          title: 'Health of every check',
          description: 'The worst of all locations.',
          unit: 'none',
          width: 24,
          rows: 20,
          words: healthWords,
          queries: [[healthCode('system, check', ofSystem), '{{system}}/{{check}}']],
        }),
        chart({
          title: 'Failed runs by reason',
          description: 'Which fault the runs ended with. Unknown runs are on the dashboard of the monitor itself.',
          unit: 'cpm',
          width: 12,
          stacked: true,
          queries: [
            [
              `60 * sum by (system, reason) (rate(vedette_runs_total{${ofSystem},verdict="failed"}[$__rate_interval]))`,
              '{{system}}: {{reason}}',
            ],
          ],
        }),
        chart({
          title: 'Slowest twentieth',
          description: 'p95 of the durations of runs that did not fail, by system and kind of check.',
          unit: 's',
          width: 12,
          queries: [
            [
              `histogram_quantile(0.95, sum by (system, kind, le) (rate(vedette_run_duration_seconds_bucket{${ofSystem}}[$__rate_interval])))`,
              '{{system}}: {{kind}}',
            ],
          ],
        }),
      ],
    },
    {
      title: 'What may still go wrong',
      panels: [
        bars({
          title: 'Least error budget left',
          description:
            'Of the period of each objective: 100 % is all of it, below 0 more went wrong than was promised.',
          unit: 'percentunit',
          width: 12,
          max: 1,
          steps: [red, [0, orange], [0.25, green]],
          queries: [
            [
              `bottomk(10, min by (system, objective, part) (vedette_objective_error_budget_remaining_ratio{${ofSystem}}))`,
              '{{system}}: {{objective}} {{part}}',
            ],
          ],
        }),
        bars({
          title: 'Certificates that end first',
          description: 'Of the whole chain as it was served.',
          unit: 's',
          width: 12,
          steps: [red, [7 * 86_400, orange], [21 * 86_400, green]],
          queries: [
            [
              `bottomk(10, min by (system, check) (probe_ssl_earliest_cert_expiry{${ofSystem}})) - time()`,
              '{{system}}/{{check}}',
            ],
          ],
        }),
        bars({
          title: 'Most failed runs in 30 days',
          description: 'Failed runs of those that could be judged, by the recording rules of vedette.rules.yml.',
          unit: 'percentunit',
          width: 12,
          decimals: 3,
          steps: [green, [0.001, orange], [0.01, red]],
          queries: [
            [
              'topk(10, max by (system, check) (system_check:vedette_failed_runs_per_valid_runs:ratio_increase30d{environment=~"$environment",system=~"$system"}))',
              '{{system}}/{{check}}',
            ],
          ],
        }),
        chart({
          title: 'Incidents that opened',
          description: 'By cause.',
          unit: 'none',
          width: 12,
          bars: true,
          stacked: true,
          queries: [
            [
              `sum by (system, cause) (increase(vedette_incidents_total{${ofSystem}}[$__rate_interval]))`,
              '{{system}}: {{cause}}',
            ],
          ],
        }),
      ],
    },
  ],
})
