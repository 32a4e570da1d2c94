/**
 * What a load run proved. k6's exit code, its summary and the sample counts have to tell the same story; a threshold without samples
 * is unknown and never passes. Pure.
 */

import type { Verdict } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import type { LoadRun, LoadThreshold } from '../core/ports.ts'
import { keepsLimit } from '../core/requirements.ts'
import type { LoadPlan } from './plan-load.ts'
import { figureOf, type Summary, samplesOf } from './summary.ts'

export interface LoadEvidence {
  readonly plan: LoadPlan
  readonly exitCode: number
  /** The summary of this run, or why there is none. */
  readonly summary: Summary | string
  /** Streamed samples of gauges, by metric. */
  readonly points: Readonly<Record<string, number>>
  /** The first complaint of k6 itself. */
  readonly complaint?: string
  /** How many iterations threw, and what the first one said. */
  readonly exceptions: { readonly count: number; readonly first?: string }
  /** Why we ended it ourselves. */
  readonly ended?: string
}

export type LoadJudgement = Pick<LoadRun, 'verdict' | 'thresholds' | 'metrics'> & { readonly detail?: string }

/** k6's exit codes that say that there is nothing to judge. */
const broken: Readonly<Record<number, string>> = {
  97: 'the cloud run failed',
  98: 'the progress of the cloud run was lost',
  100: 'setup() of the script took too long',
  101: 'teardown() of the script took too long',
  102: 'k6 ran out of time',
  103: 'k6 was stopped from outside',
  104: 'k6 refused its options',
  105: 'k6 was stopped by a signal',
  106: "k6's own port was taken",
  107: 'the script threw',
  108: 'the script called test.abort()',
  109: 'k6 itself broke',
}

const thresholdsCrossed = 99
const markedFailed = 110

export function judgeLoad(evidence: LoadEvidence): LoadJudgement {
  const { summary, exitCode, plan } = evidence
  if (typeof summary === 'string') {
    return { ...unknown(troubleOf(evidence) ?? summary, evidence), thresholds: unjudged(plan), metrics: {} }
  }
  const thresholds = judgeThresholds(evidence, summary)
  const metrics = Object.fromEntries(
    Object.entries(summary.metrics).map(([name, { values }]) => [name, withoutNulls(values)]),
  )
  const failed = thresholds.filter(threshold => threshold.verdict === 'failed')
  const blind = thresholds.filter(threshold => threshold.verdict === 'unknown')
  const trouble = troubleOf(evidence)
  const judged = (verdict: Verdict, detail: string): LoadJudgement => ({ verdict, detail, thresholds, metrics })
  if (trouble !== undefined) return { ...unknown(trouble, evidence), thresholds, metrics }
  if (exitCode === markedFailed) return judged('failed', 'the script marked the run as failed')
  if (exitCode === 0 && failed.some(threshold => !isOurs(threshold))) {
    return judged('unknown', 'the summary says that a threshold was crossed, k6 ended as if all were kept')
  }
  if (failed.length > 0) {
    // The sentence must not hide that others could not be judged.
    return judged('failed', [...failed, ...blind].map(describe).join('; '))
  }
  if (blind.length > 0) return judged('unknown', blind.map(describe).join('; '))
  if (exitCode === thresholdsCrossed) {
    return judged('unknown', 'k6 says that a threshold was crossed, the summary says that all were kept')
  }
  if (evidence.exceptions.count > 0) {
    const { count, first } = evidence.exceptions
    return judged('unknown', `the script threw in ${count} iteration${count === 1 ? '' : 's'}: ${first ?? ''}`.trim())
  }
  const iterations = samplesOf(summary.metrics['iterations'], 0)
  if (iterations === 0) return judged('unknown', 'no iteration of the script came to its end')
  return thresholds.length > 0
    ? { verdict: 'passed', thresholds, metrics }
    : judged('unknown', 'nothing to judge by: the run has no thresholds')
}

/** Lines that k6 does not judge, so that its exit code knows nothing of them. */
const isOurs = ({ metric, expression }: LoadThreshold) =>
  metric === 'concurrent_users' || (metric === 'checks' && expression === checksLimit)

/** Checks of a script that sets no threshold on them. */
const checksLimit = 'rate>0.99'

const unknown = (why: string, { complaint }: LoadEvidence) => ({
  verdict: 'unknown' as const,
  detail: complaint === undefined || why.includes(complaint) ? why : `${why}: ${complaint}`,
})

/** Why k6's end says nothing about the target, or undefined when it was an end that can be judged. */
function troubleOf({ exitCode, ended }: LoadEvidence): string | undefined {
  if (ended !== undefined) return ended
  if (exitCode === 0 || exitCode === thresholdsCrossed || exitCode === markedFailed) return undefined
  const known = broken[exitCode]
  if (known !== undefined) return `${known} (exit code ${exitCode})`
  return exitCode > 128
    ? `k6 was killed by signal ${exitCode - 128}`
    : `k6 ended with exit code ${exitCode}, which it does not explain`
}

const unjudged = (plan: LoadPlan): readonly LoadThreshold[] => [
  ...plan.thresholds.map(({ metric, expression, requirement }) => ({
    metric,
    expression,
    samples: 0,
    verdict: 'unknown' as const,
    ...(requirement === undefined ? {} : { requirement }),
  })),
  ...plan.own.map(({ metric, expression }) => ({
    metric,
    expression,
    samples: 0,
    verdict: 'unknown' as const,
    ...(plan.requirement === undefined ? {} : { requirement: plan.requirement }),
  })),
]

