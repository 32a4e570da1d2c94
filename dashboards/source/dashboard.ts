/** What all our dashboards share: variables, marks of deploys and maintenance, links between them. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as board from '@grafana/grafana-foundation-sdk/dashboard'
import { dataSource } from './panels.ts'

export interface DashboardOptions {
  /** The last part of its uid and the name of its file. */
  readonly id: string
  readonly title: string
  /** The question that it answers. */
  readonly question: string
  readonly variables: readonly Variable[]
  readonly rows: readonly Row[]
  /** Shown at first: `now-6h`. */
  readonly from?: string
}

export interface Row {
  readonly title: string
  readonly panels: readonly Builder<board.Panel>[]
}

export interface Variable {
  readonly name: string
  readonly label: string
  /** `label_values(metric, label)`. */
  readonly query: string
  /** One value at a time, so that it may be compared with `=`. Default: any number, all at first. */
  readonly single?: boolean
}

export const job: Variable = { name: 'job', label: 'Job', query: 'label_values(vedette_build_info, job)' }
export const instance: Variable = {
  name: 'instance',
  label: 'Vedette',
  query: 'label_values(vedette_build_info{job=~"$job"}, instance)',
}
export const environment: Variable = {
  name: 'environment',
  label: 'Environment',
  query: 'label_values(vedette_check_info{job=~"$job"}, environment)',
}
export const system: Variable = {
  name: 'system',
  label: 'System',
  query: 'label_values(vedette_check_info{job=~"$job",environment=~"$environment"}, system)',
}
export const location: Variable = {
  name: 'location',
  label: 'Location',
  query: 'label_values(vedette_check_info{job=~"$job",environment=~"$environment"}, location)',
}

/** Labels by which the series of a system are chosen, of whatever kind. */
export const ofSystem = 'job=~"$job",environment=~"$environment",system=~"$system"'
/** One check of one system. */
export const ofCheck = 'job=~"$job",environment=~"$environment",location=~"$location",system="$system",check="$check"'
/** A Vedette itself. */
export const ofSelf = 'job=~"$job",instance=~"$instance"'

/** Health as a number, worst highest: `healthWords` of panels.ts. Several locations: the worst. */
export const healthCode = (by: string, selector: string): string =>
  `max by (${by}) (${['retrying', 'maintenance', 'paused', 'unknown', 'degraded', 'down']
    .map((state, index) => `${index + 1} * vedette_check_health{${selector},state="${state}"}`)
    .join(' or ')})`

const names = ['overview', 'check', 'journey', 'objectives', 'load', 'monitor']
export const uidOf = (id: string): string => `vedette-${id}`
/** A dashboard of ours with the same variables and time. */
export const linkTo = (id: string, variables: Readonly<Record<string, string>>): string =>
  `/d/${uidOf(id)}?${Object.entries({ datasource: '${datasource}', ...variables })
    .map(([name, value]) => `var-${name}=${value}`)
    .join('&')}&\${__url_time_range}`

export function dashboard({
  id,
  title,
  question,
  variables,
  rows,
  from = 'now-6h',
}: DashboardOptions): board.Dashboard {
  const builder = new board.DashboardBuilder(`Vedette: ${title}`)
    .uid(uidOf(id))
    .description(question)
    .tags(['vedette'])
    .readonly()
    .timezone('browser')
    .time({ from, to: 'now' })
    .refresh('30s')
    .tooltip(board.DashboardCursorSync.Crosshair)
    .withVariable(
      new board.DatasourceVariableBuilder('datasource')
        .label('Data source')
        .type('prometheus')
        .current({ selected: false, text: 'default', value: 'default' }),
    )
  for (const variable of variables) builder.withVariable(variableOf(variable))
  for (const annotation of annotations) builder.annotation(annotation)
  for (const other of names.filter(name => name !== id)) {
    builder.link(
      new board.DashboardLinkBuilder(
        other === 'monitor' ? 'The monitor itself' : `${other[0]!.toUpperCase()}${other.slice(1)}`,
      )
        .type(board.DashboardLinkType.Link)
        .url(`/d/${uidOf(other)}?${shared(variables)}`)
        .keepTime(true),
    )
  }
  for (const { title: row, panels } of rows) {
    builder.withRow(new board.RowBuilder(row))
    for (const panel of panels) builder.withPanel(panel)
  }
  const built = builder.build()
  // Of the same kind in every version of Grafana that can import it.
  return { ...built, schemaVersion: 41, panels: numbered(built.panels ?? []) }
}

/** What every dashboard understands; a system may be one here and all there. */
const shared = (variables: readonly Variable[]) =>
  ['datasource', ...variables.map(({ name }) => name).filter(name => name === 'job' || name === 'environment')]
    .map(name => `\${${name}:queryparam}`)
    .join('&')

/** Ids that do not depend on what a builder counts. */
const numbered = (panels: NonNullable<board.Dashboard['panels']>) =>
  panels.map((panel, index) => ({ ...panel, id: index + 1 }))

function variableOf({ name, label, query, single = false }: Variable) {
  const builder = new board.QueryVariableBuilder(name)
    .label(label)
    .datasource(dataSource)
    .query({ query, refId: 'variable' })
    .definition(query)
    .refresh(board.VariableRefresh.OnTimeRangeChanged)
    .sort(board.VariableSort.NaturalAsc)
  if (single) return builder
  return builder
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] })
}

/** Deploys as moments; maintenance as long as a check says so. */
const annotations = [
  new board.AnnotationQueryBuilder()
    .name('Deploys')
    .datasource(dataSource)
    .enable(true)
    .iconColor('blue')
    .expr('max by (system, environment) (vedette_last_deploy_timestamp_seconds{job=~"$job"}) * 1000')
    .useValueForTime(true)
    .step('60s')
    .titleFormat('Deploy of {{system}}')
    .textFormat('{{environment}}'),
  new board.AnnotationQueryBuilder()
    .name('Maintenance')
    .datasource(dataSource)
    .enable(true)
    .iconColor('purple')
    .expr('max by (system) (vedette_check_health{job=~"$job",state="maintenance"}) == 1')
    .step('60s')
    .titleFormat('Maintenance of {{system}}'),
]
