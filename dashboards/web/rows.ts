/** Tables that become lists on a phone: each cell then stands beside the name of its column. */

import { type Content, html, type Safe } from './html.ts'

export interface Column<Row> {
  readonly name: string
  readonly show: (row: Row) => Content
  /**
   * `head` names the row and has a line of its own; `wide` takes the room that is left; `num` is a figure; `plain` is a word or two that
   * need no name beside them on a phone.
   */
  readonly as?: 'head' | 'wide' | 'num' | 'plain'
}

export interface RowsOptions<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly classOf?: (row: Row) => string
}

export function rowsTable<Row>({ label, columns, rows, classOf }: RowsOptions<Row>): Safe {
  const cell = ({ name, show, as }: Column<Row>, row: Row) => {
    const content = show(row)
    if (as === 'head') return html`<th role="rowheader" scope="row">${content}</th>`
    return html`<td role="cell"${as ? html` class="${as}"` : ''} data-name="${name}">${content}</td>`
  }
  // Roles by hand: a table that is laid out otherwise loses its own.
  return html`<table class="rows" role="table" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${columns.map(({ name, as }) => html`<th role="columnheader" scope="col"${as === 'num' ? html` class="num"` : ''}>${name}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(row => html`<tr role="row"${classOf ? html` class="${classOf(row)}"` : ''}>${columns.map(column => cell(column, row))}</tr>`)}</tbody></table>`
}
