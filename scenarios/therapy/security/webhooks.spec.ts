import { createProvider } from '../payments.ts'
import { expect, test } from '../test.ts'

test('a payment is believed when it is signed, and counted once', { tag: '@THR-08' }, async ({
  request,
  address,
  clinic,
  member,
  cleanup,
}) => {
  const provider = createProvider(request, address('payments'), cleanup)
  const before = await clinic.creditsOf(member)
  const purchase = await provider.buy(member, 2)
  const data = { reference: purchase.reference, amount: 4_000, currency: 'EUR', status: 'paid' }
  const now = Math.floor(Date.now() / 1_000)

  for (const [what, headers] of [
    ['no signature', {}],
    ['an empty signature', { 'x-payment-signature': '' }],
    ['a signature of another secret', { 'x-payment-signature': `t=${now},v1=${'0'.repeat(64)}` }],
  ] as const) {
    await test.step(`${what} adds nothing`, async () => {
      const event = { id: `evt_${clinic.mark}`, type: 'payment.paid', data }
      const response = await request.post('/api/webhooks/payments', { data: event, headers })
      expect([400, 401, 403], `status of a webhook with ${what}`).toContain(response.status())
      expect(await clinic.creditsOf(member), `credits after a webhook with ${what}`).toBe(before)
    })
  }
  await test.step('the provider’s own adds what was bought', async () => {
    provider.refundLater(purchase.reference)
    await provider.pay(purchase)
    expect(await clinic.creditsOf(member), 'credits after the payment').toBe(before + 2)
  })
  await test.step('sent once more it adds nothing', async () => {
    await provider.resend(purchase)
    expect(await clinic.creditsOf(member), 'credits after the repeated webhook').toBe(before + 2)
  })
})
