import { open } from '../../support/pages.ts'
import { bookingPage, dashboard } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a session is booked, shown to both sides, moved and cancelled', { tag: '@THR-03' }, async ({
  page,
  clinic,
  member,
  therapist,
  enter,
}) => {
  const free = await clinic.freeSlots(member, therapist.id)
  // Early enough for the list of times that a session can be moved to.
  const [first, second] = [free[4]!, free[5]!]
  const card = dashboard(page).session(clinic.mark)
  clinic.cancelFoundLater(member)

  await test.step('book', async () => {
    await enter(page, member)
    const booking = bookingPage(page)
    await booking.open()
    await booking.book(therapist.name, first, clinic.mark)
    await expect(card.time).toHaveAttribute('datetime', first)
    expect(await clinic.freeSlots(member, therapist.id), 'free times').not.toContain(first)
  })
  await test.step('move', async () => {
    await card.moveTo(second)
    await expect(card.time).toHaveAttribute('datetime', second)
  })
  await test.step('the therapist sees it', async () => {
    await enter(page, therapist)
    await open(page, '/therapist')
    const row = page.getByRole('row').filter({ hasText: clinic.mark })
    await expect(row.getByRole('time')).toHaveAttribute('datetime', second)
    await expect(row).toContainText(member.name)
  })
  await test.step('cancel', async () => {
    await enter(page, member)
    await dashboard(page).open()
    await card.cancel()
    await expect(card.card).toContainText('cancelled')
    expect(await clinic.freeSlots(member, therapist.id), 'free times').toEqual(expect.arrayContaining([first, second]))
  })
})
