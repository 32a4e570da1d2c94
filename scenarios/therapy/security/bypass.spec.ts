import { signIn } from '../clinic.ts'
import { expect, test } from '../test.ts'

test('signing in cannot be passed by', { tag: '@THR-15' }, async ({ request, admin, member, therapist }) => {
  const partner = await signIn(request, 'partner-1@example.com')
  const [name, value = ''] = admin.headers['cookie']!.split('=')
  const forged = { cookie: `${name}=${value.split('').reverse().join('')}` }
  const ask = (path: string, headers: Readonly<Record<string, string>>) =>
    request.get(path, { headers, maxRedirects: 0 })

  await test.step('the administrator sees the overview', async () => {
    const response = await ask('/admin', admin.headers)
    expect(response.status(), 'status for the administrator').toBe(200)
  })
  for (const path of ['/admin', '/admin/audit', '/api/audit', '/api/people']) {
    for (const [who, headers] of [
      ['nobody', { cookie: 'none=1' }],
      ['a forged cookie', forged],
      ['a member', member.headers],
      ['a therapist', therapist.headers],
      ['a partner', partner.headers],
    ] as const) {
      await test.step(`${path} for ${who}`, async () => {
        const status = (await ask(path, headers)).status()
        expect([302, 303, 307, 401, 403, 404], `status of ${path} for ${who}`).toContain(status)
      })
    }
  }
})
