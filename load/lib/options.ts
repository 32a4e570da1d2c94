/** k6's options, from what the script says and what Vedette plans. No k6 module is needed here. */

type Options = Readonly<Record<string, unknown>>

/** The file that Vedette writes beside the script it generates. */
export interface Plan {
  readonly runId: string
  /** Path of the summary that the run has to write. */
  readonly summary: string
  readonly timeScale: number
  readonly tags: Readonly<Record<string, string>>
  readonly thresholds: Readonly<Record<string, readonly string[]>>
  /** Missing: the script's own workload stands. */
  readonly stages?: readonly { readonly duration: string; readonly target: number }[]
}

const statistics = ['avg', 'min', 'med', 'max', 'p(75)', 'p(90)', 'p(95)', 'p(99)', 'count']
/** Without `url`: unique addresses would make a series each. */
const systemTags = [
  'proto',
  'status',
  'method',
  'name',
  'scenario',
  'group',
  'check',
  'error_code',
  'expected_response',
]
const workload = ['stages', 'scenarios', 'vus', 'duration', 'iterations']

/** The script's options with the planned workload and limits in place; what the script says beside them stays. */
export function withPlan(script: Options | undefined, plan: Plan): Options {
  const own = script ?? {}
  const thresholds = mergeThresholds(own['thresholds'] as Thresholds | undefined, plan.thresholds)
  return {
    ...(plan.stages === undefined
      ? scaled(own, plan.timeScale)
      : Object.fromEntries(Object.entries(own).filter(([name]) => !workload.includes(name)))),
    ...(plan.stages === undefined
      ? {}
      : { scenarios: { load: { executor: 'ramping-vus', startVUs: 0, stages: plan.stages } } }),
    thresholds,
    tags: { ...(own['tags'] as object | undefined), ...plan.tags },
    systemTags,
    summaryTrendStats: [...new Set([...statistics, ...percentilesIn(thresholds)])],
  }
}

type Threshold = string | { readonly threshold: string }
type Thresholds = Readonly<Record<string, readonly Threshold[]>>

const expressionOf = (threshold: Threshold) => (typeof threshold === 'string' ? threshold : threshold.threshold)

function mergeThresholds(script: Thresholds = {}, planned: Thresholds): Thresholds {
  const metrics = [...new Set([...Object.keys(script), ...Object.keys(planned)])]
  return Object.fromEntries(
    metrics.map(metric => {
      const own = script[metric] ?? []
      const written = own.map(threshold => expressionOf(threshold).replace(/\s/g, ''))
      const added = (planned[metric] ?? []).filter(item => !written.includes(expressionOf(item).replace(/\s/g, '')))
      return [metric, [...own, ...added]]
    }),
  )
}

const percentilesIn = (thresholds: Thresholds) =>
  Object.values(thresholds).flatMap(items => items.flatMap(item => expressionOf(item).match(/p\([\d.]+\)/g) ?? []))

/** The same workload in another time: stages, durations and start times; rates and numbers of users stay. */
function scaled(options: Options, scale: number): Options {
  return scale === 1 ? options : (scaledPart(options, scale) as Options)
}

function scaledPart(value: unknown, scale: number): unknown {
  if (Array.isArray(value)) return value.map(item => scaledPart(item, scale))
  if (typeof value !== 'object' || value === null) return value
  const isStage = 'target' in value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (name === 'thresholds') return [name, inner]
      if (name !== 'duration' && name !== 'startTime') return [name, scaledPart(inner, scale)]
      const time = milliseconds(inner) * scale
      // k6 refuses a whole scenario of less than a second; a stage may be as short as it likes.
      return [name, `${Math.round(name === 'duration' && !isStage ? Math.max(1_000, time) : time)}ms`]
    }),
  )
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function milliseconds(text: string | number): number {
  if (typeof text === 'number') return text
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h|d)/g)]
  return parts.reduce((sum, [, figure, unit]) => sum + Number(figure) * units[unit as string]!, 0)
}
