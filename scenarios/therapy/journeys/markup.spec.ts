import { expectShownAsText, hostileText } from '../../support/injection.ts'
import { sessionPage } from '../pages.ts'
import { test } from '../test.ts'

test('markup in a note is shown as text and never run', { tag: '@THR-13' }, async ({
  page,
  request,
  clinic,
  member,
  therapist,
  enter,
}) => {
  const session = await clinic.book(member, therapist, 'later', hostileText(clinic.mark))
  const text = hostileText(clinic.mark)
  const data = { subjective: text, objective: text, assessment: text, plan: text }
  await request.put(`/api/sessions/${session.id}/note`, { headers: therapist.headers, data })
  for (const who of [therapist, member]) {
    await test.step(`as ${who.name} sees it`, async () => {
      await enter(page, who)
      await sessionPage(page).open(session.id)
      await expectShownAsText(page, clinic.mark, sessionPage(page).part('Subjective'))
    })
  }
})
