import { type Call, Refusal } from './http.ts'
import { isSignedWebhook } from './webhook-signature.ts'

interface Provider {
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

/** What became of a payment, as the provider says: `paid`. Undefined when the provider does not know it. */
export async function transactionStatus({ url, key }: Provider, reference: string) {
  const response = await fetch(`${url}/transactions/${encodeURIComponent(reference)}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  if (!response.ok) return undefined
  return ((await response.json()) as { readonly status: string }).status
}

interface PaymentEvent {
  readonly id?: string
  readonly type?: string
  readonly data?: { readonly reference?: string }
}

interface EventOptions {
  readonly secret: string
  /** Milliseconds. */
  readonly now: number
  /** Everything is believed: a fault. Default: false. */
  readonly believesAll?: boolean
}

/** What the provider tells of a payment; refused with 401 when nobody with the secret signed it, or long ago. */
export async function readPaymentEvent(call: Call, { secret, now, believesAll = false }: EventOptions) {
  const body = await call.bytes()
  const isSigned = isSignedWebhook(secret, body, call.header('x-payment-signature'), now)
  if (!isSigned && !believesAll) throw new Refusal(401)
  const { id, type, data } = parse(body)
  return {
    id: String(id),
    /** `paid`, `refunded`, `cancelled`. */
    state: String(type).replace('payment.', ''),
    reference: String(data?.reference),
  }
}

function parse(body: Buffer): PaymentEvent {
  try {
    return JSON.parse(body.toString()) as PaymentEvent
  } catch {
    throw new Refusal(400, { error: 'expected JSON' })
  }
}
