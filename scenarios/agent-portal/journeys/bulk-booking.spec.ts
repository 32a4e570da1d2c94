import { bulkPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('books several appointments in one go', { tag: '@AGT-19' }, async ({ page, portal, enter }) => {
  const { id } = await portal.someDoctor()
  const patients = ['a', 'b', 'c'].map(letter => portal.patient(`${portal.mark}-${letter}`))
  const bulk = bulkPage(page)
  portal.removeFoundLater(`/api/appointments?search=${portal.mark}`)
  await enter(page)

  await test.step('send three patients', async () => {
    await bulk.book(id, portal.someDay(), patients)
    await expect(bulk.notice).toContainText('3 appointments')
  })
  await test.step('each has an appointment of their own', async () => {
    const stored = await portal.appointments()
    expect(stored.map(({ patient }) => patient).toSorted()).toEqual(patients.map(({ name }) => name))
    expect(new Set(stored.map(({ startsAt }) => startsAt)).size, 'different times').toBe(patients.length)
  })
})
