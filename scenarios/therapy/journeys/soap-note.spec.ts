import { notePage, sessionPage } from '../pages.ts'
import { expect, test } from '../test.ts'

const parts = ['Subjective', 'Objective', 'Assessment', 'Plan']

test('a note keeps its four parts', { tag: '@THR-11' }, async ({ page, clinic, member, therapist, enter }) => {
  const session = await clinic.book(member, therapist, 'later')
  const note = notePage(page)
  const textOf = (part: string) => `${part} of ${clinic.mark}`
  await enter(page, therapist)

  await test.step('write', async () => {
    await note.open(session.id)
    for (const part of parts) await note.part(part).fill(textOf(part))
    await note.save()
    await expect(page).toHaveURL(new RegExp(`/sessions/${session.id}$`))
  })
  await test.step('read', async () => {
    for (const part of parts) await expect(sessionPage(page).part(part)).toHaveText(textOf(part))
  })
  await test.step('open again', async () => {
    await note.open(session.id)
    for (const part of parts) await expect(note.part(part)).toHaveValue(textOf(part))
  })
})
