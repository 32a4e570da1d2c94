import { created } from '../kit/answers.ts'
import { refuseErrors, unless } from '../kit/field-errors.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { largestIcon, pwaRoutes } from '../kit/pwa.ts'
import { type Clinic, type PartName, routesFor } from './clinic.ts'
import { assetsWith, colour, keptAssets } from './layout.ts'
import { offlinePage } from './pages.ts'

/** Health, version, assets, the installable application. */
export function systemRoutes({ broken, parts, queries, revision }: Clinic): readonly Route[] {
  const keep = [keptAssets.path('style.css')]
  const pwa = pwaRoutes({ name: 'Therapy', colour, offlinePage: offlinePage(), keep, start: '/dashboard' })
  return [
    route('GET', '/api/health', () => {
      // The fault needs a part that is down, and only health may say so.
      const state = (part: PartName) => {
        const isDown = parts.isDown(part) || (part === 'video' && broken('THR-18'))
        return { status: isDown ? 'error' : 'ok' }
      }
      const states = { database: state('database'), video: state('video'), payments: state('payments') }
      const isOk = Object.values(states).every(({ status }) => status === 'ok') || broken('THR-18')
      const database = { ...states.database, queryMs: { p95: queries.p95() + (broken('THR-25') ? 300 : 0) } }
      return {
        status: isOk ? 200 : 503,
        json: { status: isOk ? 'ok' : 'degraded', parts: { ...states, database } },
      }
    }),
    route('GET', '/api/version', () => ({ json: { revision: revision.current } })),
    ...(broken('THR-28') ? assetsWith({}) : keptAssets).routes,
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
