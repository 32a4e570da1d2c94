import { html, type Markup } from '../kit/html.ts'

/** Pieces of pages that the common script (app.js) brings to life: it reads the `data-` attributes. */

export const field = (label: string, name: string, type = 'text', value = '') =>
  html`<label>${label} <input name="${name}" type="${type}" value="${value}"></label>`

export const choice = (label: string, name: string, values: readonly string[]) =>
  html`<label>${label} <select name="${name}">${values.map(value => (value === '' ? html`<option value="">all</option>` : html`<option>${value}</option>`))}</select></label>`

/** A select whose options come from the API. */
export const remoteChoice = (label: string, name: string, from: string, text: string) =>
  html`<label>${label} <select name="${name}" data-options="${from}" data-text="${text}"></select></label>`

/** A form that is sent to the API as JSON: `send('POST /api/tasks', …)`. */
export const send = (call: string, body: Markup, button: string, thanks: string) =>
  html`<form data-send="${call}" data-thanks="${thanks}" novalidate>${body}<button>${button}</button></form>`

/** A form that chooses what the list shows. */
export const filter = (label: string, body: Markup) =>
  html`<form data-filter role="search" aria-label="${label}">${body}<button>Show</button></form>`

export interface ListOptions {
  readonly label: string
  readonly from: string
  /** Heading and field of each column. */
  readonly columns: Readonly<Record<string, string>>
  /** Column whose text is a link: `/patient-history/{patientId}`. */
  readonly link?: string
  readonly actions?: Markup
  /** Kind of live message after which the list is asked for again. */
  readonly live?: string
}

/** A table that the script fills. */
export const table = ({ label, from, columns, link = '', actions, live = '' }: ListOptions) =>
  html`<div class="wide"><table aria-label="${label}" data-list="${from}" data-link="${link}" data-live="${live}">
<thead><tr>${Object.entries(columns).map(([heading, name]) => html`<th scope="col" data-field="${name}">${heading}</th>`)}${actions ? html`<th scope="col">Actions</th>` : ''}</tr></thead>
<tbody></tbody></table></div>${actions ? html`<template>${actions}</template>` : ''}`

/** A button of a row: a call of the API with `{id}` of the row, for rows in one state only when `when` says so. */
export const act = (text: string, call: string, body: object = {}, when = '') =>
  html`<button type="button" data-act="${call}" data-body="${JSON.stringify(body)}" data-when="${when}">${text}</button>`

/** Figures that the script fills; they have their place before. */
export const figures = (from: string, names: Readonly<Record<string, string>>) =>
  html`<dl data-facts="${from}">${Object.entries(names).map(([label, name]) => html`<div><dt>${label}</dt><dd data-field="${name}">–</dd></div>`)}</dl>`
