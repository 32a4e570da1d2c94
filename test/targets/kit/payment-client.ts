import { type Call, Refusal } from './http.ts'
import { isSignedWebhook } from './webhook-signature.ts'

export interface Provider {
  readonly url: string
  /** Bearer token of the shop. */
  readonly key: string
}

export interface NewTransaction {
  readonly reference: string
  /** In the smallest unit of the currency. */
  readonly amount: number
  readonly currency: string
  readonly returnUrl: string
}

/** Tells the provider of a payment. Answers where the customer pays, or undefined when the provider refuses. */
export async function openTransaction({ url, key }: Provider, transaction: NewTransaction) {
  const response = await fetch(`${url}/transactions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(transaction),
  })
  if (!response.ok) return undefined
  return ((await response.json()) as { readonly checkoutUrl: string }).checkoutUrl
}

/** What the provider tells of a payment; refused with 401 when nobody with the secret signed it, or long ago. `now` is in milliseconds. */
export async function readPaymentEvent(call: Call, secret: string, now: number) {
  const body = await call.bytes()
  if (!isSignedWebhook(secret, body, call.header('x-payment-signature'), now)) throw new Refusal(401)
  const { type, data } = JSON.parse(body.toString()) as { type: string; data: { reference: string } }
  return { isPaid: type === 'payment.paid', reference: data.reference }
}
