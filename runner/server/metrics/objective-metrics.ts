/** The metrics of objectives: one series a part. Ratios are those of good runs, also where the promise is about bad ones. */

import { rounded } from '../../core/burn.ts'
import { exactDuration } from '../../core/duration.ts'
import { metricNames } from '../../core/metric-names.ts'
import type { ObjectiveState, PartState } from '../../core/objectives.ts'
import { measures } from '../../core/sli.ts'
import { type Family, type Labelled, labelText } from './exposition.ts'

const gauge = (name: string, help: string, of: Family<PartState>['of']): Family<PartState> => ({
  name,
  help,
  type: 'gauge',
  of,
})

export const objectiveFamilies: readonly Family<PartState>[] = [
  gauge(
    metricNames.objectiveKept,
    '1 while a part of an objective is kept, 0 when broken, absent while unknown',
    part => (part.standing === 'unknown' ? undefined : Number(part.standing === 'kept')),
  ),
  gauge(metricNames.objectiveRatio, 'Good runs of valid ones in the period so far', ({ sli, runs }) =>
    sli === 'ratio' && runs.valid > 0 ? runs.good / runs.valid : undefined,
  ),
  gauge(metricNames.objectiveTarget, 'Good runs of valid ones that are promised', ({ sli, metric, target }) =>
    sli !== 'ratio' ? undefined : measures[metric]?.of === 'bad' ? rounded(1 - target) : target,
  ),
  gauge(metricNames.objectiveDuration, 'Statistic of durations in the period so far', ({ sli, value }) =>
    sli === 'statistic' && value !== undefined ? value / 1_000 : undefined,
  ),
  gauge(metricNames.objectiveDurationLimit, 'The statistic of durations that is promised', ({ sli, target }) =>
    sli === 'statistic' ? target / 1_000 : undefined,
  ),
  gauge(
    metricNames.objectiveBudget,
    'What is left of the error budget of the period: 1 all, 0 nothing, below 0 more went wrong',
    ({ budget }) => budget?.left,
  ),
  gauge(
    metricNames.objectiveBurn,
    'How fast the error budget went in the window; 1 would use it up by the end of the period',
    ({ burn }) => {
      const rates = new Map(
        burn.flatMap(row => [
          [row.short, row.shortRate],
          [row.long, row.rate],
        ]) as readonly (readonly [number, number | undefined])[],
      )
      return [...rates].flatMap(([ms, rate]) =>
        rate === undefined ? [] : [[{ window: exactDuration(ms) }, rate] as const],
      )
    },
  ),
  gauge(
    metricNames.objectiveCoverage,
    'Share of the slots in the period so far that told something, maintenance apart',
    ({ coverage }) => coverage,
  ),
]

/** Every part with its labels. */
export const objectiveSubjects = (
  states: readonly ObjectiveState[],
  environment: string,
): readonly Labelled<PartState>[] =>
  states.flatMap(({ system, objective, parts }) =>
    parts.map(part => ({
      labels: labelText({ system, objective, part: part.part, environment }),
      subject: part,
    })),
  )
