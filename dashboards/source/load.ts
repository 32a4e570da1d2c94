import { dashboard, environment, job, ofSystem, system } from './dashboard.ts'
import { chart, figure, green, orange, red, rows } from './panels.ts'

const by = 'system, load, profile, environment'
const of = `${ofSystem},load=~"$load",profile=~"$profile"`
const loadOf = (metric: string, more = '') => `max by (${by}) (vedette_load_${metric}{${of}${more}})`
const name = '{{system}}/{{load}} {{profile}}'
const code = `max by (${by}) (2 * vedette_load_verdict{${of},verdict="failed"} or 1 * vedette_load_verdict{${of},verdict="unknown"})`

export const load = dashboard({
  id: 'load',
  title: 'load',
  question: 'Did it hold?',
  variables: [
    job,
    environment,
    system,
    { name: 'load', label: 'Load', query: `label_values(vedette_load_last_run_timestamp_seconds{${ofSystem}}, load)` },
    {
      name: 'profile',
      label: 'Profile',
      query: `label_values(vedette_load_last_run_timestamp_seconds{${ofSystem},load=~"$load"}, profile)`,
    },
  ],
  from: 'now-30d',
  rows: [
    {
      title: 'Newest run of each load and profile',
      panels: [
        figure({
          title: 'Thresholds crossed',
          description: 'Of the newest runs.',
          unit: 'none',
          width: 8,
          steps: [green, [1, red]],
          queries: [[`count(vedette_load_threshold_kept{${of}} == 0) or vector(0)`, 'crossed']],
        }),
        figure({
          title: 'Could not tell',
          description: 'Newest runs that proved nothing: no k6, no samples, a script that threw.',
          unit: 'none',
          width: 8,
          steps: [green, [1, orange]],
          queries: [[`sum(vedette_load_verdict{${of},verdict="unknown"})`, 'unknown']],
        }),
        figure({
          title: 'Newest run',
          description: 'A promise that was last proven long ago is a hope.',
          unit: 'dateTimeFromNow',
          width: 8,
          queries: [[`max(vedette_load_last_run_timestamp_seconds{${of}}) * 1000`, 'newest']],
        }),
        rows({
          title: 'Runs',
          description: 'The page /load of Vedette has each run with its course over time.',
          unit: 'none',
          width: 24,
          queries: [
            [code, 'verdict'],
            [`${loadOf('last_run_timestamp_seconds')} * 1000`, 'started'],
            [loadOf('run_duration_seconds'), 'took'],
            [loadOf('most_users'), 'users'],
            [loadOf('requests_per_second'), 'requests'],
            [loadOf('request_duration_seconds', ',statistic="p95"'), 'p95'],
            [loadOf('request_duration_limit_seconds'), 'limit'],
            [loadOf('failed_ratio'), 'failed'],
          ],
          columns: [
            {
              from: 'A',
              name: 'Verdict',
              words: { 0: ['passed', green], 1: ['unknown', 'purple'], 2: ['failed', red] },
            },
            { from: 'system', name: 'System' },
            { from: 'load', name: 'Load' },
            { from: 'profile', name: 'Profile' },
            { from: 'B', name: 'Started', unit: 'dateTimeFromNow' },
            { from: 'C', name: 'Took', unit: 's' },
            { from: 'D', name: 'Most users' },
            { from: 'E', name: 'Requests', unit: 'reqps' },
            { from: 'F', name: 'p95', unit: 's' },
            { from: 'G', name: 'At most', unit: 's' },
            { from: 'H', name: 'Failed', unit: 'percentunit' },
            { from: 'environment', name: 'Environment' },
          ],
        }),
        rows({
          title: 'Thresholds',
          description:
            'Each promise, and whether the newest run kept it. One without samples is not here: it proved nothing.',
          unit: 'none',
          width: 24,
          queries: [[`min by (${by}, metric, threshold, requirement) (vedette_load_threshold_kept{${of}})`, 'kept']],
          columns: [
            { from: 'A', name: 'Kept', words: { 0: ['crossed', red], 1: ['kept', green] } },
            { from: 'requirement', name: 'Promise' },
            { from: 'metric', name: 'Figure' },
            { from: 'threshold', name: 'Limit' },
            { from: 'system', name: 'System' },
            { from: 'load', name: 'Load' },
            { from: 'profile', name: 'Profile' },
            { from: 'environment', name: 'Environment' },
          ],
          sortBy: 'Kept',
        }),
      ],
    },
    {
      title: 'From run to run',
      panels: [
        chart({
          title: 'Durations of requests',
          description: 'A step is a new run; dashed is what the p95 is promised to stay under.',
          unit: 's',
          width: 24,
          limitSeries: '.* limit$',
          queries: [
            [
              `max by (${by}, statistic) (vedette_load_request_duration_seconds{${of},statistic!="max"})`,
              `${name} {{statistic}}`,
            ],
            [loadOf('request_duration_limit_seconds'), `${name} limit`],
          ],
        }),
        chart({
          title: 'Requests a second',
          description: 'On average over the run.',
          unit: 'reqps',
          width: 12,
          queries: [[loadOf('requests_per_second'), name]],
        }),
        chart({
          title: 'Failed requests',
          description: 'Share of all requests of the run.',
          unit: 'percentunit',
          width: 12,
          queries: [[loadOf('failed_ratio'), name]],
        }),
      ],
    },
  ],
})
