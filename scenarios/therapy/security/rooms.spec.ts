import { signIn } from '../clinic.ts'
import { expect, test } from '../test.ts'

test('a call is joined by its two people alone, and only while it is open', { tag: '@THR-05' }, async ({
  request,
  clinic,
  member,
  therapist,
}) => {
  const [now, later] = [await clinic.book(member, therapist, 'now'), await clinic.book(member, therapist, 'later')]
  const join = async (session: { readonly id: string }, headers: Readonly<Record<string, string>> = {}) =>
    (await request.post(`/api/sessions/${session.id}/join`, { headers })).status()
  const stranger = await signIn(request, 'sessions-1@example.com')
  const foreignTherapist = await signIn(request, 'sessions-therapist-1@example.com')

  for (const [who, { headers }] of [
    ['the member', member],
    ['the therapist', therapist],
  ] as const) {
    await test.step(`${who} joins when it is open`, async () => {
      expect(await join(now, headers), `status for ${who}`).toBeLessThan(300)
      expect(await join(later, headers), `status for ${who}, a day early`).toBe(403)
    })
  }
  for (const [who, headers] of [
    ['nobody', { cookie: 'none=1' }],
    ['another member', stranger.headers],
    ['another therapist', foreignTherapist.headers],
  ] as const) {
    await test.step(`${who} is refused`, async () => {
      expect([401, 403, 404], `status for ${who}`).toContain(await join(now, headers))
    })
  }
})