function judgeThresholds({ plan, points }: LoadEvidence, summary: Summary): readonly LoadThreshold[] {
  const seen = Object.entries(summary.metrics).flatMap(([metric, { thresholds }]) =>
    Object.entries(thresholds).map(([expression, ok]) => ({ metric, expression, ok })),
  )
  // What was planned comes first and in its order. What is not in the summary was never judged, whatever the reason.
  const planned = plan.thresholds.map(item => seen.find(other => isSame(other, item)) ?? { ...item, ok: undefined })
  const scripts = seen
    .filter(item => !planned.some(other => isSame(other, item)))
    .toSorted((a, b) => a.metric.localeCompare(b.metric))
  const byK6 = [...planned, ...scripts].map(({ metric, expression, ok }): LoadThreshold => {
    const found = summary.metrics[metric]
    const samples = samplesOf(found, points[metric] ?? 0)
    const promise = plan.thresholds.find(item => isSame(item, { metric, expression }))
    const tooShort = promise?.window !== undefined && summary.duration < promise.window
    // k6 counts dropped iterations only when there are some: none is a figure, not a gap.
    const counted = samples > 0 || metric === 'dropped_iterations'
    const value = found === undefined || !counted ? undefined : figureOf(found, expression)
    return {
      metric,
      expression,
      samples,
      verdict: ok === undefined || !counted || (tooShort && ok) ? 'unknown' : ok ? 'passed' : 'failed',
      ...(promise?.requirement === undefined ? {} : { requirement: promise.requirement }),
      ...(value === undefined ? {} : { value }),
    }
  })
  const more = [...byK6, ...unaskedFor(byK6, summary)]
  return [...more, ...plan.own.map(own => judgeUsers(own, more, plan, summary))]
}

const isSame = (
  a: { readonly metric: string; readonly expression: string },
  b: { readonly metric: string; readonly expression: string },
) => a.metric === b.metric && a.expression.replace(/\s/g, '') === b.expression.replace(/\s/g, '')

/** Checks never count for k6 unless a threshold says so, and iterations that it dropped are load that was never offered. */
function unaskedFor(asked: readonly LoadThreshold[], { metrics }: Summary): readonly LoadThreshold[] {
  const isAsked = (name: string) => asked.some(({ metric }) => metric === name || metric.startsWith(`${name}{`))
  const checks = metrics['checks']
  const rate = checks?.values['rate'] ?? undefined
  const dropped = metrics['dropped_iterations']?.values['count'] ?? 0
  return [
    ...(isAsked('checks') || checks === undefined || rate === undefined || samplesOf(checks, 0) === 0
      ? []
      : [
          {
            metric: 'checks',
            expression: checksLimit,
            samples: samplesOf(checks, 0),
            value: rate,
            verdict: rate > 0.99 ? ('passed' as const) : ('failed' as const),
          },
        ]),
    ...(isAsked('dropped_iterations') || dropped === 0
      ? []
      : [
          {
            metric: 'dropped_iterations',
            expression: 'count==0',
            samples: dropped,
            value: dropped,
            verdict: 'unknown' as const,
          },
        ]),
  ]
}

/** So many users at a time is kept when they were offered and every other limit held: the users are ours, so too few is our fault. */
function judgeUsers(
  { metric, expression, limit }: LoadPlan['own'][number],
  others: readonly LoadThreshold[],
  plan: LoadPlan,
  summary: Summary,
): LoadThreshold {
  const peak = summary.metrics['vus']?.values['max'] ?? undefined
  const verdict =
    peak === undefined || !keepsLimit(limit, peak) || others.some(other => other.verdict === 'unknown')
      ? 'unknown'
      : 'passed'
  return {
    metric,
    expression,
    samples: peak === undefined ? 0 : 1,
    verdict: others.some(other => other.verdict === 'failed') ? 'failed' : verdict,
    ...(plan.requirement === undefined ? {} : { requirement: plan.requirement }),
    ...(peak === undefined ? {} : { value: peak }),
  }
}

function describe({ metric, expression, samples, verdict, value, requirement }: LoadThreshold): string {
  const promise = `${metric} ${expression}${requirement === undefined ? '' : ` (${requirement})`}`
  if (verdict === 'failed') return `${promise} was crossed: ${value === undefined ? 'no figure' : round(value)}`
  if (metric === 'dropped_iterations') return `k6 could not offer ${value} iterations; give it more users`
  if (samples === 0) return `${promise} had no samples`
  return value === undefined
    ? `${promise} was not judged`
    : `${promise} cannot be told from this run (${round(value)} in a run that was too short or too small)`
}

const round = (value: number) => Number(value.toPrecision(4))

const withoutNulls = (values: Readonly<Record<string, number | null>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))

/** The exit code of `vedette load`. */
export const exitCodeOf = (verdict: Verdict): 0 | 1 | 3 =>
  verdict === 'passed' || verdict === 'degraded' ? 0 : verdict === 'failed' ? 1 : 3

/** `9m of 2m:50 5m:100 2m:0` for people. */
export const describeStages = (plan: Pick<LoadPlan, 'stages' | 'timeScale'>): string =>
  plan.stages.length === 0
    ? "the script's own workload"
    : `${plan.stages.map(stage => stage.text).join(' ')} in ${formatDuration(plan.stages.reduce((sum, stage) => sum + stage.duration, 0))}${plan.timeScale === 1 ? '' : ` (time scale ${plan.timeScale})`}`
