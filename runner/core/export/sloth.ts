/** Objectives for Sloth (`prometheus/v1`), which makes rules of its own out of them. */

import { describeSpan, lengthOf } from '../period.ts'
import { describePromise, type Exported, type Promised, plainName, runs, unsaid } from './promised.ts'

export function slothSpec(promised: readonly Promised[]): Exported {
  const [first] = promised
  const told = promised.filter(item => unsaid(item) === undefined)
  const notes = promised.flatMap(item => {
    const why = unsaid(item)
    if (why !== undefined) return [`Left out: ${why}.`]
    const days = lengthOf(item.part.span) / 86_400_000
    return days === 30
      ? []
      : [
          `${plainName(item)} is promised over ${describeSpan(item.part.span)}: generate it with --default-slo-period=${days}d.`,
        ]
  })
  if (first === undefined || told.length === 0) return { notes, documents: [] }
  const { system, environment } = first
  const spec = { version: 'prometheus/v1', service: system.id, labels: { environment }, slos: told.map(slo) }
  return { notes, documents: [spec] }
}

const slo = (item: Promised) => ({
  name: plainName(item),
  description: `${item.need}: ${describePromise(item)}`,
  objective: Number(((1 - item.part.allowed!) * 100).toPrecision(10)),
  sli: {
    events: {
      error_query: runs(item, 'bad', 'sum(rate($runs[{{.window}}]))'),
      total_query: runs(item, 'valid', 'sum(rate($runs[{{.window}}]))'),
    },
  },
  alerting: {
    name: 'VedetteErrorBudgetBurn',
    labels: { system: item.system.id, objective: item.objective.id, part: item.part.part },
    annotations: { summary: `${item.system.title}: ${describePromise(item)} burns its budget` },
    page_alert: item.objective.alerts ? { labels: { severity: 'p0' } } : { disable: true },
    ticket_alert: item.objective.alerts ? { labels: { severity: 'p2' } } : { disable: true },
  },
})
