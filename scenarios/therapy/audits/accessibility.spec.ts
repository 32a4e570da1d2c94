import { open } from '../../support/pages.ts'
import { signIn } from '../clinic.ts'
import { test } from '../test.ts'

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
  // Every kind of page takes its time on a busy machine.
  test.setTimeout(60_000)
  const { id } = await clinic.book(member, therapist, 'later')
  const note = { subjective: 'Tired', objective: 'Pale', assessment: 'Sleeps little', plan: 'Sleep' }
  await request.put(`/api/sessions/${id}/note`, { headers: therapist.headers, data: note })
  const partner = await signIn(request, 'partner-1@example.com')
  for (const [who, paths] of [
    [undefined, ['/', '/sign-in', '/register', '/there-is-no-such-page']],
    [member, ['/dashboard', '/book', '/credits', '/profile', `/sessions/${id}`, `/sessions/${id}/room`]],
    [therapist, ['/therapist', `/sessions/${id}/note`, `/records/${member.record}`]],
    [admin, ['/admin', '/admin/audit']],
    [partner, ['/partner']],
  ] as const) {
    if (who) await enter(page, who)
    for (const path of paths) await test.step(`${path} as ${who?.name ?? 'nobody'}`, () => open(page, path))
  }
})
