import { open } from '../../support/pages.ts'
import { followUpPage, tableOf } from '../pages.ts'
import { expect, test } from '../test.ts'

test('schedules a follow-up of a past appointment', { tag: '@AGT-21' }, async ({ page, portal, enter }) => {
  const past = await portal.book()
  await portal.setState(past.id, 'completed')
  const followUp = followUpPage(page)
  portal.removeFoundLater(`/api/appointments?search=${portal.mark}`)
  await enter(page)

  await test.step('schedule', async () => {
    await followUp.schedule(past.id, portal.someDay())
    await expect(followUp.notice).toContainText('scheduled')
  })
  await test.step('it is among the appointments', async () => {
    const stored = await portal.appointments()
    expect(
      stored.map(({ doctor }) => doctor),
      'doctors of the appointment and its follow-up',
    ).toEqual([past.doctor, past.doctor])
  })
})

test('shows the history of a patient', { tag: '@AGT-22' }, async ({ page, portal, enter }) => {
  const past = await portal.book()
  await portal.setState(past.id, 'completed')
  await enter(page)
  await open(page, `/patient-history/${past.patientId}`)
  const history = tableOf(page, 'Past appointments')
  await expect(history.rows).toHaveCount(1)
  await expect(history.row(past.doctor)).toContainText('completed')
})
