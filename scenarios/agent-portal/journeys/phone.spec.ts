import { open } from '../../support/pages.ts'
import { bookingPage, doctorsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 3 })

test('the menu and the way to a booking work on a phone', { tag: '@AGT-28' }, async ({ page, enter }) => {
  const doctors = doctorsPage(page)
  await enter(page)
  await open(page, '/dashboard')

  await test.step('nothing is wider than the screen', async () => {
    const { wide, screen } = await page.evaluate(() => ({
      wide: document.documentElement.scrollWidth,
      screen: document.documentElement.clientWidth,
    }))
    expect(wide, 'width of the page').toBeLessThanOrEqual(screen)
  })
  await test.step('the menu opens', async () => {
    await page.getByRole('button', { name: 'Menu' }).tap()
    await page.getByRole('link', { name: 'Find a doctor' }).tap()
    await expect(page).toHaveURL(/doctor-search/)
  })
  await test.step('a doctor’s free times', async () => {
    await doctors.rows.first().getByRole('link').tap()
    await expect(bookingPage(page).slots.first()).toBeVisible()
  })
})
