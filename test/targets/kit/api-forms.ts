import { html, type Markup } from './html.ts'

/** A button that calls the API. */
export const action = (path: string, method: string, label: string): Markup =>
  html`<form data-api="${path}" data-method="${method}"><button>${label}</button></form>`

/** A form that the page's script sends to the API; each field has a place for what is wrong with it. */
export const apiForm = (path: string, method: string, fields: Markup, button: string): Markup =>
  html`<form data-api="${path}" data-method="${method}" novalidate class="fields">${fields}<button>${button}</button></form>`

/** A control with its label and the place of its error. `control` gets the name and the link to both. */
export const labelled = (label: string, name: string, control: (attributes: Markup) => Markup): Markup =>
  html`<div><label for="${name}">${label}</label>${control(html`id="${name}" name="${name}" aria-describedby="${name}-error"`)}
<p class="error" id="${name}-error"></p></div>`

/** An input with its label. `more`: further attributes. */
export const field = (label: string, name: string, type = 'text', more: Markup = html`required`): Markup =>
  labelled(label, name, attributes => html`<input ${attributes} type="${type}" ${more}>`)
