import { figure } from '../../support/figures.ts'
import { requirements } from '../requirements.ts'
import { signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

/** Calls that change nothing: what is allowed is refused for its content, or because there is no such order. */
const calls = {
  'read orders': ['GET', '/api/orders'],
  'write orders': ['PATCH', '/api/orders/none'],
  'read users': ['GET', '/api/users'],
  'write users': ['POST', '/api/users'],
  'write workflows': ['POST', '/api/workflows'],
  upload: ['POST', '/api/uploads'],
} as const
type Right = keyof typeof calls
const all = Object.keys(calls) as readonly Right[]

/** The document says seven roles and does not name them: these are the reference system's. */
const rights: Readonly<Record<string, readonly Right[]>> = {
  owner: all,
  admin: all,
  manager: all.filter(right => right !== 'write users'),
  agent: ['read orders', 'write orders'],
  support: ['read orders', 'write orders'],
  warehouse: ['read orders', 'upload'],
  viewer: ['read orders'],
}

test('each role can do what it may, and nothing else', { tag: '@COD-35' }, async ({ request }) => {
  expect(Object.keys(rights)).toHaveLength(figure(requirements, 'COD-35'))
  for (const [role, own] of Object.entries(rights)) {
    await test.step(role, async () => {
      const { headers } = await signIn(request, role)
      for (const right of all) {
        const [method, path] = calls[right]
        const status = (
          await request.fetch(path, { method, headers, ...(method === 'GET' ? {} : { data: {} }) })
        ).status()
        if (!own.includes(right)) expect(status, `status when the role ${role} wants to ${right}`).toBe(403)
        else expect([200, 400, 404], `status when the role ${role} wants to ${right}`).toContain(status)
      }
    })
  }
})
