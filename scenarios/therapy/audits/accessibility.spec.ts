import { open } from '../../support/pages.ts'
import { signIn } from '../clinic.ts'
import { test } from '../test.ts'

// Every kind of page takes its time on a busy machine.
test.use({ navigationTimeout: 15_000 })
test.describe.configure({ timeout: 60_000 })

// The fixture's axe looks at each page before the next one is opened, and at the last.
test('pages meet WCAG 2.1 AA', { tag: '@THR-20' }, async ({
  page,
  request,
  admin,
  clinic,
  member,
  therapist,
  enter,
}) => {
  const { id } = await clinic.book(member, therapist, 'later')
  const note = { subjective: 'Tired', objective: 'Pale', assessment: 'Sleeps little', plan: 'Sleep' }
  await request.put(`/api/sessions/${id}/note`, { headers: therapist.headers, data: note })
  const partner = await signIn(request, 'partner-1@example.com')
  for (const [who, paths] of [
    [undefined, ['/', '/sign-in', '/there-is-no-such-page']],
    [member, ['/dashboard', '/book', '/credits', '/profile', `/sessions/${id}`, `/sessions/${id}/room`]],
    [therapist, ['/therapist', `/sessions/${id}/note`, `/records/${member.record}`]],
    [admin, ['/admin']],
    [partner, ['/partner']],
  ] as const) {
    if (who) await enter(page, who)
    for (const path of paths) await test.step(`${path} as ${who?.name ?? 'nobody'}`, () => open(page, path))
  }
})
