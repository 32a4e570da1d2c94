import type { Stamp } from '../kit/collection.ts'
import { refuseErrors, textErrors, unless } from '../kit/field-errors.ts'
import { readFields } from '../kit/fields.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { openTransaction, readPaymentEvent } from '../kit/payment-client.ts'
import type { Account } from './accounts.ts'
import { currency, findTier, services } from './catalogue.ts'
import {
  owned,
  ownedRoutes,
  type Payment,
  type Platform,
  providerKey,
  type ServiceRequest,
  signedRoutes,
  webhookSecret,
} from './platform.ts'

/** What has to be known of every payment. */
const paymentFields = ['amount', 'currency', 'billing_name', 'billing_email'] as const

const show = ({ owner: _, createdAt: __, checkoutUrl, ...payment }: Payment & Stamp) => ({
  ...payment,
  checkout_url: checkoutUrl,
})

/** Payments of tiers, and what the provider tells. */
export function paymentRoutes(platform: Platform): readonly Route[] {
  const { assessments, broken, payments, requests } = platform
  const signed = signedRoutes(platform)

  /** The customer has paid: what was bought is given. */
  const fulfil = ({ subject, tier = 0 }: Payment) => {
    const assessment = assessments.get(subject)
    if (assessment) assessments.change(subject, { tier: Math.max(assessment.tier, tier) })
    if (!broken('ASM-03')) requests.change(subject, { state: 'paid' })
  }

  return [
    signed('POST', '/api/payments', async (call, account) => {
      const fields = await readPayment(platform, call, ['assessment_id', 'tier'])
      const assessment = owned(assessments, String(fields['assessment_id']), account)
      const tier = findTier(assessment.area, Number(fields['tier']))
      if (!tier) throw new Refusal(404)
      refuseErrors(unless(!broken('ASM-01'), 'payment_intent', 'field required'))
      const bought = { subject: assessment.id, tier: tier.tier }
      return { status: 201, json: show(await prepare(platform, account, fields, tier.price, bought)) }
    }),
    signed('GET', '/api/payments/:id', (call, account) => ({
      json: show(owned(payments, call.params['id'], account)),
    })),
    route('POST', '/api/webhooks/payments', async call => {
      // The provider lives in the machine's time, whatever the platform's clock says.
      const { isPaid, reference } = await readPaymentEvent(call, { secret: webhookSecret, now: Date.now() })
      const payment = payments.get(reference)
      const state = isPaid ? 'succeeded' : 'cancelled'
      // Told twice, done once.
      if (!payment || payment.state === state) return { status: 204 }
      payments.change(payment.id, { state })
      if (isPaid) fulfil(payment)
      return { status: 204 }
    }),
    ...requestRoutes(platform),
  ]
}

/** Service requests and their payments. */
function requestRoutes(platform: Platform): readonly Route[] {
  const { broken, requests } = platform
  const path = '/api/service-requests'
  const signed = signedRoutes(platform)
  const showRequest = ({ owner: _, createdAt, ...request }: ServiceRequest & Stamp) => ({
    ...request,
    created_at: createdAt,
  })
  const htmlError = { status: 404, html: '<!doctype html><title>Not found</title><h1>Not found</h1>' }

  return [
    signed('POST', path, async (call, account) => {
      const { service, description } = await readFields(call)
      const offered = services.find(({ id }) => id === service)
      refuseErrors([
        ...unless(offered !== undefined, 'service', 'expected a service of the catalogue'),
        ...textErrors('description', description, 500),
      ])
      const wanted = { service: String(service), description: String(description), price: offered!.price }
      return { status: 201, json: showRequest(requests.add({ ...wanted, owner: account.id, state: 'open' })) }
    }),
    ...ownedRoutes(platform, {
      path,
      name: 'service_requests',
      entries: requests,
      show: showRequest,
      missing: broken('ASM-09') ? htmlError : undefined,
    }),
    signed('POST', `${path}/:id/payments`, async (call, account) => {
      const request = owned(requests, call.params['id'], account)
      const fields = await readPayment(platform, call)
      if (request.state === 'paid') throw new Refusal(409, { detail: 'it is paid already' })
      const payment = await prepare(platform, account, fields, request.price, { subject: request.id })
      return { status: 201, json: show(payment) }
    }),
  ]
}

async function readPayment({ broken }: Platform, call: Call, more: readonly string[] = []) {
  const fields = await readFields(call)
  const isGiven = (name: string) => fields[name] !== undefined && fields[name] !== ''
  const missing = [...more, ...paymentFields].flatMap(name => unless(isGiven(name), name, 'field required'))
  if (missing.length > 0 && broken('ASM-02')) throw new Error('parameter_missing')
  refuseErrors(missing)
  return fields
}

/** Tells the provider of a payment; the customer then pays on the provider's page. */
async function prepare(
  { parts, payments, provider }: Platform,
  account: Account,
  fields: Readonly<Record<string, unknown>>,
  price: number,
  bought: Pick<Payment, 'subject' | 'tier'>,
): Promise<Payment & Stamp> {
  refuseErrors([
    ...unless(Number(fields['amount']) === price, 'amount', `expected ${price}`),
    ...unless(fields['currency'] === currency, 'currency', `expected ${currency}`),
  ])
  const unavailable = () => new Refusal(503, { detail: 'the payment provider does not answer' })
  if (parts.isDown('payments')) throw unavailable()
  const given = { ...bought, owner: account.id, amount: price, currency, checkoutUrl: '' }
  const payment = payments.add({ ...given, state: 'pending' })
  const returnUrl = String(fields['return_url'] ?? 'http://localhost/')
  const transaction = { reference: payment.id, amount: price, currency, returnUrl }
  const checkoutUrl = await openTransaction({ url: provider.url, key: providerKey }, transaction)
  const opened = checkoutUrl === undefined ? undefined : payments.change(payment.id, { checkoutUrl })
  if (opened) return opened
  payments.remove(payment.id)
  throw unavailable()
}
