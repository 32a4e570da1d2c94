import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { html, type Markup, page } from '../kit/html.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { states } from './orders.ts'
import { forms } from './routes-orders.ts'
import { offeredActions } from './routes-system.ts'
import type { Shop } from './shop.ts'

const layout = (title: string, body: Markup) =>
  page({
    title: `${title} · COD Admin`,
    style: '/assets/style.css',
    script: '/assets/admin.js',
    body: html`<header>
<strong>COD Admin</strong>
<nav aria-label="Main"><a href="/orders">Orders</a> <a href="/workflows">Workflows</a> <button type="button" data-sign-out>Sign out</button></nav>
</header>
<main><h1>${title}</h1>
${body}
<p role="alert" data-error hidden></p><p role="status" data-notice hidden></p></main>`,
  })

const field = (label: string, name: string, type = 'text', more: Markup = html``) =>
  html`<label>${label} <input name="${name}" type="${type}" ${more}></label>`
const form = (purpose: string, body: Markup, button: string) =>
  html`<form data-form="${purpose}" novalidate>${body}<button>${button}</button></form>`
const options = (values: readonly string[]) => values.map(value => html`<option>${value}</option>`)

const signIn = layout(
  'Sign in',
  html`${form('sign-in', html`${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password')}`, 'Sign in')}
<p><a href="/register">Register</a> · <a href="/forgot-password">Forgot password?</a></p>`,
)
const register = layout(
  'Register',
  form(
    'register',
    html`${field('Name', 'name')}${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password')}`,
    'Register',
  ),
)
const forgot = layout('Forgot password', form('forgot', field('E-mail', 'email', 'email'), 'Send link'))
const reset = layout('Reset password', form('reset', field('New password', 'password', 'password'), 'Save password'))

const orders = layout(
  'Orders',
  html`<form data-filter role="search" aria-label="Orders">
${field('Search', 'search', 'search')}
<label>Status <select name="status"><option value="">all</option>${options(states)}</select></label>
<button>Show</button></form>
<p data-total aria-live="polite"></p>
<table aria-label="Orders"><thead><tr><th scope="col">Order</th><th scope="col">Customer</th><th scope="col">Phone</th><th scope="col">Amount</th><th scope="col">Status</th></tr></thead><tbody data-orders></tbody></table>
<nav aria-label="Pages"><button type="button" data-page="-1">Previous page</button> <span data-position></span> <button type="button" data-page="1">Next page</button></nav>`,
)

const order = layout(
  'Order',
  html`<dl data-order></dl>
<form data-form="status"><label>New status <select name="status"></select></label><button>Change status</button></form>`,
)

const workflows = (shop: Shop) =>
  layout(
    'Workflows',
    html`<p role="note">Additional actions coming soon</p>
${form('workflow', html`${field('Name', 'name')}<label>Action <select name="action">${options(offeredActions(shop))}</select></label>`, 'Save workflow')}
<ul aria-label="Workflows" data-workflows></ul>`,
  )

const checkout = (slug: string, title: string) =>
  page({
    title,
    style: '/assets/style.css',
    script: '/assets/admin.js',
    body: html`<main><h1>${title}</h1>
<form data-form="checkout" data-slug="${slug}" novalidate>${field('Name', 'customer')}${field('Phone', 'phone', 'tel')}${field('Address', 'address')}${field('Amount', 'amount', 'number', html`value="49" step="any"`)}<button>Order now</button></form>
<p role="alert" data-error hidden></p><p role="status" data-notice hidden></p></main>`,
  })

/** The pages; what they show comes from the API, as in the shop's own front end. */
export function pageRoutes(shop: Shop): readonly Route[] {
  const asset = (name: string, type: string) => {
    const bytes = readFileSync(join(import.meta.dirname, name))
    return route('GET', `/assets/${name}`, () => ({ bytes, type }))
  }
  const fixed = (path: string, markup: string) => route('GET', path, () => ({ html: markup }))
  return [
    asset('admin.js', 'text/javascript; charset=utf-8'),
    asset('style.css', 'text/css; charset=utf-8'),
    fixed('/', signIn),
    fixed('/register', register),
    fixed('/forgot-password', forgot),
    fixed('/reset-password', reset),
    fixed('/orders', orders),
    fixed('/orders/:id', order),
    fixed('/workflows', workflows(shop)),
    route('GET', '/forms/:slug', call => {
      const title = forms.get(call.params['slug']!)
      if (!title) throw new Refusal(404)
      return { html: checkout(call.params['slug']!, title) }
    }),
  ]
}
