import { figure } from '../../support/figures.ts'
import { bookingPage } from '../pages.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const longest = figure(requirements, 'THR-19')

test('slow work says so, and the page stays usable', { tag: '@THR-19' }, async ({
  page,
  clinic,
  member,
  therapist,
  enter,
  metric,
}) => {
  const booking = bookingPage(page)
  const held = Promise.withResolvers<void>()
  // The answer is held back until all has been looked at.
  await page.route('**/slots', async route => {
    await held.promise
    await route.continue()
  })
  await enter(page, member)
  await booking.open()

  await test.step('a loading state is shown', async () => {
    await booking.chooseTherapist(therapist.name)
    const began = performance.now()
    await expect(booking.loading).toBeVisible({ timeout: longest })
    metric('loading_feedback_ms', performance.now() - began)
  })
  await test.step('meanwhile the page can be used', async () => {
    await booking.topic.fill(clinic.mark)
    await expect(booking.topic).toHaveValue(clinic.mark)
  })
  await test.step('it ends with the work', async () => {
    held.resolve()
    await expect(booking.times).not.toHaveCount(0)
    await expect(booking.loading).toBeHidden()
  })
})
