import { html, type Markup } from './html.ts'

/** A field of a form: an input, or what its further members make of it. */
interface Field {
  readonly label: string
  readonly name: string
  /** Of an input. Default: text. */
  readonly type?: string
  /** What stands in it first. */
  readonly value?: string
  /** Of a select: each its own text, or with a text beside it; an empty one stands for all. */
  readonly values?: readonly (string | readonly [value: string, text: string])[]
  /** Of a select whose options come from the API: the call, what each shows, and the name of their list in the answer. */
  readonly from?: string
  readonly text?: string
  readonly items?: string
  /** Of a text of so many lines. */
  readonly lines?: number
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
  /** Name of the list in the answer. Default: items. */
  readonly items?: string
  /** Heading of each column, and its field or a text such as `#{number}`. */
  readonly columns: Readonly<Record<string, string>>
  /** Where the first column leads: `/patient-history/{id}`. */
  readonly link?: string
  readonly actions?: readonly Action[]
  /** Kind of live message after which the list is asked for again. */
  readonly live?: string
}

/** A form that is sent to the API. Then it gives thanks, or another page is shown: texts with values of the answer. */
interface Sent {
  readonly kind: 'send'
  readonly call: string
  readonly fields: readonly Field[]
  readonly button: string
  readonly thanks?: string
  readonly next?: string
}

/** Figures that the script fills. */
interface Figures {
  readonly kind: 'figures'
  readonly from: string
  /** Label of each, and its field or a text such as `{score} of 100`. */
  readonly names: Readonly<Record<string, string>>
  /** They have their place before they are known. Default: they appear when they are. */
  readonly early?: boolean
  readonly live?: string
}

/** Pieces of pages as data: the scripts of `browser/` bring them to life. */
export type Part =
  | Table
  | Sent
  | Figures
  /** A form that chooses what the list shows. */
  | { readonly kind: 'filter'; readonly label: string; readonly fields: readonly Field[] }
  | { readonly kind: 'section'; readonly id: string; readonly title: string; readonly parts: readonly Part[] }
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'link'; readonly to: string; readonly text: string }
  /** What only one page has: the name of its file. */
  | { readonly kind: 'file'; readonly name: string }

/** The markup of a part. `read` gives the text of a file by its name. */
export function markupOf(part: Part, read: (name: string) => string = unread): Markup {
  switch (part.kind) {
    case 'table':
      return table(part)
    case 'send':
      return html`<form data-api="${part.call}" data-thanks="${part.thanks ?? ''}" data-next="${part.next ?? ''}" novalidate>${part.fields.map(control)}<button>${part.button}</button></form>`
    case 'filter':
      return html`<form data-filter role="search" aria-label="${part.label}">${part.fields.map(control)}<button>Show</button></form>`
    case 'figures':
      return html`<dl data-facts="${part.from}" data-live="${part.live ?? ''}" ${part.early ? '' : 'hidden'}>${Object.entries(part.names).map(([label, name]) => html`<div><dt>${label}</dt><dd aria-label="${label}" data-field="${name}">–</dd></div>`)}</dl>`
    case 'section':
      return html`<section aria-labelledby="${part.id}"><h2 id="${part.id}">${part.title}</h2>${part.parts.map(inner => markupOf(inner, read))}</section>`
    case 'heading':
      return html`<h2>${part.text}</h2>`
    case 'link':
      return html`<p><a href="${part.to}">${part.text}</a></p>`
    case 'file':
      return { markup: read(part.name) }
  }
}

const unread = (name: string): string => {
  throw new Error(`expected somebody to read the file of the part ${name}, found nobody`)
}

function control({
  label,
  name,
  type = 'text',
  value,
  values,
  from,
  text = '',
  items = 'items',
  lines,
}: Field): Markup {
  if (lines !== undefined) return html`<label>${label} <textarea name="${name}" rows="${lines}"></textarea></label>`
  if (values === undefined && from === undefined) {
    const first = value === undefined ? '' : html` value="${value}" step="any"`
    return html`<label>${label} <input name="${name}" type="${type}"${first}></label>`
  }
  const options = (values ?? []).map(option => {
    const [value, shown] = typeof option === 'string' ? [option, option || 'all'] : option
    return html`<option value="${value}">${shown}</option>`
  })
  const remote = from === undefined ? '' : html` data-options="${from}" data-items="${items}" data-text="${text}"`
  return html`<label>${label} <select name="${name}"${remote}>${options}</select></label>`
}

function table({ label, from, items = 'items', columns, link = '', actions, live = '' }: Table): Markup {
  const heads = Object.entries(columns).map(
    ([heading, name]) => html`<th scope="col" data-field="${name}">${heading}</th>`,
  )
  return html`<div class="wide"><table aria-label="${label}" data-list="${from}" data-items="${items}" data-link="${link}" data-live="${live}">
<thead><tr>${heads}${actions ? html`<th scope="col">Actions</th>` : ''}</tr></thead><tbody></tbody></table></div>
${actions ? html`<template>${actions.map(button)}</template>` : ''}`
}

const button = ({ text, call, body = {}, when = '' }: Action) =>
  html`<button type="button" data-act="${call}" data-body="${JSON.stringify(body)}" data-when="${when}">${text}</button>`
