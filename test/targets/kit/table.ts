import { html, type Markup } from './html.ts'

/** What stands in each column, by its heading: a field of the row, or what is made of it. */
export type Columns<Row> = Readonly<Record<string, (keyof Row & string) | ((row: Row) => Markup | string)>>

/** A table that can be scrolled where it is too wide. */
export function table<Row>(label: string, rows: readonly Row[], columns: Columns<Row>): Markup {
  const heads = Object.keys(columns).map(heading => html`<th scope="col">${heading}</th>`)
  const cell = (row: Row, column: Columns<Row>[string]) =>
    html`<td>${typeof column === 'string' ? String(row[column]) : column(row)}</td>`
  const lines = rows.map(row => html`<tr>${Object.values(columns).map(column => cell(row, column))}</tr>`)
  return html`<div class="wide"><table aria-label="${label}"><thead><tr>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`
}

/** A table under its heading. */
export const tableSection = <Row>(label: string, rows: readonly Row[], columns: Columns<Row>): Markup =>
  html`<h2>${label}</h2>${table(label, rows, columns)}`

/** `2026-01-05 14:00` */
export function time(at: number | string): Markup {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')}</time>`
}
