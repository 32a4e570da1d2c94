import { signIn } from '../portal.ts'
import { expect, test } from '../test.ts'

test('an agent is refused what only an administrator may do', { tag: '@AGT-38' }, async ({ request, portal }) => {
  const stranger = await signIn(request, 'stranger')
  const record = `/api/users/${stranger.user.id}`
  for (const [method, path, data] of [
    ['GET', '/api/users'],
    ['GET', record],
    ['PUT', record, { name: stranger.user.name }],
  ] as const) {
    await test.step(`${method} ${path}`, async () => {
      expect((await portal.send(method, path, data)).status(), `status of ${method} ${path} for an agent`).toBe(403)
    })
  }
  await test.step('their own record they may read', async () => {
    const own = await request.get(record, { headers: stranger.headers })
    expect(own.status(), 'status of the own record').toBe(200)
  })
})
