import { open } from '../../support/pages.ts'
import { bookingPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a broken part shows an error page with a way back', { tag: '@THR-17' }, async ({
  page,
  member,
  therapist,
  enter,
}) => {
  const stack = /\bat \S+ \(|\.(js|ts|tsx):\d+:\d+|Error: /
  const expectWayBack = async () => {
    await expect(page.getByRole('main')).toContainText(/wrong|nothing here/)
    await expect(page.getByRole('link', { name: /back/i })).toBeVisible()
    expect(await page.locator('body').innerText(), 'text of the error page').not.toMatch(stack)
  }
  await enter(page, member)

  await test.step('the server has no such page', async () => {
    await page.goto('/there-is-no-such-page')
    await expectWayBack()
  })
  await test.step('the page cannot get what it needs', async () => {
    await page.route('**/slots', route => route.fulfill({ status: 500, body: 'Error: boom\n    at load (app.js:1:1)' }))
    const booking = bookingPage(page)
    await booking.open()
    await booking.chooseTherapist(therapist.name)
    await expectWayBack()
  })
  await test.step('the way back works', async () => {
    await page.getByRole('link', { name: /back/i }).click()
    await expect(page).not.toHaveURL(/book/)
    await open(page, '/dashboard')
  })
})
