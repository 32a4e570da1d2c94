import { found } from '../kit/answers.ts'
import { createCollection } from '../kit/collection.ts'
import { Refusal } from '../kit/http.ts'
import { createPayments } from '../kit/payments.ts'
import type { TherapyBroken } from './faults.ts'
import type { People, Person } from './people.ts'

/** Secrets of the reference: a real platform has its own. */
export const providerKey = 'reference-payment-key'
const webhookSecret = 'reference-webhook-secret-that-is-long-enough-for-everybody-to-see-it'

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
}

/** Credits, which are bought, and invoices of what they were spent for. */
export function createMoney(now: () => number, broken: TherapyBroken, people: People) {
  const invoices = createCollection<Invoice>('invoice', now)
  let lastInvoice = 1_000
  const give = (member: string, credits: number) => {
    const person = people.byId(member)
    if (person) people.change(person, { credits: person.credits + credits })
  }
  const payments = createPayments<Purchase>({
    ...{ key: providerKey, webhookSecret, currency, now },
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
      const payment = found(payments.get(reference))
      const isPaid = (await payments.verify(payment)) === 'paid'
      // The fault believes whoever comes back.
      if (!isPaid && broken('THR-07')) give(payment.member, payment.credits)
      return isPaid || broken('THR-07')
    },
    /** A credit for a session. */
    spend({ id: member }: Person, session: string) {
      give(member, -1)
      if (broken('THR-09')) return undefined
      return invoices.add({ number: `INV-${++lastInvoice}`, member, session, amount: creditPrice })
    },
    give,
    paymentsOf: (member: string) => payments.list().filter(payment => payment.member === member),
    /** Newest first. */
    invoicesOf: (member: string) => invoices.list().filter(invoice => invoice.member === member),
    seed: (member: string, credits: number) => payments.add({ member, credits }, credits * creditPrice),
  }
}
