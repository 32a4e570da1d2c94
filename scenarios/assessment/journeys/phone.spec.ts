import { paymentForm, requestPage } from '../pages.ts'
import { payer } from '../platform.ts'
import { expect, test } from '../test.ts'

test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 3 })

test('a service is paid on a phone', { tag: '@ASM-31' }, async ({ page, platform, enter }) => {
  const { id } = await platform.requestService()
  const request = requestPage(page)
  const payment = paymentForm(page)
  await enter(page)
  await request.open(id)

  await test.step('nothing is wider than the screen', async () => {
    const { wide, screen } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      screen: document.documentElement.clientWidth,
    }))
    expect(wide, 'width of the page').toBeLessThanOrEqual(screen)
  })

  await test.step('pay', async () => {
    await payment.fill(payer.billing_name, payer.billing_email)
    await payment.button.scrollIntoViewIfNeeded()
    await expect(payment.button, 'the pay button on the screen').toBeInViewport({ ratio: 1 })
    await payment.button.tap()
    await payment.payAtProvider()
    await expect(request.notice).toContainText('succeeded')
  })
})
