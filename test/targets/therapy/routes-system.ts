import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal, type Route, route } from '../kit/http.ts'
import { largestIcon, pwaRoutes } from '../kit/pwa.ts'
import { isSignedWebhook } from '../kit/webhook-signature.ts'
import { type Clinic, only, refuseErrors, unless } from './clinic.ts'
import { webhookSecret } from './money.ts'

export const colour = '#1a5f4a'
const types = { css: 'text/css', js: 'text/javascript' }

/** Scripts and style with their hash in the name, so that a browser may keep them for ever. */
const files = ['style.css', 'app.js', 'room.js'].map(name => {
  const bytes = readFileSync(join(import.meta.dirname, name))
  const [stem, extension] = name.split('.') as [string, 'css' | 'js']
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 10)
  return { name, bytes, path: `/assets/${stem}.${hash}.${extension}`, type: `${types[extension]}; charset=utf-8` }
})
export const assetPath = (name: string): string => files.find(file => file.name === name)!.path

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
    ...files.map(({ path, bytes, type }) =>
      route('GET', path, () => ({
        bytes,
        type,
        headers: broken('THR-28') ? {} : { 'cache-control': 'public, max-age=31536000, immutable' },
      })),
    ),
    ...(broken('THR-21') ? pwa.filter(({ path }) => !path.test(largestIcon)) : pwa),
  ]
}

/** Buying credits, and what the payment provider tells. */
export function moneyRoutes(clinic: Clinic): readonly Route[] {
  const { broken, clock, money, parts } = clinic
  return [
    route(
      'POST',
      '/api/credits',
      only(clinic, ['member'], async (call, member) => {
        const credits = Number((await call.json())['credits'])
        refuseErrors(unless(Number.isInteger(credits) && credits >= 1 && credits <= 100, 'credits', 'Enter 1 to 100'))
        if (parts.isDown('payments')) throw new Refusal(503, { error: 'The payment provider is down' })
        const origin = call.header('origin') || `http://${call.header('host')}`
        return { status: 201, json: await money.buy(member, credits, `${origin}/credits/return`) }
      }),
    ),
    route(
      'GET',
      '/api/payments',
      only(clinic, ['member'], (_, member) => ({
        json: { payments: money.paymentsOf(member.id), invoices: money.invoicesOf(member.id) },
      })),
    ),
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
