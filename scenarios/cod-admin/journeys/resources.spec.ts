import { expect, test } from '../test.ts'

const resources = {
  orders: (mark: string) => ({ customer: mark, phone: '+62 555 0100', address: '1 Test Street', amount: 49 }),
  products: (mark: string) => ({ name: mark }),
  customers: (mark: string) => ({ name: mark }),
  users: (mark: string) => ({ name: mark, email: `${mark}@example.com`, password: `first-${mark}` }),
  agents: (mark: string) => ({ name: mark }),
} as const

test('create, read, change and delete keep what they say', { tag: '@COD-20' }, async ({ request, session, shop }) => {
  const { headers } = session
  for (const [kind, fieldsOf] of Object.entries(resources)) {
    await test.step(kind, async () => {
      const fields = fieldsOf(shop.mark)
      const { id } = await shop.create(kind, fields)
      const path = `/api/${kind}/${id}`
      const { password: _, ...shown } = { password: '', ...fields }
      const read = async () => (await request.get(path, { headers })).json()
      expect(await read(), 'what was created').toMatchObject(shown)

      const change = 'customer' in fields ? { customer: `${shop.mark} changed` } : { name: `${shop.mark} changed` }
      expect((await request.patch(path, { headers, data: change })).status(), 'status of the change').toBe(200)
      expect(await read(), 'what was changed').toMatchObject({ ...shown, ...change })

      await expect(await request.delete(path, { headers }), 'the deletion').toBeOK()
      expect((await request.get(path, { headers })).status(), 'status of what was deleted').toBe(404)
    })
  }
})
