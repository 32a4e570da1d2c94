/** The file that load/lib/summary.ts writes at the end of a run, and whether it can be believed. Pure. */

import { z } from 'zod'

const metric = z.object({
  type: z.enum(['counter', 'gauge', 'rate', 'trend']),
  // A statistic without samples may be null.
  values: z.record(z.string(), z.number().nullable().catch(null)),
  thresholds: z.record(z.string(), z.boolean()),
})

const schema = z.object({
  schemaVersion: z.literal(1),
  runId: z.string(),
  duration: z.number().nonnegative(),
  metrics: z.record(z.string(), metric),
})

export type Summary = z.output<typeof schema>
export type SummaryMetric = z.output<typeof metric>

/** The summary of this very run, or a sentence that says why there is none. */
export function readSummary(text: string | undefined, runId: string): Summary | string {
  if (text === undefined) return 'k6 left no summary'
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'the summary is cut off'
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    return `the summary has another shape than expected: ${issue.path.join('.')}: ${issue.message}`
  }
  return parsed.data.runId === runId
    ? parsed.data
    : `the summary belongs to another run (${parsed.data.runId}, expected ${runId})`
}

/**
 * How many samples a metric had. k6 judges a threshold without samples as kept, so this decides what its judgement is worth.
 * `points` counts what was streamed of a gauge, which keeps no count of its own.
 */
export function samplesOf(metric: SummaryMetric | undefined, points: number): number {
  if (metric === undefined) return 0
  switch (metric.type) {
    case 'trend':
      return metric.values['count'] ?? 0
    case 'rate':
      return (metric.values['passes'] ?? 0) + (metric.values['fails'] ?? 0)
    case 'counter':
      return metric.values['count'] ?? 0
    case 'gauge':
      return points
  }
}

/** The figure that an expression such as `p(95)<500` compares. */
export function figureOf(metric: SummaryMetric, expression: string): number | undefined {
  const statistic = /^\s*([a-z]+(?:\([\d.]+\))?)/.exec(expression)?.[1]
  return statistic === undefined ? undefined : (metric.values[statistic] ?? undefined)
}
