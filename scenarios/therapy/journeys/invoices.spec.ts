import { creditsPage } from '../pages.ts'
import { createProvider } from '../payments.ts'
import { expect, test } from '../test.ts'

test('a payment is in the history, and a paid session has an invoice', { tag: '@THR-09' }, async ({
  page,
  request,
  address,
  clinic,
  member,
  therapist,
  cleanup,
  enter,
}) => {
  const provider = createProvider(request, address('payments'), cleanup)
  const purchase = await provider.buy(member, 1)
  await provider.pay(purchase)
  provider.refundLater(purchase.reference)
  await clinic.book(member, therapist, 'later')
  const credits = creditsPage(page)
  await enter(page, member)
  await credits.open()

  await test.step('the payment', async () => {
    await expect(credits.payments.filter({ hasText: purchase.reference })).toContainText('paid')
  })
  await test.step('the invoice', async () => {
    const row = credits.invoices.filter({ hasText: clinic.mark })
    await expect(row).toHaveCount(1)
    await row.getByRole('link').click()
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Invoice')
    await expect(page.getByRole('main')).toContainText(clinic.mark)
    await expect(page.getByRole('main')).toContainText(/\d+\.\d\d [A-Z]{3}/)
  })
})
