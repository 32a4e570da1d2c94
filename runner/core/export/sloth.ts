/** Objectives for Sloth (`prometheus/v1`), which makes rules of its own out of them. */

import { describeSpan, lengthOf } from '../period.ts'
import { describePromise, type Exported, type Promised, plainName, runs, unsaid } from './promised.ts'

export function slothSpec(promised: readonly Promised[]): Exported {
  const told = promised.filter(item => unsaid(item) === undefined)
  const documents = [...Map.groupBy(told, ({ system }) => system.id).values()].map(items => ({
    version: 'prometheus/v1',
    service: items[0]!.system.id,
    labels: { environment: items[0]!.environment },
    slos: items.map(slo),
  }))
  return { notes: promised.flatMap(noteOf), documents }
}

function noteOf(item: Promised): readonly string[] {
  const why = unsaid(item)
  if (why !== undefined) return [`Left out: ${item.system.id}, ${why}.`]
  const { span } = item.part
  const days = lengthOf(span) / 86_400_000
  if (days === 30) return []
  return [
    `${item.system.id}, ${plainName(item)} is promised over ${describeSpan(span)}: generate it with --default-slo-period=${days}d.`,
  ]
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
