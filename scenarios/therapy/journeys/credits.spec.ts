import { creditsPage } from '../pages.ts'
import { createProvider } from '../payments.ts'
import { expect, test } from '../test.ts'

test('credits are bought and counted once', { tag: '@THR-07' }, async ({
  page,
  request,
  address,
  clinic,
  member,
  cleanup,
  enter,
}) => {
  const credits = creditsPage(page)
  const provider = createProvider(request, address('payments'), cleanup)
  const before = await clinic.creditsOf(member)
  const buy = async () => {
    await credits.open()
    await credits.buy(3)
    // Where the customer pays is the provider's; its address ends with the reference.
    await page.waitForURL(url => url.origin !== new URL(address('web')).origin)
    provider.refundLater(decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!))
  }
  await enter(page, member)

  await test.step('a payment that is cancelled adds nothing', async () => {
    await buy()
    await credits.cancelPayment()
    await expect(credits.outcome).toBeVisible()
    expect(await clinic.creditsOf(member), 'credits after a cancelled payment').toBe(before)
  })
  await test.step('a payment that is made adds what was bought', async () => {
    await buy()
    await credits.pay()
    await expect(credits.outcome).toContainText('your credits are here')
    expect(await clinic.creditsOf(member), 'credits after the payment').toBe(before + 3)
  })
  await test.step('coming back once more adds nothing', async () => {
    await page.reload()
    await expect(credits.outcome).toBeVisible()
    expect(await clinic.creditsOf(member), 'credits after coming back twice').toBe(before + 3)
  })
})
