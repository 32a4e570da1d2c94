import { framedPages, signOutButton } from '../kit/frame.ts'
import { html, type Markup } from '../kit/html.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { createPageAssets } from '../kit/page-assets.ts'
import { markupOf, type Part } from '../kit/page-parts.ts'
import { states } from './orders.ts'
import { forms } from './routes-orders.ts'
import { offeredActions } from './routes-workflows.ts'
import type { Shop } from './shop.ts'

const links = [
  ['/dashboard', 'Dashboard'],
  ['/orders', 'Orders'],
  ['/workflows', 'Workflows'],
] as const

const name = { label: 'Name', name: 'name' }
const email = { label: 'E-mail', name: 'email', type: 'email' }
const password = { label: 'Password', name: 'password', type: 'password' }
const send = (call: string, button: string, fields: (Part & { kind: 'send' })['fields'], thanks = ''): Part => ({
  kind: 'send',
  call,
  button,
  fields,
  thanks,
})

const pages = (shop: Shop): Readonly<Record<string, readonly [title: string, ...Part[]]>> => ({
  '/': [
    'Sign in',
    send('POST /api/auth/login', 'Sign in', [email, password]),
    { kind: 'link', to: '/register', text: 'Register' },
    { kind: 'link', to: '/forgot-password', text: 'Forgot password?' },
  ],
  '/register': ['Register', send('POST /api/auth/register', 'Register', [name, email, password])],
  '/forgot-password': ['Forgot password', send('POST /api/auth/forgot-password', 'Send link', [email], '{message}')],
  '/reset-password': [
    'Reset password',
    send('POST /api/auth/reset-password', 'Save password', [{ ...password, label: 'New password' }], '{message}'),
  ],
  '/dashboard': [
    'Dashboard',
    {
      kind: 'figures',
      from: '/api/analytics',
      names: { Orders: 'orders', Delivered: 'delivered', Revenue: 'revenue' },
    },
  ],
  '/orders': [
    'Orders',
    {
      kind: 'filter',
      label: 'Orders',
      fields: [
        { label: 'Search', name: 'search', type: 'search' },
        { label: 'Status', name: 'status', values: ['', ...states] },
      ],
    },
    {
      kind: 'table',
      label: 'Orders',
      from: '/api/orders',
      items: 'orders',
      columns: { Order: '#{number}', Customer: 'customer', Phone: 'phone', Amount: 'amount', Status: 'state' },
      link: '/orders/{id}',
      live: 'order',
    },
  ],
  '/orders/:id': [
    'Order',
    {
      kind: 'figures',
      from: '/api/orders/{page}',
      names: {
        ...{ Customer: 'customer', Phone: 'phone', Address: 'address', Amount: 'amount' },
        ...{ Status: 'state', Agent: 'agent', Tags: 'tags' },
      },
      live: 'order {page}',
    },
    send('PATCH /api/orders/{page}/status', 'Change status', [{ label: 'New status', name: 'status', values: [] }]),
    send('PATCH /api/orders/{page}/agent', 'Assign agent', [
      { label: 'Delivery agent', name: 'agent', from: '/api/agents', items: 'entries', text: '{name}' },
    ]),
  ],
  '/workflows': [
    'Workflows',
    send('POST /api/workflows', 'Save workflow', [
      name,
      { label: 'Action', name: 'action', values: offeredActions(shop) },
    ]),
    {
      kind: 'table',
      label: 'Workflows',
      from: '/api/workflows',
      items: 'workflows',
      columns: { Name: 'name', 'First action': '{actions.0.type}' },
    },
  ],
})

/** What stands below the parts of a page. */
const more: Readonly<Record<string, Markup>> = {
  '/dashboard': html`<button type="button" data-refresh>Refresh</button>`,
  '/orders': html`<p data-total aria-live="polite"></p>
<nav aria-label="Pages"><button type="button" data-step="-1">Previous page</button> <span data-position></span> <button type="button" data-step="1">Next page</button></nav>`,
  '/workflows': html`<p role="note">Additional actions coming soon</p>`,
}

const checkout = (slug: string) =>
  send(
    `POST /api/public/forms/${slug}/orders`,
    'Order now',
    [
      { label: 'Name', name: 'customer' },
      { label: 'Phone', name: 'phone', type: 'tel' },
      { label: 'Address', name: 'address' },
      { label: 'Amount', name: 'amount', type: 'number', value: '49' },
    ],
    '{message}. Its number is #{number}.',
  )

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
  const assets = createPageAssets({
    folder: import.meta.dirname,
    moreStyle: broken('COD-28') ? '@media (max-width: 420px) { main button { display: none } }' : '',
  })
  const framed = framedPages({ name: 'COD Admin', assets })
  const head = html`<meta name="build" content="${JSON.stringify(build)}">`
  return [
    ...assets.routes,
    ...Object.entries(pages(shop)).map(([path, [title, ...parts]]) => {
      const body = html`${parts.map(part => markupOf(part))}${more[path] ?? ''}`
      const markup = framed({ title, body, head, links, actions: signOutButton })
      return route('GET', path, () => ({ html: markup }))
    }),
    route('GET', '/forms/:slug', call => {
      const slug = call.params['slug']!
      const title = forms.get(slug)
      if (!title) throw new Refusal(404)
      return { html: framed({ title, body: markupOf(checkout(slug)), head }) }
    }),
  ]
}
