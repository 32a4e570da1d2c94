/** Recording and alert rules for Prometheus, on our own counters, so that what we say can be computed again by somebody else. */

import { leastSeen } from '../burn.ts'
import { exactDuration } from '../duration.ts'
import { metricNames } from '../metric-names.ts'
import { describePromise, type Exported, labelsOf, matcher, type Promised, runs, unsaid } from './promised.ts'

interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const level = 'system_objective_part'
/** Bad runs of the valid ones, in a window. */
export const ratioName = (ms: number): string =>
  `${level}:vedette_bad_runs_per_valid_runs:ratio_increase${exactDuration(ms)}`
const badName = (ms: number): string => `${level}:vedette_bad_runs:increase${exactDuration(ms)}`
export const budgetName = (ms: number): string =>
  `${level}:vedette_error_budget_remaining:ratio_increase${exactDuration(ms)}`

export function prometheusRules(promised: readonly Promised[]): Exported {
  const longest = Math.max(0, ...promised.flatMap(periodOf))
  const groups = [...Map.groupBy(promised, ({ system }) => system.id).values()].flatMap(groupsOf)
  const notes = [
    ...(longest > 0
      ? [
          `Prometheus must keep its data for ${exactDuration(longest)} at least (--storage.tsdb.retention.time); it keeps 15d by itself.`,
        ]
      : []),
    ...promised.flatMap(item => {
      const why = unsaid(item)
      return why === undefined ? [] : [`Judged by Vedette alone: ${item.system.id}, ${why}.`]
    }),
  ]
  return { notes, documents: groups.length === 0 ? [] : [{ groups }] }
}

function groupsOf(promised: readonly Promised[]) {
  const { system, environment } = promised[0]!
  const group = (name: string, rules: readonly Rule[], interval?: string) =>
    rules.length === 0
      ? []
      : [
          {
            name: `vedette-${system.id}-${environment}-${name}`,
            ...(interval === undefined ? {} : { interval }),
            rules,
          },
        ]
  return [
    ...group('burn', promised.flatMap(burnRecords)),
    ...group('periods', promised.flatMap(periodRecords), '5m'),
    ...group('objectives', promised.flatMap(alerts)),
  ]
}

/** What its budget is over, where Prometheus can tell. */
const periodOf = (item: Promised): readonly number[] =>
  unsaid(item) === undefined && 'ms' in item.part.span ? [item.part.span.ms] : []

function burnRecords(item: Promised): readonly Rule[] {
  if (unsaid(item) !== undefined) return []
  const { rows } = item.part
  const windows = [...new Set(rows.flatMap(({ long, short }) => [short, long]))].toSorted((a, b) => a - b)
  return [
    ...windows.map(ms => ratioRecord(item, ms)),
    ...rows.map(({ long }) => ({ record: badName(long), expr: increase(item, 'bad', long), labels: labelsOf(item) })),
  ]
}

function periodRecords(item: Promised): readonly Rule[] {
  return periodOf(item).flatMap((ms): readonly Rule[] => {
    const ratio = `${ratioName(ms)}${matcher(labelsOf(item))}`
    return [
      // A window of a burn alert is recorded more often.
      ...(item.part.rows.some(({ long, short }) => long === ms || short === ms) ? [] : [ratioRecord(item, ms)]),
      { record: budgetName(ms), expr: `1 - ${ratio} / ${item.part.allowed}`, labels: labelsOf(item) },
    ]
  })
}

const ratioRecord = (item: Promised, ms: number): Rule => ({
  record: ratioName(ms),
  expr: `${increase(item, 'bad', ms)}\n/\n${increase(item, 'valid', ms)}`,
  labels: labelsOf(item),
})

const increase = (item: Promised, which: 'bad' | 'valid', ms: number) =>
  runs(item, which, `sum(increase($runs[${exactDuration(ms)}]))`)

// Each costs a look at all counters; more of them would only tell a quarter more exactly.
const looks = 40

/**
 * Our counters were there for a quarter of a window: the beginning of a history says nothing about an hour, let alone three days. They are
 * there in maintenance as well, so that what breaks in it is told as soon as it ends.
 */
const isSeen = (item: Promised, ms: number): string =>
  `${runs(item, 'valid', `count_over_time(sum($runs)[${exactDuration(ms)}:${exactDuration(ms / looks)}])`)} > ${leastSeen * looks}`

function alerts(item: Promised): readonly Rule[] {
  const { objective, part, system } = item
  if (!objective.alerts) return []
  const at = matcher(labelsOf(item))
  const said = unsaid(item) === undefined
  const summary = `${system.title}: ${describePromise(item)}`
  if (!said || part.rows.length === 0) {
    return [
      {
        alert: 'VedetteObjectiveBroken',
        expr: `${metricNames.objectiveKept}${at} == 0`,
        for: '2m',
        labels: { ...labelsOf(item), severity: 'p2' },
        annotations: { summary: `${summary} is not kept`, description: `Requirement ${objective.from}: ${item.need}.` },
      },
    ]
  }
  return part.rows.map(({ long, short, factor, severity }) => ({
    alert: 'VedetteErrorBudgetBurn',
    // The short window ends the alert soon; one failed run among few is no outage.
    expr: [
      `${ratioName(long)}${at} > ${factor} * ${part.allowed}`,
      `and ${ratioName(short)}${at} > ${factor} * ${part.allowed}`,
      `and ${badName(long)}${at} > 1.5`,
      `and on () ${isSeen(item, long)}`,
    ].join('\n'),
    labels: { ...labelsOf(item), severity, window: exactDuration(long) },
    annotations: {
      summary: `${summary} burns its budget`,
      description: `In ${exactDuration(long)} {{ $value | humanizePercentage }} of the runs failed: more than ${factor} times what the budget allows.`,
    },
  }))
}
