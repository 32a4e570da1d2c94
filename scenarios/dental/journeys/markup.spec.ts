import { expectShownAsText, hostileText } from '../../support/injection.ts'
import { recordPage } from '../pages.ts'
import { test } from '../test.ts'

test('markup in the name of a patient is shown and never run', { tag: '@DNT-23' }, async ({ page, clinic, enter }) => {
  const patient = await clinic.createPatient(hostileText(''))
  const record = recordPage(page)
  await enter(page)
  await record.open(patient.id)
  await expectShownAsText(page, clinic.mark, record.name)
  await record.openList(clinic.mark)
  await expectShownAsText(page, clinic.mark)
})
