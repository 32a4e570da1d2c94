import { html, type Markup } from './html.ts'

/** A labelled input. `more`: further attributes. */
export const field = (label: string, name: string, type = 'text', more: Markup = html``): Markup =>
  html`<label>${label} <input name="${name}" type="${type}" ${more}></label>`

export const options = (values: readonly string[]): readonly Markup[] =>
  values.map(value => html`<option>${value}</option>`)

export const select = (label: string, name: string, values: readonly string[] = []): Markup =>
  html`<label>${label} <select name="${name}">${options(values)}</select></label>`

/** A form that the page's script sends, by its purpose. */
export const form = (purpose: string, body: Markup, button: string): Markup =>
  html`<form data-form="${purpose}" novalidate>${body}<button>${button}</button></form>`
