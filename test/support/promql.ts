/** What a query of PromQL is made of, by the parser of Prometheus' own page. */

import { parser } from '@prometheus-io/lezer-promql'

export interface Selector {
  readonly metric: string
  /** Labels that it matches on. */
  readonly labels: readonly string[]
  /** The functions around it, innermost first: `rate`, `sum`. */
  readonly within: readonly string[]
}

/** Every series that a query asks for. Throws where it is no PromQL. */
export function selectorsOf(expression: string): readonly Selector[] {
  const found: Selector[] = []
  const tree = parser.parse(expression)
  tree.iterate({
    enter(node) {
      if (node.type.isError) {
        throw new Error(`expected PromQL, found '${expression.slice(node.from, node.to + 10)}' in ${expression}`)
      }
      if (node.name !== 'VectorSelector') return
      const text = (from: number, to: number) => expression.slice(from, to)
      const name = node.node.getChild('Identifier')
      const labels: string[] = []
      node.node.cursor().iterate(inner => {
        if (inner.name === 'LabelName') labels.push(text(inner.from, inner.to))
      })
      const within: string[] = []
      for (let outer = node.node.parent; outer; outer = outer.parent) {
        const call = outer.getChild('FunctionIdentifier') ?? outer.getChild('AggregateOp')
        if (call) within.push(text(call.from, call.to))
      }
      found.push({ metric: name ? text(name.from, name.to) : '', labels, within })
    },
  })
  return found
}
