import { appointmentsPage, bookingPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('books an appointment in steps', { tag: '@AGT-17' }, async ({ page, portal, enter }) => {
  const slot = await portal.someSlot()
  const booking = bookingPage(page)
  const appointments = appointmentsPage(page)
  portal.removeFoundLater(`/api/appointments?search=${portal.mark}`)
  await enter(page)

  await test.step('doctor and free time', async () => {
    await booking.open(slot.doctorId, slot.startsAt.slice(0, 10))
    await booking.slot(slot.startsAt).click()
  })
  await test.step('patient', () => booking.givePatient(portal.patient()))
  await test.step('confirmation', async () => {
    await booking.confirm()
    await expect(booking.done).toContainText(portal.mark)
  })
  await test.step('it is in the list', async () => {
    await appointments.open(portal.mark)
    await expect(appointments.rows).toHaveCount(1)
    await expect(appointments.row(portal.mark)).toContainText('confirmed')
  })
})

test('a slot is booked once', { tag: '@AGT-18' }, async ({ page, portal, enter }) => {
  const slot = await portal.someSlot()
  const booking = bookingPage(page)
  portal.removeFoundLater(`/api/appointments?search=${portal.mark}`)
  await enter(page)

  await test.step('it is offered', async () => {
    await booking.open(slot.doctorId, slot.startsAt.slice(0, 10))
    await expect(booking.slot(slot.startsAt)).toBeVisible()
  })
  await test.step('two at the same moment: one wins', async () => {
    const data = { slotId: slot.id, patient: portal.patient() }
    const answers = await Promise.all([1, 2].map(() => portal.send('POST', '/api/appointments', data)))
    expect(answers.map(answer => answer.status()).toSorted(), 'status of two bookings of one slot').toEqual([201, 409])
  })
  await test.step('it is no longer offered', async () => {
    await booking.open(slot.doctorId, slot.startsAt.slice(0, 10))
    await expect(booking.slots.first()).toBeVisible()
    await expect(booking.slot(slot.startsAt)).toHaveCount(0)
  })
})

// A real portal's mail takes longer than the reference system's; the promise allows five minutes.
const patience = Number(process.env['AGENT_PORTAL_MAIL_PATIENCE_MS'] ?? 2_000)

test('a booking causes an e-mail', { tag: '@AGT-54' }, async ({ request, portal, address }) => {
  const { id } = await portal.book()
  await expect(async () => {
    const answer = await request.get(address('mailbox'), { params: { to: portal.patient().email } })
    const { mails }: { mails: readonly { text: string }[] } = await answer.json()
    expect(mails.map(({ text }) => text).join('\n'), 'mail to the patient').toContain(id)
  }).toPass({ timeout: patience, intervals: [50, 200, 1_000] })
})
