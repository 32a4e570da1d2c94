import { health, healthByLocation, lastRun, oneCheck, runsByVerdict } from './check.ts'
import { dashboard, ofCheck } from './dashboard.ts'
import { chart, figure, green, orange, red, type Steps } from './panels.ts'

const vital = (name: string, title: string, description: string, steps: Steps) =>
  chart({
    title,
    description: `${description} In the lab, of the last run, not of real users.`,
    unit: 's',
    width: 6,
    limits: true,
    steps,
    queries: [[`max by (location) (vedette_web_vital_seconds{${ofCheck},vital="${name}"})`, '{{location}}']],
  })

export const journey = dashboard({
  id: 'journey',
  title: 'journey',
  question: 'Which step fails or is slow?',
  variables: oneCheck(',kind="journey"'),
  rows: [
    {
      title: 'Now',
      panels: [
        health(6),
        figure({
          title: 'Duration',
          description: 'Of the last run, from its first step to its last.',
          unit: 's',
          width: 6,
          queries: [[`max(probe_duration_seconds{${ofCheck}})`, 'duration']],
        }),
        figure({
          title: 'Runs that passed',
          description: 'Of those that could be judged, in the chosen time.',
          unit: 'percentunit',
          width: 6,
          decimals: 2,
          steps: [red, [0.95, orange], [0.99, green]],
          queries: [
            [
              `1 - sum(increase(vedette_check_runs_total{${ofCheck},verdict="failed"}[$__range])) / sum(increase(vedette_check_runs_total{${ofCheck},verdict=~"passed|degraded|failed"}[$__range]))`,
              'passed',
            ],
          ],
        }),
        lastRun(6),
        healthByLocation(),
      ],
    },
    {
      title: 'Steps',
      panels: [
        chart({
          title: 'Duration of each step',
          description: 'Of the last run, the mean of all locations. A step that is missing was not reached.',
          unit: 's',
          width: 16,
          stacked: true,
          queries: [[`avg by (step) (vedette_step_duration_seconds{${ofCheck}})`, '{{step}}']],
        }),
        runsByVerdict(8),
        chart({
          title: 'Failed at the first attempt',
          description: 'Also when the retry then passed.',
          unit: 'none',
          width: 8,
          bars: true,
          queries: [
            [
              `sum by (location) (increase(vedette_first_attempt_failures_total{${ofCheck}}[$__rate_interval]))`,
              '{{location}}',
            ],
          ],
        }),
        chart({
          title: 'Whole duration by location',
          description: 'Of the last attempt of each run.',
          unit: 's',
          width: 16,
          queries: [[`max by (location) (probe_duration_seconds{${ofCheck}})`, '{{location}}']],
        }),
      ],
    },
    {
      title: 'What the page feels like',
      panels: [
        vital('lcp', 'Largest contentful paint', 'Good up to 2.5 s, poor over 4 s.', [green, [2.5, orange], [4, red]]),
        vital('fcp', 'First contentful paint', 'Good up to 1.8 s, poor over 3 s.', [green, [1.8, orange], [3, red]]),
        vital('ttfb', 'Time to first byte', 'Good up to 0.8 s, poor over 1.8 s.', [green, [0.8, orange], [1.8, red]]),
        chart({
          title: 'Layout shift',
          description: 'Good up to 0.1, poor over 0.25. In the lab, of the last run, not of real users.',
          unit: 'none',
          width: 6,
          limits: true,
          decimals: 2,
          steps: [green, [0.1, orange], [0.25, red]],
          queries: [[`max by (location) (vedette_layout_shift_ratio{${ofCheck}})`, '{{location}}']],
        }),
      ],
    },
  ],
})
