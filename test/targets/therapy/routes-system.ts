import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssets } from '../kit/assets.ts'
import { Refusal, type Route, route } from '../kit/http.ts'
import { largestIcon, pwaRoutes } from '../kit/pwa.ts'
import { isSignedWebhook } from '../kit/webhook-signature.ts'
import { type Clinic, refuseErrors, routesFor, unless } from './clinic.ts'
import { webhookSecret } from './money.ts'

export const colour = '#1a5f4a'
const forEver = { 'cache-control': 'public, max-age=31536000, immutable' }

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
const style = { name: 'style.css', type: 'text/css; charset=utf-8', text: read('../kit/base.css') + read('style.css') }
const scripts = ['app.js', 'room.js'].map(name => ({ name, type: 'text/javascript; charset=utf-8', text: read(name) }))
const assetsWith = (headers: Readonly<Record<string, string>>) => createAssets([style, ...scripts], headers)
export const assetPath: (name: string) => string = assetsWith(forEver).path

/** Health, version, assets, the installable application. */
export function systemRoutes({ broken, parts, queries, revision }: Clinic, offlinePage: string): readonly Route[] {
  const pwa = pwaRoutes({ name: 'Therapy', colour, offlinePage, keep: [assetPath('style.css')], start: '/dashboard' })
  return [
    route('GET', '/api/health', () => {
      // The fault needs a part that is down, and only health may say so.
      const state = (part: 'database' | 'video' | 'payments') =>
        parts.isDown(part) || (part === 'video' && broken('THR-18')) ? 'error' : 'ok'
      const states = { database: state('database'), video: state('video'), payments: state('payments') }
      const isOk = Object.values(states).every(item => item === 'ok') || broken('THR-18')
      return {
        status: isOk ? 200 : 503,
        json: {
          status: isOk ? 'ok' : 'degraded',
          parts: {
            database: { status: states.database, queryMs: { p95: queries.p95() } },
            video: { status: states.video },
            payments: { status: states.payments },
          },
        },
      }
    }),
    route('GET', '/api/version', () => ({ json: { revision: revision.current } })),
    ...assetsWith(broken('THR-28') ? {} : forEver).routes,
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
      const body = await call.bytes()
      const isSigned = isSignedWebhook(webhookSecret, body, call.header('x-payment-signature'), clock.now())
      if (!isSigned && !broken('THR-08'))
        throw new Refusal(401, { error: 'The signature is missing, wrong or too old' })
      const { id, type, data } = parse(body)
      if (type === 'payment.paid') money.hear(String(id), String(data?.reference), 'paid')
      if (type === 'payment.refunded') money.hear(String(id), String(data?.reference), 'refunded')
      return { json: { message: 'noted' } }
    }),
  ]
}

interface PaymentEvent {
  readonly id?: string
  readonly type?: string
  readonly data?: { readonly reference?: string }
}

function parse(body: Buffer): PaymentEvent {
  try {
    return JSON.parse(body.toString()) as PaymentEvent
  } catch {
    throw new Refusal(400, { error: 'expected JSON' })
  }
}
