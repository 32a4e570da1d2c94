import { refuseErrors, unless } from '../kit/field-errors.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { createPageAssets, forEver } from '../kit/page-assets.ts'
import { readPaymentEvent } from '../kit/payment-client.ts'
import { largestIcon, pwaRoutes } from '../kit/pwa.ts'
import { type Clinic, type PartName, routesFor } from './clinic.ts'
import { webhookSecret } from './money.ts'

export const colour = '#1a5f4a'

const assetsWith = (headers: Readonly<Record<string, string>>) =>
  createPageAssets({ folder: import.meta.dirname, scripts: ['app.js', 'room.js'], headers })
const keptAssets = assetsWith({ 'cache-control': forEver })
export const assetPath: (name: string) => string = keptAssets.path

/** Health, version, assets, the installable application. */
export function systemRoutes({ broken, parts, queries, revision }: Clinic, offlinePage: string): readonly Route[] {
  const pwa = pwaRoutes({ name: 'Therapy', colour, offlinePage, keep: [assetPath('style.css')], start: '/dashboard' })
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
  const { broken, clock, money, parts } = clinic
  const member = routesFor(clinic, 'member')
  return [
    member('POST', '/api/credits', async (call, member) => {
      const credits = Number((await call.json())['credits'])
      refuseErrors(unless(Number.isInteger(credits) && credits >= 1 && credits <= 100, 'credits', 'Enter 1 to 100'))
      if (parts.isDown('payments')) throw new Refusal(503, { error: 'The payment provider is down' })
      const origin = call.header('origin') || `http://${call.header('host')}`
      return { status: 201, json: await money.buy(member, credits, `${origin}/credits/return`) }
    }),
    member('GET', '/api/payments', (_, member) => ({
      json: { payments: money.paymentsOf(member.id), invoices: money.invoicesOf(member.id) },
    })),
    route('POST', '/api/webhooks/payments', async call => {
      const now = clock.now()
      const event = await readPaymentEvent(call, { secret: webhookSecret, now, believesAll: broken('THR-08') })
      if (event.isPaid) money.hear(event, 'paid')
      if (event.isRefunded) money.hear(event, 'refunded')
      return { json: { message: 'noted' } }
    }),
  ]
}
