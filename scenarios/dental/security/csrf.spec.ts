import { cookieHeader, createClinic, signIn } from '../clinic.ts'
import { expect, test } from '../test.ts'

test('a change without the CSRF token is refused', { tag: '@DNT-21' }, async ({ request, runId, cleanup }) => {
  const session = await signIn(request, 'monitor')
  const { csrfToken: another } = await signIn(request, 'monitor')
  const clinic = createClinic(request, session, runId, cleanup)
  const cookie = cookieHeader(session.accessToken)
  cleanup(async () => {
    for (const { id } of await clinic.findPatients(clinic.mark)) await clinic.remove('patients', id)
  })

  for (const [what, headers] of [
    ['no token', cookie],
    ['an empty one', { ...cookie, 'x-csrf-token': '' }],
    ['an invented one', { ...cookie, 'x-csrf-token': 'x'.repeat(session.csrfToken.length) }],
    ['that of another session', { ...cookie, 'x-csrf-token': another }],
  ] as const) {
    await test.step(what, async () => {
      const data = { name: `${clinic.mark} ${what}`, phone: '(11) 90000-0000' }
      const response = await request.post('/api/patients', { headers, data })
      expect.soft([400, 403], `status of a change with ${what}`).toContain(response.status())
    })
  }
  await test.step('none of them was carried out', async () => {
    expect.soft((await clinic.findPatients(clinic.mark)).map(({ name }) => name)).toEqual([])
  })
  await test.step('with the token it is', async () => {
    await clinic.createPatient(' with the token')
  })
})
