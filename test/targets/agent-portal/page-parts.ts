import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { html, type Markup } from '../kit/html.ts'

interface Field {
  readonly label: string
  readonly name: string
  /** Of an input. Default: text. */
  readonly type?: string
  /** Of a select; an empty one stands for all. */
  readonly values?: readonly string[]
  /** Of a select whose options come from the API: the call, and what each shows. */
  readonly from?: string
  readonly text?: string
  /** Of a text of so many lines. */
  readonly lines?: number
  /** Of a text that holds records, one a line: the names of their fields. */
  readonly columns?: string
}

/** A button of a row: a call of the API with `{id}` of the row, for rows in one state only when `when` says so. */
interface Action {
  readonly text: string
  readonly call: string
  readonly body?: object
  readonly when?: string
}

/** A table that the script fills. */
interface Table {
  readonly kind: 'table'
  readonly label: string
  readonly from: string
  /** Heading and field of each column. */
  readonly columns: Readonly<Record<string, string>>
  /** Where the first column leads: `/patient-history/{id}`. */
  readonly link?: string
  readonly actions?: readonly Action[]
  /** Kind of live message after which the list is asked for again. */
  readonly live?: string
}

type Fields = readonly Field[]

export type Part =
  | Table
  /** A form that is sent to the API as JSON. */
  | { kind: 'send'; call: string; fields: Fields; button: string; thanks: string }
  /** A form that chooses what the list shows. */
  | { kind: 'filter'; label: string; fields: Fields }
  /** Figures that the script fills; they have their place before. */
  | { kind: 'figures'; from: string; names: Readonly<Record<string, string>> }
  | { kind: 'section'; id: string; title: string; parts: readonly Part[] }
  | { kind: 'heading'; text: string }
  | { kind: 'link'; to: string; text: string }
  /** What only one page has. */
  | { kind: 'file'; name: string }

export const readPage = (file: string) => readFileSync(join(import.meta.dirname, 'pages', file), 'utf8')

/** Pieces of pages that the common script (app.js) brings to life: it reads the `data-` attributes. */
export function markupOf(part: Part): Markup {
  switch (part.kind) {
    case 'table':
      return table(part)
    case 'send':
      return html`<form data-send="${part.call}" data-thanks="${part.thanks}" novalidate>${part.fields.map(control)}<button>${part.button}</button></form>`
    case 'filter':
      return html`<form data-filter role="search" aria-label="${part.label}">${part.fields.map(control)}<button>Show</button></form>`
    case 'figures':
      return html`<dl data-facts="${part.from}">${Object.entries(part.names).map(([label, name]) => html`<div><dt>${label}</dt><dd data-field="${name}">–</dd></div>`)}</dl>`
    case 'section':
      return html`<section aria-labelledby="${part.id}"><h2 id="${part.id}">${part.title}</h2>${part.parts.map(markupOf)}</section>`
    case 'heading':
      return html`<h2>${part.text}</h2>`
    case 'link':
      return html`<p><a href="${part.to}">${part.text}</a></p>`
    case 'file':
      return { markup: readPage(`${part.name}.html`) }
  }
}

function control({ label, name, type = 'text', values = [], from, text = '', lines, columns = '' }: Field): Markup {
  const options = values.map(value =>
    value === '' ? html`<option value="">all</option>` : html`<option>${value}</option>`,
  )
  const remote = from === undefined ? '' : html` data-options="${from}" data-text="${text}"`
  if (lines !== undefined)
    return html`<label>${label} <textarea name="${name}" rows="${lines}" data-rows="${columns}"></textarea></label>`
  if (remote || options.length > 0)
    return html`<label>${label} <select name="${name}"${remote}>${options}</select></label>`
  return html`<label>${label} <input name="${name}" type="${type}"></label>`
}

const table = ({ label, from, columns, link = '', actions, live = '' }: Table) =>
  html`<div class="wide"><table aria-label="${label}" data-list="${from}" data-link="${link}" data-live="${live}">
<thead><tr>${Object.entries(columns).map(([heading, name]) => html`<th scope="col" data-field="${name}">${heading}</th>`)}${actions ? html`<th scope="col">Actions</th>` : ''}</tr></thead>
<tbody></tbody></table></div>${actions ? html`<template>${actions.map(button)}</template>` : ''}`

const button = ({ text, call, body = {}, when = '' }: Action) =>
  html`<button type="button" data-act="${call}" data-body="${JSON.stringify(body)}" data-when="${when}">${text}</button>`
