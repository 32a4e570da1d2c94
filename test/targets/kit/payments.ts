import { type Collection, createCollection, type Stamp } from './collection.ts'
import type { Call } from './http.ts'
import type { Listener } from './listen.ts'
import { openTransaction, readPaymentEvent, transactionStatus } from './payment-client.ts'
import { listenPaymentProvider } from './payment-provider.ts'

export interface PaymentsOptions<Bought> {
  /** With which the provider is asked. */
  readonly key: string
  /** Of what the provider signs. */
  readonly webhookSecret: string
  readonly currency: string
  now(): number
  /** A payment was paid or refunded: once for each, however often it is heard of. Default: nothing happens. */
  settled?(payment: Payment<Bought>, state: string): void
}

/** `Bought`: what is paid for. */
export type Payment<Bought> = Bought &
  Stamp & {
    /** In the smallest unit of the currency. */
    readonly amount: number
    readonly currency: string
    /** `pending`, then as the provider says: `paid`, `refunded`, `cancelled`. */
    readonly state: string
    /** Where the customer pays. */
    readonly checkoutUrl: string
  }

/** Payments that a provider handles: told of at once, and asked about when the customer comes back. */
export function createPayments<Bought extends object>(options: PaymentsOptions<Bought>) {
  type Kept = Payment<Bought>
  const { key, webhookSecret, currency, now, settled } = options
  const provider = { url: '', key }
  const payments = createCollection('payment', now) as Collection<Omit<Kept, keyof Stamp>> as Collection<Kept>
  const heard = new Set<string>()
  const settle = (payment: Kept | undefined, state: string) => {
    const from = state === 'refunded' ? 'paid' : 'pending'
    if (payment?.state !== from) return
    payments.change(payment.id, { state } as Partial<Kept>)
    settled?.(payment, state)
  }
  return {
    /** Opens the provider, a stand-in. It tells of changes at `webhookUrl`. */
    async openProvider(place: { readonly host: string; readonly port: number }, webhookUrl: string): Promise<Listener> {
      const listener = await listenPaymentProvider({ ...place, key, webhookSecret, now, webhookUrl: () => webhookUrl })
      provider.url = listener.url
      return listener
    },
    /** One that was made before. */
    add: (bought: Bought, amount: number) =>
      payments.add({ ...bought, amount, currency, state: 'paid', checkoutUrl: '' } as Kept),
    list: payments.list,
    get: payments.get,
    get size() {
      return payments.size
    },
    /** Prepares a payment with the provider; undefined when the provider refuses. */
    async open(bought: Bought, amount: number, returnUrl: string): Promise<Kept | undefined> {
      const given = { ...bought, amount, currency, state: 'pending', checkoutUrl: '' }
      const { id } = payments.add(given as Kept)
      const checkoutUrl = await openTransaction(provider, { reference: id, amount, currency, returnUrl })
      if (checkoutUrl !== undefined) return payments.change(id, { checkoutUrl } as Partial<Kept>)
      payments.remove(id)
      return undefined
    },
    /** What the provider says became of a payment; undefined when the provider does not know it. */
    async verify(payment: Kept): Promise<string | undefined> {
      const state = await transactionStatus(provider, payment.id)
      if (state === 'paid') settle(payment, 'paid')
      return state
    },
    /** Takes what the provider tells, signed: the same event once. Answers what it was about, as it was before. */
    async hear(call: Call, believesAll = false) {
      const event = await readPaymentEvent(call, { secret: webhookSecret, now: now(), believesAll })
      const payment = payments.get(event.reference)
      const isNew = !heard.has(event.id)
      heard.add(event.id)
      if (isNew) settle(payment, event.state)
      return { payment, state: event.state }
    },
  }
}
