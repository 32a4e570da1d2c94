/** The queries of a dashboard, as Grafana sends them. */

import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'

export const panelsOf = (dashboard: Dashboard): readonly Panel[] =>
  (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row')

export const targetsOf = ({ targets = [] }: Panel): readonly Dataquery[] => targets as Dataquery[]

export interface Asked {
  /** `overview: Open incidents`. */
  readonly place: string
  readonly expression: string
}

/** Of panels and of the marks on their charts. */
export const queriesOf = (dashboard: Dashboard): readonly Asked[] => [
  ...panelsOf(dashboard).flatMap(panel =>
    targetsOf(panel).map(({ expr, refId }) => ({
      place: `${dashboard.uid}: ${panel.title} (${refId})`,
      expression: expr,
    })),
  ),
  ...(dashboard.annotations.list ?? []).flatMap(({ name, expr }) =>
    expr === undefined ? [] : [{ place: `${dashboard.uid}: mark ${name}`, expression: expr }],
  ),
]

/** What variables have in a dashboard that was opened just now. */
export type Values = Readonly<Record<string, string>>

/** Times as a dashboard of a minute has them, where everything is scraped every second. */
const times: Values = { __range: '1m', __interval: '1s', __rate_interval: '15s' }

export function filledIn(expression: string, values: Values): string {
  const all: Values = { ...times, ...values }
  return expression.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const value = all[name]
    if (value === undefined) throw new Error(`expected a variable of the dashboard, found $${name} in ${expression}`)
    return value
  })
}

/** `label_values(selector, label)`. */
export function variableQuery(definition: string): { readonly selector: string; readonly label: string } {
  const found = /^label_values\((.+), (\w+)\)$/.exec(definition)
  if (!found) throw new Error(`expected label_values(selector, label), found ${definition}`)
  return { selector: found[1]!, label: found[2]! }
}
