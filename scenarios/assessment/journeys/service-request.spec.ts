import { paymentForm, requestPage } from '../pages.ts'
import { payer } from '../platform.ts'
import { expect, test } from '../test.ts'

test('a service is requested and paid, and its state says so', { tag: '@ASM-03' }, async ({
  page,
  platform,
  enter,
}) => {
  const request = requestPage(page)
  const payment = paymentForm(page)
  await enter(page)

  const id = await test.step('request', async () => {
    await request.openNew()
    await request.request(platform.mark)
    const made = new URL(page.url()).pathname.split('/').at(-1)!
    platform.removeLater(`/api/service-requests/${made}`)
    await expect(request.state).toHaveText('open')
    return made
  })

  await test.step('pay', async () => {
    await payment.fill(payer.billing_name, payer.billing_email)
    await payment.button.click()
    await payment.payAtProvider()
    await expect(request.notice).toContainText('succeeded')
  })

  await test.step('it is paid, also for whoever looks later', async () => {
    await expect(request.state).toHaveText('paid')
    expect((await platform.readRequest(id)).state).toBe('paid')
  })
})
