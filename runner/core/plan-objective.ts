/** From an objective and the limits of its requirement to parts that can be measured. */

import { type BurnRow, burnRows, rounded } from './burn.ts'
import type { Objective, System } from './definitions.ts'
import { parseDuration } from './duration.ts'
import { lengthOf, type Span } from './period.ts'
import { comparisonOf, type Limit, limitsOf } from './requirements.ts'
import { inSystem, isMeant } from './selection.ts'
import { type Feeder, feedsByDefault, type Measure, measures } from './sli.ts'

/** One limit of an objective, ready to be measured. */
export interface Part {
  /** Unique in the objective. */
  readonly part: string
  readonly limit: Limit
  readonly measure: Measure
  readonly checks: ReadonlySet<string>
  /** Slots of all its checks, from all places, in a millisecond. */
  readonly pace: number
  readonly span: Span
  readonly target: number
  /** Of a ratio: the share of the runs that may be bad. */
  readonly allowed?: number
  readonly rows: readonly BurnRow[]
}

export type PlannedSystem = Pick<System, 'id' | 'requirements'>

/** The parts of an objective that can be measured; what cannot is told by `objectiveProblems`. */
export function planObjective(
  system: PlannedSystem,
  objective: Objective,
  feeders: readonly Feeder[],
  locations = 1,
): readonly Part[] {
  const limits = limitsOf(system.requirements, objective.from)
  const names = limits.map(limit => nameOf(limit))
  return limits.flatMap((limit, index): readonly Part[] => {
    const measure = measures[limit.metric]
    const target = comparisonOf(limit).value
    const span = spanOf(objective, limit)
    if (measure === undefined || typeof target !== 'number' || span === undefined) return []
    const fed = feedersOf(system, objective, limit, measure, feeders)
    const name = names[index]!
    const pace = fed.reduce((sum, { interval }) => sum + locations / interval, 0)
    const allowed = measure.sli === 'ratio' ? rounded(measure.of === 'bad' ? target : 1 - target) : undefined
    return [
      {
        part: names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}/${limit.window ?? index}`,
        limit,
        measure,
        checks: new Set(fed.map(({ check }) => check)),
        pace,
        span,
        target,
        ...(allowed === undefined ? {} : { allowed }),
        rows: allowed === undefined ? [] : burnRows({ period: lengthOf(span), spacing: 1 / pace, allowed }),
      },
    ]
  })
}

/** `http_req_duration_ms/avg`, `error_rate/upload`. */
const nameOf = ({ metric, stat, scope }: Limit) => [metric, stat, scope].filter(Boolean).join('/')

/** The window of the limit wins; a time after a deploy has its own. */
export function spanOf({ period, afterDeploy }: Objective, { window }: Limit): Span | undefined {
  if (afterDeploy !== undefined) return { after: afterDeploy }
  if (window === undefined) return period
  const ms = parseDuration(window)
  return ms === undefined ? undefined : { ms }
}

export function feedersOf(
  system: PlannedSystem,
  { checks }: Objective,
  { scope }: Limit,
  { feed }: Measure,
  feeders: readonly Feeder[],
): readonly Feeder[] {
  const promises = feeders.flatMap(({ covers }) => covers)
  const terms = checks.map(term => inSystem(term, system.id, promises))
  const named = checks.some(term => !term.startsWith('!'))
  return feeders.filter(
    feeder =>
      isMeant({ ...feeder, system: system.id, smoke: true }, terms) &&
      (named || (feedsByDefault(feeder, feed) && (scope === undefined || feeder.tags.includes(scope)))),
  )
}
