import { created, found, idOf } from '../kit/answers.ts'
import type { Stamp } from '../kit/collection.ts'
import { refuseErrors, textErrors, unless } from '../kit/field-errors.ts'
import { readFields } from '../kit/fields.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { currency, findTier, services } from './catalogue.ts'
import {
  type Bought,
  owned,
  ownedRoutes,
  type Payment,
  type Platform,
  type ServiceRequest,
  signedRoutes,
} from './platform.ts'

/** What has to be known of every payment. */
const paymentFields = ['amount', 'currency', 'billing_name', 'billing_email'] as const

const show = ({ owner: _, createdAt: __, checkoutUrl, state, ...payment }: Payment) => ({
  ...payment,
  state: state === 'paid' ? 'succeeded' : state,
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
      const tier = found(findTier(assessment.area, Number(fields['tier'])))
      refuseErrors(unless(!broken('ASM-01'), 'payment_intent', 'field required'))
      const bought = { owner: account.id, subject: assessment.id, tier: tier.tier }
      return created(show(await prepare(platform, bought, fields, tier.price)))
    }),
    signed('GET', '/api/payments/:id', (call, account) => ({
      json: show(owned(payments, idOf(call), account)),
    })),
    route('POST', '/api/webhooks/payments', async call => {
      const { payment, state } = await payments.hear(call)
      // Told twice, done once.
      if (payment?.state === 'pending' && state === 'paid') fulfil(payment)
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
      return created(showRequest(requests.add({ ...wanted, owner: account.id, state: 'open' })))
    }),
    ...ownedRoutes(platform, {
      path,
      name: 'service_requests',
      entries: requests,
      show: showRequest,
      missing: broken('ASM-09') ? htmlError : undefined,
    }),
    signed('POST', `${path}/:id/payments`, async (call, account) => {
      const request = owned(requests, idOf(call), account)
      const fields = await readPayment(platform, call)
      if (request.state === 'paid') throw new Refusal(409, { detail: 'it is paid already' })
      const bought = { owner: account.id, subject: request.id }
      return created(show(await prepare(platform, bought, fields, request.price)))
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
  { parts, payments }: Platform,
  bought: Bought,
  fields: Readonly<Record<string, unknown>>,
  price: number,
): Promise<Payment> {
  refuseErrors([
    ...unless(Number(fields['amount']) === price, 'amount', `expected ${price}`),
    ...unless(fields['currency'] === currency, 'currency', `expected ${currency}`),
  ])
  const returnUrl = String(fields['return_url'] ?? 'http://localhost/')
  const payment = parts.isDown('payments') ? undefined : await payments.open(bought, price, returnUrl)
  if (!payment) throw new Refusal(503, { detail: 'the payment provider does not answer' })
  return payment
}
