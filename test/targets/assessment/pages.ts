import { framedPages, signOutButton } from '../kit/frame.ts'
import { html, type Markup } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { createPageAssets } from '../kit/page-assets.ts'
import { markupOf, type Part } from '../kit/page-parts.ts'
import { areas, services } from './catalogue.ts'
import type { Platform } from './platform.ts'

/** Of ASM-31: on a phone the button is beside the screen, and nothing scrolls there. */
const lostButton = '@media (max-width: 480px) { body { overflow-x: hidden } .pay button { margin-left: 120vw } }'

const links = [
  ['/assessments', 'Assessments'],
  ['/requests', 'Services'],
] as const

const send = (call: string, button: string, given: Pick<Part & { kind: 'send' }, 'fields' | 'next' | 'thanks'>) =>
  markupOf({ kind: 'send', call, button, ...given })
const figures = (from: string, names: Readonly<Record<string, string>>) => markupOf({ kind: 'figures', from, names })
const select = (label: string, name: string, items: readonly { readonly id: string; readonly title: string }[]) => ({
  label,
  name,
  values: items.map(({ id, title }) => [id, title] as const),
})

const credentials = [
  { label: 'E-mail', name: 'email', type: 'email' },
  { label: 'Password', name: 'password', type: 'password' },
]
const need = { label: 'What do you need?', name: 'description' }
const startsHere = { fields: [select('Area', 'area', areas)], next: '/assessments/{id}' }
const asksHere = { fields: [select('Service', 'service', services), need], next: '/requests/{id}' }
const result = { Area: 'area', Score: '{result.score} of 100', Level: '{result.level}' }

const payment = (call: string) => {
  const fields = [
    { label: 'Name on the invoice', name: 'billing_name' },
    { label: 'E-mail for the receipt', name: 'billing_email', type: 'email' },
  ]
  return html`<div class="pay" hidden><p>Price: <strong data-price></strong></p>${send(call, 'Pay now', { fields, next: '{checkout_url}' })}</div>`
}

/** Path, title and content. */
const pages: readonly (readonly [string, string, Markup])[] = [
  ['/', 'Sign in', send('POST /api/auth/login', 'Sign in', { fields: credentials })],
  [
    '/assessments',
    'Assessments',
    html`${send('POST /api/assessments', 'Start assessment', startsHere)}
<ul aria-label="Assessments" data-assessments></ul>`,
  ],
  [
    '/assessments/:id',
    'Assessment',
    html`${figures('/api/assessments/{page}', result)}
<form data-api="POST /api/assessments/{page}/tiers/{tier}/responses" data-thanks="The answers are saved" novalidate>
<h2 data-tier></h2><input name="tier" type="hidden"><div role="group" aria-label="Questions" data-questions></div><button>Save answers</button></form>
<h2>Next tier</h2>${payment('POST /api/payments')}
<h2>AI help</h2>${send('POST /api/ai/help', 'Ask', { fields: [{ label: 'Question', name: 'question' }], thanks: '{answer}' })}`,
  ],
  ['/requests', 'Request a service', send('POST /api/service-requests', 'Request service', asksHere)],
  [
    '/requests/:id',
    'Service request',
    html`${figures('/api/service-requests/{page}', { Service: 'service', Need: 'description', State: 'state' })}
${payment('POST /api/service-requests/{page}/payments')}`,
  ],
]

/** The pages; what they show comes from the API, as in the platform's own front end. */
export function pageRoutes({ broken }: Platform): readonly Route[] {
  const assets = createPageAssets({
    folder: import.meta.dirname,
    moreStyle: broken('ASM-31') ? lostButton : '',
    isKept: !broken('ASM-32'),
  })
  const framed = framedPages({ name: 'Assessments', assets })
  const routes = pages.map(([path, title, body]) => {
    const markup = framed({ title, body, links, actions: signOutButton })
    return route('GET', path, () => ({ html: markup }))
  })
  return [...assets.routes, ...routes]
}
