import { created } from '../kit/answers.ts'
import { refuseErrors, unless } from '../kit/field-errors.ts'
import { html } from '../kit/html.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { largestIcon, pwaRoutes } from '../kit/pwa.ts'
import { type Clinic, routesFor } from './clinic.ts'
import { colour, layout } from './layout.ts'

/** Health, version, assets, the installable application. */
export function systemRoutes(clinic: Clinic): readonly Route[] {
  const { assets, broken, parts, queries, revision } = clinic
  const keep = [assets.path('style.css')]
  const offlinePage = layout(clinic, {
    title: 'You are offline',
    body: html`<p>Your sessions come back with the network.</p>`,
  })
  const pwa = pwaRoutes({ name: 'Therapy', colour, offlinePage, keep, start: '/dashboard' })
  return [
    route('GET', '/api/health', () => {
      const { httpStatus, status, states } = parts.health(broken('THR-18') ? 'video' : undefined)
      const queryMs = { p95: queries.p95() + (broken('THR-25') ? 300 : 0) }
      const { database, video, payments } = states
      const each = { database: { status: database, queryMs }, video: { status: video }, payments: { status: payments } }
      return { status: httpStatus, json: { status, parts: each } }
    }),
    route('GET', '/api/version', () => ({ json: { revision: revision.current } })),
    ...assets.routes,
    ...(broken('THR-21') ? pwa.filter(({ path }) => !path.test(largestIcon)) : pwa),
  ]
}

/** Buying credits, and what the payment provider tells. */
export function moneyRoutes(clinic: Clinic): readonly Route[] {
  const { broken, money, parts } = clinic
  const member = routesFor(clinic, 'member')
  return [
    member('POST', '/api/credits', async (call, member) => {
      const credits = Number((await call.json())['credits'])
      refuseErrors(unless(Number.isInteger(credits) && credits >= 1 && credits <= 100, 'credits', 'Enter 1 to 100'))
      if (parts.isDown('payments')) throw new Refusal(503, { error: 'The payment provider is down' })
      const origin = call.header('origin') || `http://${call.header('host')}`
      const { id: reference, checkoutUrl: next } = await money.buy(member, credits, `${origin}/credits/return`)
      return created({ reference, next })
    }),
    route('POST', '/api/webhooks/payments', async call => {
      const { payment, state } = await money.payments.hear(call, broken('THR-08'))
      if (broken('THR-08') && state === 'paid' && payment?.state === 'paid') money.give(payment.member, payment.credits)
      return { json: { message: 'noted' } }
    }),
  ]
}
