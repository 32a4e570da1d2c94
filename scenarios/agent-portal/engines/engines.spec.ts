import { open } from '../../support/pages.ts'
import { appointmentsPage, bookingPage } from '../pages.ts'
import { expect, test } from '../test.ts'

// Run in Firefox and WebKit where they are; Chromium has all the journeys.
test('the flows work in this engine', { tag: '@AGT-29' }, async ({ page, portal, enter }) => {
  const slot = await portal.someSlot()
  const booking = bookingPage(page)
  const appointments = appointmentsPage(page)
  const errors: string[] = []
  page.on('pageerror', error => errors.push(`${page.url()} throws: ${error.message}`))
  portal.removeFoundLater(`/api/appointments?search=${portal.mark}`)
  await enter(page)

  for (const path of ['/dashboard', '/doctor-search', '/payments', '/reports', '/tasks', '/support-tickets']) {
    await test.step(path, () => open(page, path))
  }
  await test.step('book', async () => {
    await booking.open(slot.doctorId, slot.startsAt.slice(0, 10))
    await booking.slot(slot.startsAt).click()
    await booking.givePatient(portal.patient())
    await booking.confirm()
    await expect(booking.done).toContainText(portal.mark)
    await appointments.open(portal.mark)
    await expect(appointments.row(portal.mark)).toContainText('confirmed')
  })
  expect(errors, 'errors of the pages').toEqual([])
})
