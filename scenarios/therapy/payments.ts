import type { APIRequestContext } from 'playwright/test'
import { expect } from '../support/test.ts'
import type { Person } from './clinic.ts'
import { referencePaymentKey } from './reference.ts'

/** Of the provider's test mode; the reference system's where none is set. */
const key = process.env['THERAPY_PAYMENTS_KEY'] ?? referencePaymentKey

export interface Purchase {
  readonly reference: string
  /** Where the customer pays. */
  readonly next: string
}

/** The payment provider, in its test mode. */
export function createProvider(request: APIRequestContext, address: string, cleanup: (work: () => unknown) => void) {
  const headers = { authorization: `Bearer ${key}` }
  const transaction = (reference: string) => `${address}/transactions/${encodeURIComponent(reference)}`
  return {
    async buy(member: Person, credits: number): Promise<Purchase> {
      const response = await request.post('/api/credits', { headers: member.headers, data: { credits } })
      await expect(response, 'a purchase of credits').toBeOK()
      return response.json()
    },
    /** As the customer does, without following the way back. */
    async pay({ next }: Purchase): Promise<void> {
      const response = await request.post(`${next}/pay`, { maxRedirects: 0 })
      expect(response.status(), 'status of the payment').toBe(303)
    },
    /** Tells the platform once more what it was told already. */
    async resend({ reference }: Pick<Purchase, 'reference'>): Promise<void> {
      const response = await request.post(`${transaction(reference)}/resend`, { headers })
      await expect(response, 'the event, sent once more').toBeOK()
      const { status } = await response.json()
      expect(status, 'status that the platform gave to the repeated event').toBeLessThan(300)
    },
    /** Gives the money back after the test, and with it go the credits. */
    refundLater: (reference: string) => cleanup(() => request.post(`${transaction(reference)}/refund`, { headers })),
  }
}
