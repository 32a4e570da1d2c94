import { randomUUID } from 'node:crypto'
import { Refusal } from '../kit/http.ts'
import { openTransaction, transactionStatus } from '../kit/payment-client.ts'
import type { TherapyBroken } from './faults.ts'
import type { People, Person } from './people.ts'

/** Secrets of the reference: a real platform has its own. */
export const providerKey = 'reference-payment-key'
export const webhookSecret = 'reference-webhook-secret-that-is-long-enough-for-everybody-to-see-it'

const creditPrice = 2_000
export const currency = 'EUR'
export const inMoney = (amount: number): string => `${(amount / 100).toFixed(2)} ${currency}`

/** A purchase of credits. */
interface Payment {
  readonly reference: string
  readonly member: string
  readonly credits: number
  readonly amount: number
  readonly state: 'pending' | 'paid' | 'refunded'
  readonly at: number
}

/** For a session that was paid with a credit. */
interface Invoice {
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
  /** Address of the payment provider. */
  readonly provider: { url: string }
}

export function createMoney({ people, broken, now, provider }: MoneyOptions) {
  const payments = new Map<string, Payment>()
  const invoices: Invoice[] = []
  const seenEvents = new Set<string>()

  const shop = () => ({ url: provider.url, key: providerKey })
  const answered = (found: string | undefined): string => {
    if (found === undefined) throw new Refusal(502, { error: 'The payment provider refused' })
    return found
  }
  const give = (member: string, credits: number) => {
    const person = people.byId(member)
    if (person) people.change(person, { credits: person.credits + credits })
  }
  /** Counts a payment once, however often it is heard of. */
  const settle = (reference: string, state: 'paid' | 'refunded') => {
    const payment = payments.get(reference)
    const from = state === 'paid' ? 'pending' : 'paid'
    if (payment?.state !== from) return
    payments.set(reference, { ...payment, state })
    give(payment.member, state === 'paid' ? payment.credits : -payment.credits)
  }

  return {
    async buy(person: Person, credits: number, returnUrl: string) {
      const reference = `credits-${randomUUID()}`
      const amount = credits * creditPrice
      const next = answered(await openTransaction(shop(), { reference, amount, currency, returnUrl }))
      payments.set(reference, { reference, member: person.id, credits, amount, state: 'pending', at: now() })
      return { reference, next }
    },
    /** The customer came back: the provider says what became of the payment. */
    async verify(reference: string): Promise<boolean> {
      const payment = payments.get(reference)
      if (!payment) throw new Refusal(404)
      const isPaid = answered(await transactionStatus(shop(), reference)) === 'paid' || broken('THR-07')
      if (isPaid) settle(reference, 'paid')
      return isPaid
    },
    /** An event that the provider signed. */
    hear({ id, reference }: { readonly id: string; readonly reference: string }, state: 'paid' | 'refunded'): void {
      const payment = payments.get(reference)
      if (broken('THR-08') && payment?.state === 'paid' && state === 'paid') give(payment.member, payment.credits)
      if (seenEvents.has(id)) return
      seenEvents.add(id)
      settle(reference, state)
    },
    /** A credit for a session. */
    spend(person: Person, session: string): Invoice | undefined {
      give(person.id, -1)
      if (broken('THR-09')) return undefined
      const number = `INV-${1_001 + invoices.length}`
      const invoice = { number, member: person.id, session, amount: creditPrice, at: now() }
      invoices.push(invoice)
      return invoice
    },
    giveBack: (member: string) => give(member, 1),
    /** Newest first. */
    paymentsOf: (member?: string) =>
      [...payments.values()].reverse().filter(payment => member === undefined || payment.member === member),
    invoicesOf: (member: string) => invoices.toReversed().filter(invoice => invoice.member === member),
    /** Payments that are there at the start. */
    seed(member: string, credits: number) {
      const reference = `credits-seed-${payments.size + 1}`
      payments.set(reference, { reference, member, credits, amount: credits * creditPrice, state: 'paid', at: now() })
    },
  }
}

export type Money = ReturnType<typeof createMoney>
