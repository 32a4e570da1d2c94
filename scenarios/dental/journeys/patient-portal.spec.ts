import { localDay, shown, signInAs } from '../clinic.ts'
import { portalPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('the portal shows the next appointment of the patient', { tag: '@DNT-14' }, async ({
  page,
  request,
  clinic,
  enter,
}) => {
  const account = { email: `${clinic.mark}@example.com`, password: `senha-${clinic.mark}` }
  const patient = await clinic.createPatient(' A', account)
  const other = await clinic.createPatient(' B')
  const [times, later] = await Promise.all([30, 31].map(days => clinic.freeTimes(localDay(days))))
  test.skip(times!.length < 2 || later!.length < 1, 'expected free times in a month, found too few')
  await clinic.book(other, times![0]!)
  const { start } = await clinic.book(patient, times![1]!)
  await clinic.book(patient, later![0]!)

  const portal = portalPage(page)
  await enter(page, await signInAs(request, account.email, account.password))
  await portal.open()
  await expect(portal.next).toContainText(patient.name)
  await expect(portal.next).toContainText(shown(start).day)
  await expect(portal.next).toContainText(shown(start).time)
  await expect(portal.next).not.toContainText(other.name)
})
