import { assessmentPage, paymentForm } from '../pages.ts'
import { payer } from '../platform.ts'
import { expect, test } from '../test.ts'

test('the next tier is paid for and opens', { tag: '@ASM-01' }, async ({ page, platform, enter }) => {
  const { id } = await platform.startAssessment()
  const assessment = assessmentPage(page)
  const payment = paymentForm(page)
  await enter(page)

  await test.step('fill in all fields', async () => {
    await assessment.open(id)
    await expect(assessment.tier).toContainText('Tier 1')
    await payment.fill(payer.billing_name, payer.billing_email)
  })

  await test.step('pay', async () => {
    const answered = page.waitForResponse(response => new URL(response.url()).pathname === '/api/payments')
    await payment.button.click()
    expect((await answered).status(), 'status of the payment').toBe(201)
    await payment.payAtProvider()
  })

  await test.step('the payment succeeded, and the tier is open', async () => {
    await expect(assessment.notice).toContainText('succeeded')
    await expect(assessment.tier).toContainText('Tier 2')
    expect((await platform.readAssessment(id)).tier).toBe(2)
  })
})
