import { readFields } from '../kit/fields.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { isSignedWebhook } from '../kit/webhook-signature.ts'
import type { Account } from './accounts.ts'
import { currency, findTier, services } from './catalogue.ts'
import {
  type FieldError,
  owned,
  ownedBy,
  type Payment,
  type Platform,
  providerKey,
  refuseErrors,
  type ServiceRequest,
  signedIn,
  textErrors,
  webhookSecret,
} from './platform.ts'

/** What has to be known of every payment. */
const paymentFields = ['amount', 'currency', 'billing_name', 'billing_email'] as const

/** Payments of tiers, service requests and their payments, and what the provider tells. */
export function paymentRoutes(platform: Platform): readonly Route[] {
  const { assessments, broken, clock, payments, requests } = platform
  const show = ({ owner: _, checkoutUrl, ...payment }: Payment) => ({ ...payment, checkout_url: checkoutUrl })
  const showRequest = ({ owner: _, createdAt, ...request }: ServiceRequest) => ({ ...request, created_at: createdAt })

  /** The customer has paid: what was bought is given. */
  const fulfil = ({ subject, tier }: Payment) => {
    const assessment = assessments.get(subject)
    if (assessment) assessments.set(subject, { ...assessment, tier: Math.max(assessment.tier, tier ?? 0) })
    const request = requests.get(subject)
    if (request && !broken('ASM-03')) requests.set(subject, { ...request, state: 'paid' })
  }

  return [
    route(
      'POST',
      '/api/payments',
      signedIn(platform, async (call, account) => {
        const fields = await readPayment(platform, call, ['assessment_id', 'tier'])
        const assessment = owned(assessments, String(fields['assessment_id']), account)
        const tier = findTier(assessment.area, Number(fields['tier']))
        if (!tier) throw new Refusal(404)
        if (broken('ASM-01')) refuseErrors([{ field: 'payment_intent', message: 'field required' }])
        const bought = { subject: assessment.id, tier: tier.tier }
        return { status: 201, json: show(await prepare(platform, account, fields, tier.price, bought)) }
      }),
    ),
    route(
      'GET',
      '/api/payments/:id',
      signedIn(platform, (call, account) => ({ json: show(owned(payments, call.params['id'], account)) })),
    ),
    route('POST', '/api/webhooks/payments', async call => {
      const body = await call.bytes()
      // The provider lives in the machine's time, whatever the platform's clock says.
      if (!isSignedWebhook(webhookSecret, body, call.header('x-payment-signature'), Date.now())) throw new Refusal(401)
      const { type, data } = JSON.parse(body.toString()) as { type: string; data: { reference: string } }
      const payment = payments.get(data.reference)
      const state = type === 'payment.paid' ? 'succeeded' : 'cancelled'
      // Told twice, done once.
      if (!payment || payment.state === state) return { status: 204 }
      payments.set(payment.id, { ...payment, state })
      if (state === 'succeeded') fulfil(payment)
      return { status: 204 }
    }),
    route(
      'POST',
      '/api/service-requests',
      signedIn(platform, async (call, account) => {
        const { service, description } = await readFields(call)
        const offered = services.find(({ id }) => id === service)
        refuseErrors([
          ...(offered ? [] : [{ field: 'service', message: 'expected a service of the catalogue' }]),
          ...textErrors('description', description, 500),
        ])
        const request = {
          id: platform.nextId('request'),
          owner: account.id,
          service: String(service),
          description: String(description),
          price: offered!.price,
          state: 'open' as const,
          createdAt: new Date(clock.now()).toISOString(),
        }
        requests.set(request.id, request)
        return { status: 201, json: showRequest(request) }
      }),
    ),
    route(
      'GET',
      '/api/service-requests',
      signedIn(platform, (_, account) => {
        const own = ownedBy(account, requests)
        return { json: { service_requests: own.map(showRequest) } }
      }),
    ),
    route(
      'GET',
      '/api/service-requests/:id',
      signedIn(platform, (call, account) => {
        if (broken('ASM-09') && !requests.has(call.params['id']!)) {
          return { status: 404, html: '<!doctype html><title>Not found</title><h1>Not found</h1>' }
        }
        return { json: showRequest(owned(requests, call.params['id'], account)) }
      }),
    ),
    route(
      'POST',
      '/api/service-requests/:id/payments',
      signedIn(platform, async (call, account) => {
        const request = owned(requests, call.params['id'], account)
        const fields = await readPayment(platform, call)
        if (request.state === 'paid') throw new Refusal(409, { detail: 'it is paid already' })
        const payment = await prepare(platform, account, fields, request.price, { subject: request.id })
        return { status: 201, json: show(payment) }
      }),
    ),
    route(
      'DELETE',
      '/api/service-requests/:id',
      signedIn(platform, (call, account) => {
        requests.delete(owned(requests, call.params['id'], account).id)
        return { status: 204 }
      }),
    ),
  ]
}

async function readPayment({ broken }: Platform, call: Call, more: readonly string[] = []) {
  const fields = await readFields(call)
  const missing = [...more, ...paymentFields]
    .filter(name => fields[name] === undefined || fields[name] === '')
    .map((field): FieldError => ({ field, message: 'field required' }))
  if (missing.length > 0 && broken('ASM-02')) throw new Error('parameter_missing')
  refuseErrors(missing)
  return fields
}

/** Tells the provider of a payment; the customer then pays on the provider's page. */
async function prepare(
  { parts, payments, provider, nextId }: Platform,
  account: Account,
  fields: Readonly<Record<string, unknown>>,
  price: number,
  bought: Pick<Payment, 'subject' | 'tier'>,
): Promise<Payment> {
  refuseErrors([
    ...(Number(fields['amount']) === price ? [] : [{ field: 'amount', message: `expected ${price}` }]),
    ...(fields['currency'] === currency ? [] : [{ field: 'currency', message: `expected ${currency}` }]),
  ])
  const unavailable = () => new Refusal(503, { detail: 'the payment provider does not answer' })
  if (parts.isDown('payments')) throw unavailable()
  const id = nextId('payment')
  const returnUrl = String(fields['return_url'] ?? 'http://localhost/')
  const response = await fetch(`${provider.url}/transactions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${providerKey}` },
    body: JSON.stringify({ reference: id, amount: price, currency, returnUrl }),
  })
  if (!response.ok) throw unavailable()
  const { checkoutUrl } = (await response.json()) as { readonly checkoutUrl: string }
  const payment: Payment = {
    ...bought,
    id,
    owner: account.id,
    amount: price,
    currency,
    state: 'pending',
    checkoutUrl,
  }
  payments.set(id, payment)
  return payment
}
