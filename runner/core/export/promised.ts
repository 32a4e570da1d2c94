/** Objectives as other programs read them: parts with the queries that measure them on our own metrics. */

import type { Objective } from '../definitions.ts'
import { metricNames } from '../metric-names.ts'
import { describeSpan } from '../period.ts'
import { type Part, planObjective } from '../plan-objective.ts'
import { describeLimit, type Requirement } from '../requirements.ts'
import type { Feeder } from '../sli.ts'

/** A system with the checks that may feed its objectives. */
export interface ExportedSystem {
  readonly id: string
  readonly title: string
  readonly requirements: readonly Requirement[]
  readonly objectives: readonly Objective[]
  readonly feeders: readonly Feeder[]
}

/** One part of one objective. */
export interface Promised {
  readonly system: ExportedSystem
  readonly environment: string
  readonly objective: Objective
  readonly part: Part
  readonly need: string
}

/** A text of an export and what it could not say. */
export interface Exported {
  /** For the head of the file: sentences. */
  readonly notes: readonly string[]
  readonly documents: readonly unknown[]
}

export const promisedBy = (system: ExportedSystem, environment: string, locations: number): readonly Promised[] =>
  system.objectives.flatMap(objective =>
    planObjective(system, objective, system.feeders, locations).map(part => ({
      system,
      environment,
      objective,
      part,
      need: system.requirements.find(({ id }) => id === objective.from)?.need ?? '',
    })),
  )

/** Labels of the series of a part. */
export const labelsOf = ({ system, environment, objective, part }: Promised) => ({
  system: system.id,
  objective: objective.id,
  part: part.part,
  environment,
})

/** `{system="shop",objective="availability"}`. */
export const matcher = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(',')}}`

/** A string of PromQL. */
export const quoted = (text: string): string => JSON.stringify(text)

/** The counters of the bad, or of all valid runs of a part, by a function over a window. */
export function runs(promised: Promised, which: 'bad' | 'good' | 'valid', over: string): string {
  const { system, environment, part } = promised
  const [good, bad] = part.measure.strict ? ['passed', 'degraded|failed'] : ['passed|degraded', 'failed']
  const verdicts = { good, bad, valid: 'passed|degraded|failed' }[which]!
  const every = system.feeders.every(({ check }) => part.checks.has(check))
  const selector = [
    `system=${quoted(system.id)}`,
    `environment=${quoted(environment)}`,
    ...(every ? [] : [`check=~${quoted([...part.checks].map(escaped).join('|'))}`]),
    `verdict=~${quoted(verdicts)}`,
  ]
  return over.replace('$runs', `${metricNames.checkRuns}{${selector.join(',')}}`)
}

/** Ids hold one character that means something to RE2. */
const escaped = (id: string) => id.replaceAll('.', '\\.')

/** One name for an objective with its part, of what is allowed everywhere: `availability-error-rate`. */
export function plainName({ objective, part }: Promised): string {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
  const [first, second] = [plain(objective.id), plain(part.part)]
  return first === second ? first : `${first}-${second}`
}

/** `availability >= 0.999 over 7d (COD-08)`. */
export const describePromise = ({ objective, part }: Promised): string =>
  `${describeLimit(part.limit)}${part.limit.window === undefined ? ` over ${describeSpan(part.span)}` : ''} (${objective.from})`

/** Why a part cannot be told to a program that knows shares over a rolling time alone. */
export function unsaid({ part, objective }: Promised): string | undefined {
  const name = `${objective.id}, ${part.part}`
  if (part.measure.sli === 'count') return `${name}: it is a count, not a share`
  if (part.measure.sli === 'statistic') return `${name}: it is a statistic of durations, not a share`
  if ('after' in part.span) return `${name}: it holds only for a time after a deploy`
  if (part.allowed === 0) return `${name}: it allows no bad run, so there is no budget to burn`
  return undefined
}
