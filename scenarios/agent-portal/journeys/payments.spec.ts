import { paymentsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('makes a payment and refunds it', { tag: '@AGT-23' }, async ({ page, portal, enter }) => {
  const payments = paymentsPage(page)
  await enter(page)
  await test.step('pay', async () => {
    await payments.pay(portal.mark, 49.5)
    await expect(payments.notice).toContainText('49.5')
    await expect(payments.row(portal.mark)).toContainText('paid')
  })
  await test.step('refund', async () => {
    await payments.press(portal.mark, 'Refund')
    await expect(payments.row(portal.mark)).toContainText('refunded')
  })
})
