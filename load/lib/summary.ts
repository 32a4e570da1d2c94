/** The summary that Vedette reads after a run: figures, thresholds, and the run they belong to. */

import type { Plan } from './options.ts'

/** A part of what k6 gives to handleSummary. */
export interface SummaryData {
  readonly state: { readonly testRunDurationMs: number }
  readonly metrics: Readonly<Record<string, SummaryMetric>>
}

interface SummaryMetric {
  readonly type: string
  readonly values: Readonly<Record<string, number>>
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>
}

export type HandleSummary = (data: SummaryData) => Readonly<Record<string, unknown>> | undefined

/** Our summary beside whatever the script's own handleSummary writes. A script that breaks there does not take ours along. */
export function summarize(data: SummaryData, plan: Plan, own: HandleSummary | undefined): Record<string, unknown> {
  return { ...ownFiles(data, own), [plan.summary]: JSON.stringify(summaryOf(data, plan)) }
}

const summaryOf = (data: SummaryData, plan: Plan) => ({
  schemaVersion: 1,
  runId: plan.runId,
  duration: data.state.testRunDurationMs,
  metrics: Object.fromEntries(
    Object.entries(data.metrics).map(([name, { type, values, thresholds }]) => [
      name,
      {
        type,
        values,
        thresholds: Object.fromEntries(Object.entries(thresholds ?? {}).map(([text, { ok }]) => [text, ok])),
      },
    ]),
  ),
})

function ownFiles(data: SummaryData, own: HandleSummary | undefined): Readonly<Record<string, unknown>> {
  if (own === undefined) return {}
  try {
    // Vedette prints a table of its own, and standard output carries the samples that it reads.
    const { stdout: _stdout, stderr: _stderr, ...files } = own(data) ?? {}
    return files
  } catch (error) {
    return { stderr: `handleSummary of the script threw: ${error}\n` }
  }
}
