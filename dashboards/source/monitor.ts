import { dashboard, instance, job, ofSelf } from './dashboard.ts'
import { chart, figure, green, red, rows, yesNo } from './panels.ts'

const name = '{{instance}}'
const gauge = (metric: string) => `max by (instance) (${metric}{${ofSelf}})`

export const monitor = dashboard({
  id: 'monitor',
  title: 'the monitor itself',
  question: 'Can what the other dashboards say be believed?',
  variables: [job, instance],
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Answers Prometheus',
          description: 'Whether it can be scraped. That alone does not say that it watches.',
          unit: 'none',
          width: 4,
          words: { 0: ['gone', red], 1: ['there', green] },
          queries: [[`min by (instance) (up{${ofSelf}})`, name]],
        }),
        figure({
          title: 'Ready',
          description: 'It watches and can store.',
          unit: 'none',
          width: 4,
          words: { 0: ['not ready', red], 1: ['ready', green] },
          queries: [[`min by (instance) (vedette_ready{${ofSelf}})`, name]],
        }),
        figure({
          title: 'Blind',
          description: 'No run has told anything for three intervals: all other figures are old.',
          unit: 'none',
          width: 4,
          words: yesNo('blind', 'sees'),
          queries: [[gauge('vedette_blind'), name]],
        }),
        figure({
          title: 'Configuration',
          description: 'Whether a change of it is refused; the one before goes on.',
          unit: 'none',
          width: 4,
          words: yesNo('refused', 'in force'),
          queries: [[gauge('vedette_config_refused'), name]],
        }),
        figure({
          title: 'Journeys that cannot be listed',
          description: 'Mistakes in specs: what they cover is not watched.',
          unit: 'none',
          width: 4,
          steps: [green, [1, red]],
          queries: [[gauge('vedette_unlisted_journey_problems'), name]],
        }),
        figure({
          title: 'Notifiers that fail',
          description: 'Their last try did not succeed.',
          unit: 'none',
          width: 4,
          none: 'no notifiers',
          steps: [green, [1, red]],
          queries: [[`sum(vedette_notifier_failing{${ofSelf}})`, 'failing']],
        }),
        rows({
          title: 'Who watches',
          description: 'Each Vedette that this Prometheus knows.',
          unit: 'none',
          width: 24,
          height: 5,
          queries: [
            [`max by (instance, version) (vedette_build_info{${ofSelf}})`, 'version'],
            [`${gauge('vedette_start_timestamp_seconds')} * 1000`, 'start'],
            [gauge('vedette_config_generation'), 'generation'],
            [`count by (instance) (vedette_check_info{${ofSelf}})`, 'checks'],
            [`max by (instance) (scrape_samples_scraped{${ofSelf}})`, 'series'],
            [`max by (instance) (scrape_duration_seconds{${ofSelf}})`, 'scrape'],
          ],
          columns: [
            { from: 'instance', name: 'Vedette' },
            { from: 'version', name: 'Version' },
            { from: 'B', name: 'Started', unit: 'dateTimeFromNow' },
            { from: 'C', name: 'Configuration' },
            { from: 'D', name: 'Checks' },
            { from: 'E', name: 'Series' },
            { from: 'F', name: 'A scrape takes', unit: 's' },
          ],
        }),
      ],
    },
    {
      title: 'Schedule',
      panels: [
        chart({
          title: 'Lateness',
          description: 'From the start of a slot to the start of its run, of runs of one attempt.',
          unit: 's',
          width: 12,
          queries: [
            [
              `histogram_quantile(0.5, sum by (le) (rate(vedette_schedule_lateness_seconds_bucket{${ofSelf}}[$__rate_interval])))`,
              'p50',
            ],
            [
              `histogram_quantile(0.99, sum by (le) (rate(vedette_schedule_lateness_seconds_bucket{${ofSelf}}[$__rate_interval])))`,
              'p99',
            ],
            [`max(vedette_schedule_recent_lateness_seconds{${ofSelf},statistic="max"})`, 'worst of the last minutes'],
          ],
        }),
        chart({
          title: 'Missed and unknown runs',
          description: 'Slots without a run, and runs that could not be judged. Neither blames a target.',
          unit: 'none',
          width: 12,
          bars: true,
          stacked: true,
          queries: [
            [`sum(increase(vedette_missed_runs_total{${ofSelf}}[$__rate_interval]))`, 'missed'],
            [
              `sum by (reason) (increase(vedette_runs_total{${ofSelf},verdict="unknown"}[$__rate_interval]))`,
              'unknown: {{reason}}',
            ],
          ],
        }),
        chart({
          title: 'Runs under way',
          description: 'And those that are due and wait for a free place.',
          unit: 'none',
          width: 8,
          queries: [
            [gauge('vedette_running_runs'), `${name} running`],
            [gauge('vedette_queued_runs'), `${name} waiting`],
          ],
        }),
        chart({
          title: 'Delay of the measuring loop',
          description: 'Makes every latency too long by as much.',
          unit: 's',
          width: 8,
          queries: [[gauge('vedette_loop_delay_seconds'), name]],
        }),
        chart({
          title: 'Runs outside the schedule',
          description: 'By trigger; they feed no other figure.',
          unit: 'none',
          width: 8,
          bars: true,
          stacked: true,
          queries: [
            [`sum by (trigger) (increase(vedette_on_demand_runs_total{${ofSelf}}[$__rate_interval]))`, '{{trigger}}'],
          ],
        }),
      ],
    },
    {
      title: 'Messages',
      panels: [
        chart({
          title: 'What became of messages',
          description: 'Dead ones were refused or not taken in time: somebody was not told.',
          unit: 'none',
          width: 8,
          bars: true,
          stacked: true,
          queries: [
            [
              `sum by (notifier, outcome) (increase(vedette_notifications_total{${ofSelf}}[$__rate_interval]))`,
              '{{notifier}}: {{outcome}}',
            ],
            [
              `sum by (notifier) (increase(vedette_notification_retries_total{${ofSelf}}[$__rate_interval]))`,
              '{{notifier}}: tried again',
            ],
          ],
        }),
        chart({
          title: 'Messages that wait',
          description: 'Their time has come, and they have not arrived.',
          unit: 'none',
          width: 8,
          queries: [[`max by (instance, notifier) (vedette_notifications_waiting{${ofSelf}})`, '{{notifier}}']],
        }),
        rows({
          title: 'Notifiers',
          description:
            'When each delivered last, drills included, and how long first messages took in the chosen time.',
          unit: 'none',
          width: 8,
          queries: [
            [`max by (notifier) (vedette_notifier_failing{${ofSelf}})`, 'failing'],
            [`max by (notifier) (vedette_notifier_last_delivery_timestamp_seconds{${ofSelf}}) * 1000`, 'last'],
            [
              `sum by (notifier) (increase(vedette_notification_delay_seconds_sum{${ofSelf}}[$__range])) / sum by (notifier) (increase(vedette_notification_delay_seconds_count{${ofSelf}}[$__range]))`,
              'delay',
            ],
          ],
          columns: [
            { from: 'notifier', name: 'Notifier' },
            { from: 'A', name: 'State', words: yesNo('fails', 'delivers') },
            { from: 'B', name: 'Last delivery', unit: 'dateTimeFromNow' },
            { from: 'C', name: 'Mean delay', unit: 's' },
          ],
        }),
      ],
    },
    {
      title: 'What it costs',
      panels: [
        chart({
          title: 'Memory',
          description: 'Of the process that watches; browsers are not in it.',
          unit: 'bytes',
          width: 8,
          queries: [
            [gauge('process_resident_memory_bytes'), `${name} resident`],
            [gauge('process_heap_bytes'), `${name} heap`],
          ],
        }),
        chart({
          title: 'Processor',
          description: 'Cores of the process that watches; browsers are not in it.',
          unit: 'none',
          width: 8,
          decimals: 3,
          queries: [[`sum by (instance) (rate(process_cpu_seconds_total{${ofSelf}}[$__rate_interval]))`, name]],
        }),
        chart({
          title: 'Browsers and child processes',
          description: 'A line that only rises is a leak.',
          unit: 'none',
          width: 8,
          queries: [
            [gauge('vedette_browsers'), `${name} browsers`],
            [gauge('vedette_children'), `${name} children`],
          ],
        }),
        chart({
          title: 'Store',
          description: 'Its size on disk.',
          unit: 'bytes',
          width: 8,
          queries: [[gauge('vedette_store_size_bytes'), name]],
        }),
        chart({
          title: 'Rows of the store',
          description: 'By what they hold.',
          unit: 'short',
          width: 8,
          queries: [[`max by (instance, holding) (vedette_store_rows{${ofSelf}})`, '{{holding}}']],
        }),
        figure({
          title: 'Single runs are kept since',
          description: 'Older ones are in hour roll-ups.',
          unit: 'dateTimeFromNow',
          width: 8,
          queries: [[`min by (instance) (vedette_store_oldest_result_timestamp_seconds{${ofSelf}}) * 1000`, name]],
        }),
      ],
    },
  ],
})
