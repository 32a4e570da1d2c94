/** The metrics of objectives: one series a part. Ratios are those of good runs, also where the promise is about bad ones. */

import { rounded } from '../../core/burn.ts'
import { exactDuration } from '../../core/duration.ts'
import type { ObjectiveState, PartState } from '../../core/objectives.ts'
import { measures } from '../../core/sli.ts'
import { type Family, type Labelled, labelText } from './exposition.ts'

export const objectiveNames = {
  kept: 'vedette_objective_kept',
  ratio: 'vedette_objective_ratio',
  target: 'vedette_objective_target_ratio',
  duration: 'vedette_objective_duration_seconds',
  durationLimit: 'vedette_objective_duration_limit_seconds',
  budget: 'vedette_objective_error_budget_remaining_ratio',
  burn: 'vedette_objective_burn_rate',
  coverage: 'vedette_objective_coverage_ratio',
} as const

const gauge = (name: string, help: string, of: Family<PartState>['of']): Family<PartState> => ({
  name,
  help,
  type: 'gauge',
  of,
})

export const objectiveFamilies: readonly Family<PartState>[] = [
  gauge(objectiveNames.kept, '1 while a part of an objective is kept, 0 when broken, absent while unknown', part =>
    part.standing === 'unknown' ? undefined : Number(part.standing === 'kept'),
  ),
  gauge(objectiveNames.ratio, 'Good runs of valid ones in the period so far', ({ sli, runs }) =>
    sli === 'ratio' && runs.valid > 0 ? runs.good / runs.valid : undefined,
  ),
  gauge(objectiveNames.target, 'Good runs of valid ones that are promised', ({ sli, metric, target }) =>
    sli !== 'ratio' ? undefined : measures[metric]?.of === 'bad' ? rounded(1 - target) : target,
  ),
  gauge(objectiveNames.duration, 'Statistic of durations in the period so far', ({ sli, value }) =>
    sli === 'statistic' && value !== undefined ? value / 1_000 : undefined,
  ),
  gauge(objectiveNames.durationLimit, 'The statistic of durations that is promised', ({ sli, target }) =>
    sli === 'statistic' ? target / 1_000 : undefined,
  ),
  gauge(
    objectiveNames.budget,
    'What is left of the error budget of the period: 1 all, 0 nothing, below 0 more went wrong',
    ({ budget }) => budget?.left,
  ),
  gauge(
    objectiveNames.burn,
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
    objectiveNames.coverage,
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
