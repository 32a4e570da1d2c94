/**
 * Panels as all our dashboards have them: a description that says what a reader may conclude, a unit, the data source as a variable.
 * What makes a panel good is held by test/dashboards/dashboards.test.ts.
 */

import * as barGauge from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as board from '@grafana/grafana-foundation-sdk/dashboard'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as timeline from '@grafana/grafana-foundation-sdk/statetimeline'
import * as table from '@grafana/grafana-foundation-sdk/table'
import * as series from '@grafana/grafana-foundation-sdk/timeseries'

/** Chosen on the dashboard, so that the same file fits every Grafana. */
export const dataSource: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' }

/** A query with the name of its series: `{{location}}`. */
export type Query = readonly [expression: string, legend: string]
/** From which value on which colour; the first is that of everything below. */
export type Steps = readonly [first: string, ...further: readonly (readonly [from: number, colour: string])[]]

export interface PanelOptions {
  readonly title: string
  readonly description: string
  /** Grafana's name of it: `s`, `percentunit`, `short`, `none`. */
  readonly unit: string
  /** Columns of 24. */
  readonly width: number
  readonly queries: readonly Query[]
  readonly steps?: Steps
  readonly decimals?: number
  /** Shown where there is nothing. */
  readonly none?: string
  /** Words and colours of values. */
  readonly words?: Readonly<Record<number, readonly [text: string, colour: string]>>
}

export const red = 'red'
export const orange = 'orange'
export const green = 'green'
export const blue = 'blue'
export const grey = '#8e8e8e'

/** The states of `healthCode`, worst last. */
export const healthWords: NonNullable<PanelOptions['words']> = {
  0: ['up', green],
  1: ['retrying', '#b8d96c'],
  2: ['maintenance', blue],
  3: ['paused', grey],
  4: ['unknown', '#a352cc'],
  5: ['degraded', orange],
  6: ['down', red],
}

/** Whether something is wrong. */
export const yesNo = (yes: string, no: string): NonNullable<PanelOptions['words']> => ({
  0: [no, green],
  1: [yes, red],
})

export const chartHeight = 8
export const figureHeight = 4

type Panel = Builder<board.Panel>
/** What the builders of all kinds have. */
interface Dressed {
  title(text: string): unknown
  description(text: string): unknown
  unit(name: string): unknown
  span(columns: number): unknown
  height(rows: number): unknown
  datasource(reference: common.DataSourceRef): unknown
  targets(queries: Builder<prometheus.Dataquery>[]): unknown
  thresholds(config: Builder<board.ThresholdsConfig>): unknown
  noValue(text: string): unknown
  mappings(mappings: board.ValueMapping[]): unknown
  decimals(count: number): unknown
}

/** What all kinds share. */
function dress<Kind extends Dressed>(
  panel: Kind,
  options: PanelOptions,
  height: number,
  queries: readonly Builder<prometheus.Dataquery>[],
): Kind {
  const { title, description, unit, width, steps = [green], words, decimals, none } = options
  const [first, ...further] = steps
  panel.title(title)
  panel.description(description)
  panel.unit(unit)
  panel.span(width)
  panel.height(height)
  panel.datasource(dataSource)
  panel.targets([...queries])
  panel.thresholds(
    new board.ThresholdsConfigBuilder()
      .mode(board.ThresholdsMode.Absolute)
      .steps([{ value: null, color: first }, ...further.map(([value, color]) => ({ value, color }))]),
  )
  if (none !== undefined) panel.noValue(none)
  if (decimals !== undefined) panel.decimals(decimals)
  if (words !== undefined) panel.mappings([mapping(words)])
  return panel
}

const mapping = (words: NonNullable<PanelOptions['words']>): board.ValueMapping => ({
  type: board.MappingType.ValueToText,
  options: Object.fromEntries(
    Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]),
  ),
})

const refId = (index: number) => String.fromCharCode(65 + index)
const query = ([expression, legend]: Query, index: number) =>
  new prometheus.DataqueryBuilder()
    .datasource(dataSource)
    .refId(refId(index))
    .expr(expression)
    .legendFormat(legend)
    .editorMode(prometheus.QueryEditorMode.Code)
const instant = (each: Query, index: number) => query(each, index).instant()

export interface ChartOptions extends PanelOptions {
  readonly stacked?: boolean
  /** Bars are for what is counted, lines for what is measured. */
  readonly bars?: boolean
  /** Draws the steps as lines: limits. */
  readonly limits?: boolean
  readonly max?: number
  /** Names of series that are limits. */
  readonly limitSeries?: string
}

