import { recordPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('opens a clinical record and writes into it', { tag: '@DNT-16' }, async ({ page, clinic, enter }) => {
  const patient = await clinic.createPatient()
  const record = recordPage(page)
  const text = `Anotação de ${clinic.mark}: extração sem complicações.`
  await enter(page)

  await test.step('open the record', async () => {
    await record.open(patient.id)
    await expect(record.name).toHaveText(patient.name)
    await expect(record.entries).toHaveCount(0)
  })
  await test.step('write', async () => {
    await record.write(text)
    await expect(record.entries).toContainText([text])
  })
  await test.step('the entry is still there later', async () => {
    await record.open(patient.id)
    await expect(record.entries).toContainText([text])
    expect((await clinic.record(patient)).map(entry => entry.text)).toEqual([text])
  })
})
