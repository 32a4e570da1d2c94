/** Promises of a system and the grammar of their thresholds. A number is written here once and read by everything else. */

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte' | 'eq'
export type Statistic = 'avg' | 'p75' | 'p95' | 'max'

/** One figure with exactly one comparison. Values are plain numbers in the unit of the metric's name; a grade is a word. */
export type Limit = {
  readonly metric: string
  readonly stat?: Statistic
  /** The part of the system that is meant: `auth`, `api`, `write`, `public`, `upload` … */
  readonly scope?: string
  /** The time over which the metric is taken: `15m`, `24h`, `7d`. */
  readonly window?: string
} & (
  | { readonly lt: number | string }
  | { readonly lte: number | string }
  | { readonly gt: number | string }
  | { readonly gte: number | string }
  | { readonly eq: number | string }
)

/** The load under which the limits of the same entry hold: `duration:target`, from 0 users. */
export interface LoadShape {
  readonly stages: readonly string[]
}

/** The limits (not the stages) of another entry of the same system hold here too. */
export interface LimitsOf {
  readonly as: string
}

export type Threshold = Limit | LoadShape | LimitsOf

export const verifications = [
  'journey',
  'probe',
  'security',
  'audit',
  'load',
  'slo',
  'heartbeat',
  'alert',
  'gate',
] as const
export type Verification = (typeof verifications)[number]

/** One promise of a system. */
export interface Requirement {
  /** With the prefix of its system: `COD-13`. Tags of tests and `covers` name it. */
  readonly id: string
  /** What is promised, as a sentence. */
  readonly need: string
  /** What finds out whether it is kept. */
  readonly verify: Verification
  /** Its figures, all of which must hold. Default: none; a check passes or fails. */
  readonly threshold?: readonly Threshold[]
  /** `true` when every figure is ours; else the paths (`metric.key`) that are. */
  readonly assumed?: true | readonly string[]
  /** What the system does when the promise is broken. */
  readonly broken: string
  /** Headings of the document. */
  readonly source: string
}

/** A reference to a limit that stands in the requirements: `limit('COD-40')`. Select with metric, stat or scope when there are several. */
export interface LimitRef {
  /** Its id. */
  readonly requirement: string
  readonly metric?: string
  readonly stat?: Statistic
  readonly scope?: string
}

/**
 * The limit of a requirement, by reference, so that its figure is written once. Where the requirement has several limits, `which` names
 * the one by metric, statistic or scope; loading refuses what means none or several.
 *
 * @example tls({ daysLeft: limit('COD-40') })
 */
export function limit(requirement: string, which: Omit<LimitRef, 'requirement'> = {}): LimitRef {
  return { requirement, ...which }
}

/** Of Mozilla Observatory, from the worst to the best. */
export const grades = ['F', 'D-', 'D', 'D+', 'C-', 'C', 'C+', 'B-', 'B', 'B+', 'A-', 'A', 'A+'] as const
const comparisons = ['lt', 'lte', 'gt', 'gte', 'eq'] as const
const signs = { lt: '<', lte: '<=', gt: '>', gte: '>=', eq: '=' } as const

export const isLimit = (threshold: Threshold): threshold is Limit => 'metric' in threshold
export const isLoadShape = (threshold: Threshold): threshold is LoadShape => 'stages' in threshold

/** The limits that an entry asks for, with those of the entries it refers to. */
export function limitsOf(
  requirements: readonly Requirement[],
  id: string,
  seen: readonly string[] = [],
): readonly Limit[] {
  const entry = requirements.find(requirement => requirement.id === id)
  if (!entry || seen.includes(id)) return []
  return (entry.threshold ?? []).flatMap(threshold =>
    isLimit(threshold) ? [threshold] : 'as' in threshold ? limitsOf(requirements, threshold.as, [...seen, id]) : [],
  )
}

/** The one limit that a reference means, or a sentence that says why there is none. */
export function findLimit(requirements: readonly Requirement[], ref: LimitRef): Limit | string {
  if (!requirements.some(requirement => requirement.id === ref.requirement)) {
    return `expected the id of a requirement of this system, found '${ref.requirement}'`
  }
  const found = limitsOf(requirements, ref.requirement).filter(
    item =>
      (ref.metric === undefined || item.metric === ref.metric) &&
      (ref.stat === undefined || item.stat === ref.stat) &&
      (ref.scope === undefined || item.scope === ref.scope),
  )
  if (found.length === 1) return found[0]!
  const choices = limitsOf(requirements, ref.requirement).map(describeLimit).join('; ')
  return found.length === 0
    ? `expected a limit of ${ref.requirement}, found none that fits (it has: ${choices || 'no limits'})`
    : `expected one limit of ${ref.requirement}, found ${found.length}; say which with metric, stat or scope (${choices})`
}

export function comparisonOf(limit: Limit): { readonly comparison: Comparison; readonly value: number | string } {
  const comparison = comparisons.find(name => name in limit)!
  return { comparison, value: (limit as unknown as Record<Comparison, number | string>)[comparison] }
}

/** The limit in words: `http_req_duration_ms p95 < 500`. */
export function describeLimit(limit: Limit): string {
  const { comparison, value } = comparisonOf(limit)
  const parts = [limit.metric, limit.stat, limit.scope && `(${limit.scope})`, signs[comparison], value]
  return parts.filter(part => part !== undefined).join(' ') + (limit.window ? ` over ${limit.window}` : '')
}

const placeOf = (grade: number | string) => (grades as readonly unknown[]).indexOf(grade)

/** Whether a figure keeps the limit. A grade is compared by its place from F to A+. */
export function keepsLimit(limit: Limit, figure: number | string): boolean {
  const { comparison, value } = comparisonOf(limit)
  const [a, b] = typeof value === 'string' ? [placeOf(figure), placeOf(value)] : [Number(figure), value]
  if (Number.isNaN(a)) return false
  switch (comparison) {
    case 'lt':
      return a < b
    case 'lte':
      return a <= b
    case 'gt':
      return a > b
    case 'gte':
      return a >= b
    case 'eq':
      return a === b
  }
}

/** The value of a statistic over samples; percentiles by nearest rank. NaN when there are no samples. */
export function statistic(samples: readonly number[], stat: Statistic): number {
  if (samples.length === 0) return Number.NaN
  if (stat === 'avg') return samples.reduce((sum, sample) => sum + sample, 0) / samples.length
  const sorted = samples.toSorted((a, b) => a - b)
  if (stat === 'max') return sorted.at(-1)!
  return sorted[Math.max(0, Math.ceil((stat === 'p95' ? 0.95 : 0.75) * sorted.length) - 1)]!
}
