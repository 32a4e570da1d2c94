import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { field, form, options, select } from '../kit/forms.ts'
import { html, type Markup, page } from '../kit/html.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { states } from './orders.ts'
import { forms } from './routes-orders.ts'
import { offeredActions } from './routes-workflows.ts'
import type { Shop } from './shop.ts'

const messages = html`<p role="alert" data-error hidden></p><p role="status" data-notice hidden></p>`
const navigation = html`<header>
<strong>COD Admin</strong>
<nav aria-label="Main"><a href="/dashboard">Dashboard</a> <a href="/orders">Orders</a> <a href="/workflows">Workflows</a> <button type="button" data-sign-out>Sign out</button></nav>
</header>`

const credentials = html`${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password')}`
const signIn = html`${form('sign-in', credentials, 'Sign in')}
<p><a href="/register">Register</a> · <a href="/forgot-password">Forgot password?</a></p>`
const register = form('register', html`${field('Name', 'name')}${credentials}`, 'Register')
const forgot = form('forgot', field('E-mail', 'email', 'email'), 'Send link')
const reset = form('reset', field('New password', 'password', 'password'), 'Save password')

const dashboard = html`<dl data-figures></dl><button type="button" data-refresh>Refresh</button>`

const orders = html`<form data-filter role="search" aria-label="Orders">
${field('Search', 'search', 'search')}
<label>Status <select name="status"><option value="">all</option>${options(states)}</select></label>
<button>Show</button></form>
<p data-total aria-live="polite"></p>
<table aria-label="Orders"><thead><tr><th scope="col">Order</th><th scope="col">Customer</th><th scope="col">Phone</th><th scope="col">Amount</th><th scope="col">Status</th></tr></thead><tbody data-orders></tbody></table>
<nav aria-label="Pages"><button type="button" data-page="-1">Previous page</button> <span data-position></span> <button type="button" data-page="1">Next page</button></nav>`

const order = html`<dl data-order></dl>
${form('status', select('New status', 'status'), 'Change status')}
${form('agent', select('Delivery agent', 'agent'), 'Assign agent')}`

const workflows = (shop: Shop) => html`<p role="note">Additional actions coming soon</p>
${form('workflow', html`${field('Name', 'name')}${select('Action', 'action', offeredActions(shop))}`, 'Save workflow')}
<ul aria-label="Workflows" data-workflows></ul>`

const checkout = (slug: string) =>
  html`<form data-form="checkout" data-slug="${slug}" novalidate>${field('Name', 'customer')}${field('Phone', 'phone', 'tel')}${field('Address', 'address')}${field('Amount', 'amount', 'number', html`value="49" step="any"`)}<button>Order now</button></form>`

/** The pages; what they show comes from the API, as in the shop's own front end. */
export function pageRoutes(shop: Shop): readonly Route[] {
  const { broken } = shop
  // What a build of the front end has fixed, so that it can be built wrongly.
  const build = {
    keepMs: broken('COD-60') ? 0 : 5_000,
    logs: broken('COD-61'),
    catches: !broken('COD-62'),
    reports: !broken('COD-63'),
    trustsText: broken('COD-53'),
  }
  const document = (title: string, body: Markup, header: Markup = navigation) =>
    page({
      title: `${title} · COD Admin`,
      style: '/assets/base.css',
      script: '/assets/admin.js',
      head: html`<meta name="build" content="${JSON.stringify(build)}">`,
      body: html`${header}<main><h1>${title}</h1>
${body}
${messages}</main>`,
    })
  const asset = (name: string, type: string, more = '') => {
    const bytes = Buffer.concat([readFileSync(join(import.meta.dirname, name)), Buffer.from(more)])
    return route('GET', `/assets/${basename(name)}`, () => ({ bytes, type }))
  }
  const fixed = (path: string, title: string, body: Markup) => {
    const markup = document(title, body)
    return route('GET', path, () => ({ html: markup }))
  }
  const narrow = '@media (max-width: 420px) { main button { display: none } }'
  return [
    asset('admin.js', 'text/javascript; charset=utf-8'),
    asset('../kit/base.css', 'text/css; charset=utf-8', broken('COD-28') ? narrow : ''),
    fixed('/', 'Sign in', signIn),
    fixed('/register', 'Register', register),
    fixed('/forgot-password', 'Forgot password', forgot),
    fixed('/reset-password', 'Reset password', reset),
    fixed('/dashboard', 'Dashboard', dashboard),
    fixed('/orders', 'Orders', orders),
    fixed('/orders/:id', 'Order', order),
    fixed('/workflows', 'Workflows', workflows(shop)),
    route('GET', '/forms/:slug', call => {
      const slug = call.params['slug']!
      const title = forms.get(slug)
      if (!title) throw new Refusal(404)
      return { html: document(title, checkout(slug), html``) }
    }),
  ]
}
