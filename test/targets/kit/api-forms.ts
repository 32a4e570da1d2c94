import { html, type Markup } from './html.ts'

/** A form that the page's script sends to the API (`POST /api/sessions`); each field has a place for what is wrong with it. */
export const apiForm = (call: string, fields: Markup, button: string): Markup =>
  html`<form data-api="${call}" novalidate class="fields">${fields}<button>${button}</button></form>`

/** A button that calls the API. `next`: the page that is shown then; without it the answer's, or the same again. */
export const action = (call: string, label: string, next = ''): Markup =>
  html`<form data-api="${call}" data-next="${next}"><button>${label}</button></form>`

/** A control with its label and the place of its error. `control` gets the name and the link to both. */
export const labelled = (label: string, name: string, control: (attributes: Markup) => Markup): Markup =>
  html`<div><label for="${name}">${label}</label>${control(html`id="${name}" name="${name}" aria-describedby="${name}-error"`)}
<p class="error" id="${name}-error"></p></div>`

/** An input with its label. `more`: further attributes. */
export const field = (label: string, name: string, type = 'text', more: Markup = html`required`): Markup =>
  labelled(label, name, attributes => html`<input ${attributes} type="${type}" ${more}>`)
