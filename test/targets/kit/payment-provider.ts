import { randomUUID } from 'node:crypto'
import { html, page } from './html.ts'
import { type Call, createService, type Handler, Refusal, type Route, route } from './http.ts'
import { type Listener, listen } from './listen.ts'
import { signWebhook } from './webhook-signature.ts'

export interface PaymentProviderOptions {
  readonly port: number
  readonly host?: string
  /** Bearer token of the shop. */
  readonly key: string
  /** Signs what the shop is told. */
  readonly webhookSecret: string
  now(): number
  /** Where the shop is told of changes; asked each time, because the shop may come up later. */
  webhookUrl(): string
}

type Status = 'pending' | 'paid' | 'cancelled' | 'refunded'

interface Transaction {
  readonly reference: string
  /** In the smallest unit of the currency. */
  readonly amount: number
  readonly currency: string
  readonly status: Status
  readonly returnUrl: string
  /** What the shop was told last. */
  readonly event?: Readonly<Record<string, unknown>>
}

/**
 * A stand-in for a payment provider, on a listener of its own.
 *
 * The shop, with its key as bearer token:
 * - `POST /transactions {"reference", "amount", "currency", "returnUrl"}`: `{…, "checkoutUrl"}`; 400 names what is missing
 * - `GET /transactions/:reference`: `{…, "status": "pending" | "paid" | "cancelled" | "refunded"}`
 * - `POST /transactions/:reference/refund`
 * - `POST /transactions/:reference/resend`: tells the shop once more, with the same id; answers the status that the shop gave
 *
 * The customer: `GET /checkout/:reference`, with buttons to pay and to cancel (`POST …/pay`, `POST …/cancel`), which lead back to
 * `returnUrl?reference=…`. The shop is told first: `POST {"id", "type": "payment.paid", "data": {"reference", "amount", …}}`, signed
 * in `x-payment-signature`.
 */
export function listenPaymentProvider(options: PaymentProviderOptions): Promise<Listener> {
  const transactions = new Map<string, Transaction>()
  const find = (call: Call) => {
    const found = transactions.get(call.params['reference']!)
    if (!found) throw new Refusal(404)
    return found
  }
  const change = async (before: Transaction, from: Status, status: Status) => {
    if (before.status !== from)
      throw new Refusal(409, { error: `expected a payment that is ${from}: ${before.status}` })
    const { reference, amount, currency } = before
    const event = {
      id: `evt_${randomUUID()}`,
      type: `payment.${status}`,
      data: { reference, amount, currency, status },
    }
    const after = { ...before, status, event }
    transactions.set(reference, after)
    await tell(options, event)
    return after
  }
  const checkoutUrl = (call: Call, { reference }: Transaction) =>
    `http://${call.header('host')}/checkout/${encodeURIComponent(reference)}`
  const shop =
    (handler: Handler): Handler =>
    call => {
      if (call.header('authorization') !== `Bearer ${options.key}`) throw new Refusal(401)
      return handler(call)
    }
  const back = ({ reference, returnUrl }: Transaction) => {
    const url = new URL(returnUrl)
    url.searchParams.set('reference', reference)
    return { status: 303, headers: { location: url.href } }
  }
  const routes: readonly Route[] = [
    route(
      'POST',
      '/transactions',
      shop(async call => {
        const transaction = readTransaction(await call.json())
        if (transactions.has(transaction.reference)) throw new Refusal(409, { error: 'the reference is used' })
        transactions.set(transaction.reference, transaction)
        return { status: 201, json: { ...transaction, checkoutUrl: checkoutUrl(call, transaction) } }
      }),
    ),
    route(
      'GET',
      '/transactions/:reference',
      shop(call => ({ json: find(call) })),
    ),
    route(
      'POST',
      '/transactions/:reference/refund',
      shop(async call => ({ json: await change(find(call), 'paid', 'refunded') })),
    ),
    route(
      'POST',
      '/transactions/:reference/resend',
      shop(async call => {
        const { event } = find(call)
        if (!event) throw new Refusal(409, { error: 'there was no event yet' })
        return { json: { status: await tell(options, event) } }
      }),
    ),
    route('GET', '/checkout/:reference', call => ({ html: checkoutPage(find(call)) })),
    route('POST', '/checkout/:reference/pay', async call => back(await change(find(call), 'pending', 'paid'))),
    route('POST', '/checkout/:reference/cancel', async call => back(await change(find(call), 'pending', 'cancelled'))),
  ]
  return listen(createService({ routes }), options)
}

function readTransaction(given: Readonly<Record<string, unknown>>): Transaction {
  const { reference, amount, currency, returnUrl } = given
  const wrong = [
    ...(typeof reference === 'string' && reference !== '' ? [] : ['reference']),
    ...(Number.isInteger(amount) && Number(amount) > 0 ? [] : ['amount']),
    ...(typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? [] : ['currency']),
    ...(URL.canParse(String(returnUrl)) ? [] : ['returnUrl']),
  ]
  if (wrong.length > 0) throw new Refusal(400, { error: `missing or wrong: ${wrong.join(', ')}` })
  return {
    reference: String(reference),
    amount: Number(amount),
    currency: String(currency),
    returnUrl: String(returnUrl),
    status: 'pending',
  }
}

/** The status that the shop answered; 0 when it cannot be reached. */
async function tell({ webhookSecret, webhookUrl, now }: PaymentProviderOptions, event: object): Promise<number> {
  const body = Buffer.from(JSON.stringify(event))
  const headers = {
    'content-type': 'application/json',
    'x-payment-signature': signWebhook(webhookSecret, body, now()),
  }
  try {
    return (await fetch(webhookUrl(), { method: 'POST', headers, body })).status
  } catch {
    return 0
  }
}

const checkoutPage = ({ reference, amount, currency, status }: Transaction) =>
  page({
    title: 'Payment',
    body: html`<main><h1>Payment</h1><p>${(amount / 100).toFixed(2)} ${currency}, ${reference}: ${status}</p>
<form method="post" action="/checkout/${encodeURIComponent(reference)}/pay"><button>Pay now</button></form>
<form method="post" action="/checkout/${encodeURIComponent(reference)}/cancel"><button>Cancel payment</button></form></main>`,
  })
