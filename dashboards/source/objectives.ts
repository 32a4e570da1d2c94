import { dashboard, environment, job, ofSystem, system } from './dashboard.ts'
import { bars, chart, figure, green, orange, red, rows } from './panels.ts'

const by = 'system, objective, part, environment'
const name = '{{system}}: {{objective}} {{part}}'
const of = (metric: string, how = 'max') => `${how} by (${by}) (vedette_objective_${metric}{${ofSystem}})`

export const objectives = dashboard({
  id: 'objectives',
  title: 'objectives',
  question: 'How much may still go wrong?',
  variables: [job, environment, system],
  from: 'now-7d',
  rows: [
    {
      title: 'Now',
      panels: [
        figure({
          title: 'Broken',
          description: 'Parts of objectives that are not kept in their period.',
          unit: 'none',
          width: 8,
          steps: [green, [1, red]],
          queries: [[`count(${of('kept', 'min')} == 0) or vector(0)`, 'broken']],
        }),
        figure({
          title: 'Budgets that are used up',
          description: 'Objectives of whose error budget nothing is left.',
          unit: 'none',
          width: 8,
          steps: [green, [1, red]],
          queries: [[`count(${of('error_budget_remaining_ratio', 'min')} <= 0) or vector(0)`, 'used up']],
        }),
        figure({
          title: 'Fastest burn',
          description: 'Of all windows: 1 uses a budget up by the end of its period, 14.4 in two days of a month.',
          unit: 'none',
          width: 8,
          decimals: 1,
          steps: [green, [1, orange], [6, red]],
          queries: [[`max(vedette_objective_burn_rate{${ofSystem}})`, 'times']],
        }),
        rows({
          title: 'Every objective',
          description: 'As Vedette judges it. The coverage says how much of the time the numbers are about.',
          unit: 'none',
          width: 24,
          height: 10,
          queries: [
            [of('kept', 'min'), 'kept'],
            [of('ratio'), 'ratio'],
            [of('target_ratio'), 'target'],
            [of('error_budget_remaining_ratio', 'min'), 'budget'],
            [of('burn_rate'), 'burn'],
            [of('coverage_ratio', 'min'), 'coverage'],
            [of('duration_seconds'), 'duration'],
            [of('duration_limit_seconds'), 'limit'],
          ],
          columns: [
            { from: 'A', name: 'Kept', words: { 0: ['broken', red], 1: ['kept', green] } },
            { from: 'system', name: 'System' },
            { from: 'objective', name: 'Objective' },
            { from: 'part', name: 'Part' },
            { from: 'B', name: 'Good runs', unit: 'percentunit' },
            { from: 'C', name: 'Promised', unit: 'percentunit' },
            { from: 'D', name: 'Budget left', unit: 'percentunit', steps: [red, [0, orange], [0.25, green]] },
            { from: 'E', name: 'Fastest burn', unit: 'none' },
            { from: 'G', name: 'Duration', unit: 's' },
            { from: 'H', name: 'At most', unit: 's' },
            { from: 'F', name: 'Coverage', unit: 'percentunit' },
            { from: 'environment', name: 'Environment' },
          ],
          sortBy: 'Budget left',
        }),
      ],
    },
    {
      title: 'Over time',
      panels: [
        chart({
          title: 'Error budget left',
          description: '100 % is all of the period. A line that falls steeply ends early.',
          unit: 'percentunit',
          width: 12,
          max: 1,
          queries: [[of('error_budget_remaining_ratio', 'min'), name]],
        }),
        chart({
          title: 'Burn rate',
          description: '1 uses the budget up by the end of the period.',
          unit: 'none',
          width: 12,
          limits: true,
          decimals: 1,
          steps: [green, [1, orange], [14.4, red]],
          queries: [
            [
              `max by (${by}, window) (vedette_objective_burn_rate{${ofSystem}})`,
              '{{system}}: {{objective}} {{part}} in {{window}}',
            ],
          ],
        }),
        chart({
          title: 'Durations beside what is promised',
          description: 'Statistics of durations in the period so far; dashed is what they must stay under.',
          unit: 's',
          width: 12,
          limitSeries: '.* limit$',
          queries: [
            [of('duration_seconds'), name],
            [of('duration_limit_seconds'), `${name} limit`],
          ],
        }),
        bars({
          title: 'Coverage',
          description: 'Share of the slots in the period so far that told something, maintenance apart.',
          unit: 'percentunit',
          width: 12,
          max: 1,
          steps: [red, [0.9, orange], [0.99, green]],
          queries: [[of('coverage_ratio', 'min'), name]],
        }),
        rows({
          title: 'Alerts of the rules',
          description: 'Alerts about objectives that Prometheus itself raises by the exported rules.',
          unit: 'none',
          width: 24,
          none: 'None.',
          queries: [
            [
              `max by (alertname, alertstate, severity, system, objective, part, window) (ALERTS{alertname=~"Vedette(ErrorBudgetBurn|ObjectiveBroken|ErrorBudgetSpent)",system=~"$system"})`,
              'alerts',
            ],
          ],
          columns: [
            { from: 'alertname', name: 'Alert' },
            { from: 'alertstate', name: 'State' },
            { from: 'severity', name: 'Severity' },
            { from: 'system', name: 'System' },
            { from: 'objective', name: 'Objective' },
            { from: 'part', name: 'Part' },
            { from: 'window', name: 'Window' },
          ],
        }),
      ],
    },
  ],
})
