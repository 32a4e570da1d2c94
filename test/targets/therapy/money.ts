import { Refusal } from '../kit/http.ts'
import type { Provider } from '../kit/payment-client.ts'
import { createPayments } from '../kit/payments.ts'
import type { TherapyBroken } from './faults.ts'
import type { People, Person } from './people.ts'

/** Secrets of the reference: a real platform has its own. */
export const providerKey = 'reference-payment-key'
export const webhookSecret = 'reference-webhook-secret-that-is-long-enough-for-everybody-to-see-it'

const creditPrice = 2_000
const currency = 'EUR'
export const inMoney = (amount: number): string => `${(amount / 100).toFixed(2)} ${currency}`

export interface Purchase {
  readonly member: string
  readonly credits: number
}

/** For a session that was paid with a credit. */
export interface Invoice {
  readonly number: string
  readonly member: string
  readonly session: string
  readonly amount: number
  readonly at: number
}

interface MoneyOptions {
  readonly people: People
  readonly broken: TherapyBroken
  now(): number
  readonly provider: () => Provider
}

/** Credits, which are bought, and invoices of what they were spent for. */
export function createMoney({ people, broken, now, provider }: MoneyOptions) {
  const invoices: Invoice[] = []
  const give = (member: string, credits: number) => {
    const person = people.byId(member)
    if (person) people.change(person, { credits: person.credits + credits })
  }
  const payments = createPayments<Purchase>({
    ...{ provider, webhookSecret, currency, now },
    settled({ member, credits }, state) {
      if (state === 'paid') give(member, credits)
      if (state === 'refunded') give(member, -credits)
    },
  })
  return {
    payments,
    /** Prepares a purchase; refused with 502 when the provider does so. */
    async buy({ id: member }: Person, credits: number, returnUrl: string) {
      const payment = await payments.open({ member, credits }, credits * creditPrice, returnUrl)
      if (!payment) throw new Refusal(502, { error: 'The payment provider refused' })
      return payment
    },
    /** The customer came back: whether the provider says that it was paid. */
    async isPaid(reference: string): Promise<boolean> {
      const payment = payments.get(reference)
      if (!payment) throw new Refusal(404)
      const isPaid = (await payments.verify(payment)) === 'paid'
      // The fault believes whoever comes back.
      if (!isPaid && broken('THR-07')) give(payment.member, payment.credits)
      return isPaid || broken('THR-07')
    },
    /** A credit for a session. */
    spend({ id: member }: Person, session: string): Invoice | undefined {
      give(member, -1)
      if (broken('THR-09')) return undefined
      const invoice = { number: `INV-${1_001 + invoices.length}`, member, session, amount: creditPrice, at: now() }
      invoices.push(invoice)
      return invoice
    },
    give,
    paymentsOf: (member: string) => payments.list().filter(payment => payment.member === member),
    /** Newest first. */
    invoicesOf: (member: string) => invoices.toReversed().filter(invoice => invoice.member === member),
    seed: (member: string, credits: number) => payments.add({ member, credits }, credits * creditPrice),
  }
}

export type Money = ReturnType<typeof createMoney>