/** Values over time. */
export function chart(options: ChartOptions): Panel {
  const panel = dress(
    new series.PanelBuilder(),
    options,
    chartHeight,
    options.queries.map((each, index) => query(each, index).range()),
  )
    .min(0)
    .lineWidth(1)
    .fillOpacity(options.bars ? 80 : options.stacked ? 25 : 0)
    .drawStyle(options.bars ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .showPoints(common.VisibilityMode.Never)
    .colorScheme(new board.FieldColorBuilder().mode(board.FieldColorModeId.PaletteClassicByName))
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
  if (options.max !== undefined) panel.max(options.max)
  if (options.stacked) {
    panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
  }
  if (options.limits) {
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed))
  }
  if (options.limitSeries !== undefined) {
    panel.overrideByRegexp(options.limitSeries, [
      { id: 'color', value: { mode: 'fixed', fixedColor: red } },
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
    ])
  }
  return panel
}

/** One figure, as of now. */
export const figure = (options: PanelOptions): Panel =>
  dress(new stat.PanelBuilder(), options, figureHeight, options.queries.map(instant))
    .colorMode(
      options.steps === undefined && options.words === undefined
        ? common.BigValueColorMode.None
        : common.BigValueColorMode.Background,
    )
    .graphMode(common.BigValueGraphMode.None)
    .textMode(
      options.queries.some(([, legend]) => legend.includes('{{'))
        ? common.BigValueTextMode.ValueAndName
        : common.BigValueTextMode.Value,
    )
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))

/** One bar for each series, as of now. */
export const bars = (options: PanelOptions & { readonly max?: number }): Panel => {
  const panel = dress(new barGauge.PanelBuilder(), options, chartHeight, options.queries.map(instant))
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .orientation(common.VizOrientation.Horizontal)
    .valueMode(common.BarGaugeValueMode.Color)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
  return options.max === undefined ? panel : panel.max(options.max)
}

/** States over time, one row for each series. */
export const states = (options: PanelOptions & { readonly rows?: number }): Panel => {
  const panel = dress(
    new timeline.PanelBuilder(),
    options,
    chartHeight,
    options.queries.map((each, index) => query(each, index).range()),
  )
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.8)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    )
  return options.rows === undefined ? panel : panel.perPage(options.rows)
}

/** How a column of a table looks. */
export interface Column {
  /** Of the query: `A`, or the name of a label. */
  readonly from: string
  readonly name: string
  readonly unit?: string
  readonly words?: PanelOptions['words']
  readonly steps?: Steps
  /** Address that a click leads to. */
  readonly link?: string
}

/** A row for each set of labels that the queries share; columns in the order that is given, others hidden. */
export function rows(
  options: PanelOptions & { readonly columns: readonly Column[]; readonly sortBy?: string; readonly height?: number },
): Panel {
  const { columns } = options
  const field = ({ from }: Column) => (/^[A-Z]$/.test(from) ? `Value #${from}` : from)
  // With one query Grafana leaves its letter out.
  const fieldOf = (column: Column) => (options.queries.length === 1 && column.from === 'A' ? 'Value' : field(column))
  const panel = dress(
    new table.PanelBuilder(),
    options,
    options.height ?? chartHeight,
    options.queries.map((each, index) => instant(each, index).format(prometheus.PromQueryFormat.Table)),
  )
    .cellHeight(common.TableCellHeight.Sm)
    .filterable(true)
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'filterFieldsByName',
        options: { include: { names: columns.map(fieldOf) } },
      },
      {
        id: 'organize',
        options: {
          indexByName: Object.fromEntries(columns.map((column, index) => [fieldOf(column), index])),
          renameByName: Object.fromEntries(columns.map(column => [fieldOf(column), column.name])),
        },
      },
    ])
  for (const { name, unit, words, steps, link } of columns) {
    const properties: board.DynamicConfigValue[] = []
    if (unit !== undefined) properties.push({ id: 'unit', value: unit })
    if (words !== undefined) properties.push({ id: 'mappings', value: [mapping(words)] })
    if (steps !== undefined) {
      const [first, ...further] = steps
      properties.push({
        id: 'thresholds',
        value: {
          mode: 'absolute',
          steps: [{ value: null, color: first }, ...further.map(([value, color]) => ({ value, color }))],
        },
      })
    }
    if (words !== undefined || steps !== undefined) {
      properties.push({ id: 'custom.cellOptions', value: { type: 'color-text' } })
    }
    if (link !== undefined) properties.push({ id: 'links', value: [{ title: 'Look at it', url: link }] })
    if (properties.length > 0) panel.overrideByName(name, properties)
  }
  if (options.sortBy !== undefined) {
    panel.sortBy([new common.TableSortByFieldStateBuilder().displayName(options.sortBy).desc(false)])
  }
  return panel
}
