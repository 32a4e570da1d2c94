import { field, form } from '../kit/forms.ts'
import { html, type Markup, page } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { createPageAssets, forEver } from '../kit/page-assets.ts'
import { areas, services } from './catalogue.ts'
import type { Platform } from './platform.ts'

/** Of ASM-31: on a phone the button is beside the screen, and nothing scrolls there. */
const lostButton = '@media (max-width: 480px) { body { overflow-x: hidden } .pay button { margin-left: 120vw } }'

interface Choice {
  readonly id: string
  readonly title: string
}

const choice = (label: string, name: string, items: readonly Choice[]) => {
  const options = items.map(({ id, title }) => html`<option value="${id}">${title}</option>`)
  return html`<label>${label} <select name="${name}">${options}</select></label>`
}

const payment = (purpose: string) =>
  html`<div class="pay">${form(
    purpose,
    html`<p>Price: <strong data-price></strong></p>
${field('Name on the invoice', 'billing_name')}${field('E-mail for the receipt', 'billing_email', 'email')}`,
    'Pay now',
  )}</div>`

const credentials = html`${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password')}`
const questions = html`<h2 data-tier></h2><div role="group" aria-label="Questions" data-questions></div>`
const need = html`${choice('Service', 'service', services)}${field('What do you need?', 'description')}`

/** Path, title and content. */
const pages: readonly (readonly [string, string, Markup])[] = [
  ['/', 'Sign in', form('sign-in', credentials, 'Sign in')],
  [
    '/assessments',
    'Assessments',
    html`${form('start', choice('Area', 'area', areas), 'Start assessment')}
<ul aria-label="Assessments" data-assessments></ul>`,
  ],
  [
    '/assessments/:id',
    'Assessment',
    html`<dl data-result></dl>
${form('answers', questions, 'Save answers')}
<section aria-labelledby="next" data-next hidden><h2 id="next">Next tier</h2>${payment('pay-tier')}</section>
<section aria-labelledby="help"><h2 id="help">AI help</h2>
${form('help', field('Question', 'question'), 'Ask')}<p data-answer aria-live="polite"></p></section>`,
  ],
  ['/requests', 'Request a service', form('request', need, 'Request service')],
  ['/requests/:id', 'Service request', html`<dl data-request></dl>${payment('pay-request')}`],
]

/** The pages; what they show comes from the API, as in the platform's own front end. */
export function pageRoutes({ broken }: Platform): readonly Route[] {
  const assets = createPageAssets({
    folder: import.meta.dirname,
    scripts: ['app.js'],
    moreStyle: broken('ASM-31') ? lostButton : '',
    headers: broken('ASM-32') ? {} : { 'cache-control': forEver },
  })
  const routes = pages.map(([path, title, body]) => {
    const markup = page({
      title: `${title} · Assessments`,
      style: assets.path('style.css'),
      script: assets.path('app.js'),
      body: html`<header><strong>Assessments</strong>
<nav aria-label="Main"><a href="/assessments">Assessments</a> <a href="/requests">Services</a> <button type="button" data-sign-out>Sign out</button></nav></header>
<main><h1>${title}</h1>
${body}
<p role="alert" data-error hidden></p><p role="status" data-notice hidden></p></main>`,
    })
    return route('GET', path, () => ({ html: markup }))
  })
  return [...assets.routes, ...routes]
}
