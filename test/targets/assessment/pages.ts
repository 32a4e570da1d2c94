import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssets } from '../kit/assets.ts'
import { html, type Markup, page } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { areas, services } from './catalogue.ts'
import type { Platform } from './platform.ts'

const year = 31_536_000
/** Of ASM-31: on a phone the button is beside the screen, and nothing scrolls there. */
const lostButton = '@media (max-width: 480px) { body { overflow-x: hidden } .pay button { margin-left: 120vw } }'

const field = (label: string, name: string, type = 'text', value = '') =>
  html`<label>${label} <input name="${name}" type="${type}" value="${value}"></label>`
const option = (value: string, text: string) => html`<option value="${value}">${text}</option>`

const payment = (purpose: string) => html`<form class="pay" data-form="${purpose}" novalidate>
<p>Price: <strong data-price></strong></p>
${field('Name on the invoice', 'billing_name')}${field('E-mail for the receipt', 'billing_email', 'email')}
<button>Pay now</button></form>`

const signIn = html`<form data-form="sign-in" novalidate>${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password')}<button>Sign in</button></form>`

const assessments = html`<form data-form="start"><label>Area <select name="area">${areas.map(({ id, title }) => option(id, title))}</select></label><button>Start assessment</button></form>
<ul aria-label="Assessments" data-assessments></ul>`

const assessment = html`<dl data-result></dl>
<form data-form="answers" novalidate><h2 data-tier></h2><div role="group" aria-label="Questions" data-questions></div><button>Save answers</button></form>
<section aria-labelledby="next" data-next hidden><h2 id="next">Next tier</h2>${payment('pay-tier')}</section>
<section aria-labelledby="help"><h2 id="help">AI help</h2>
<form data-form="help" novalidate>${field('Question', 'question')}<button>Ask</button></form><p data-answer aria-live="polite"></p></section>`

const newRequest = html`<form data-form="request" novalidate>
<label>Service <select name="service">${services.map(({ id, title }) => option(id, title))}</select></label>
${field('What do you need?', 'description')}<button>Request service</button></form>`

const request = html`<dl data-request></dl>${payment('pay-request')}`

/** The pages; what they show comes from the API, as in the platform's own front end. */
export function pageRoutes({ broken }: Platform): readonly Route[] {
  const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
  const css = read('../kit/base.css') + read('style.css') + (broken('ASM-31') ? lostButton : '')
  const assets = createAssets(
    [
      { name: 'app.js', type: 'text/javascript; charset=utf-8', text: read('app.js') },
      { name: 'style.css', type: 'text/css; charset=utf-8', text: css },
    ],
    broken('ASM-32') ? {} : { 'cache-control': `public, max-age=${year}, immutable` },
  )
  const fixed = (path: string, title: string, body: Markup) => {
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
  }
  return [
    ...assets.routes,
    fixed('/', 'Sign in', signIn),
    fixed('/assessments', 'Assessments', assessments),
    fixed('/assessments/:id', 'Assessment', assessment),
    fixed('/requests', 'Request a service', newRequest),
    fixed('/requests/:id', 'Service request', request),
  ]
}
