import { type LeftoverKind, removeLeftovers } from '../../support/janitor.ts'
import { signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

interface Listed {
  readonly id: string
  readonly name: string
  readonly customer: string
  readonly email: string
  readonly createdAt: string
}

test('removes what earlier runs left behind', async ({ request, metric }) => {
  const { headers } = await signIn(request, 'janitor')
  const kind = (
    name: string,
    query: Record<string, string>,
    list: string,
    mark: (item: Listed) => string,
  ): LeftoverKind => ({
    async list() {
      const items: Listed[] = []
      // The newest come first: what is old may be on the last of several pages.
      for (let page = 1, pages = 1; page <= pages; page++) {
        const response = await request.get(`/api/${name}`, { headers, params: { ...query, page } })
        await expect(response, `the list of ${name}`).toBeOK()
        const answer = await response.json()
        items.push(...answer[list])
        pages = answer.pages ?? 1
      }
      return items.map(item => ({ id: item.id ?? item.name, mark: mark(item), createdAt: item.createdAt }))
    },
    remove: id => request.delete(`/api/${name}/${id}`, { headers }),
  })
  const named = (name: string, list = 'entries') => kind(name, {}, list, item => item.name)
  await removeLeftovers(
    {
      orders: kind('orders', { search: 'synthetic-', limit: '100' }, 'orders', item => item.customer),
      users: kind('users', {}, 'entries', item => item.email),
      products: named('products'),
      customers: named('customers'),
      agents: named('agents'),
      workflows: named('workflows', 'workflows'),
      // Of the name of an upload only letters and digits are kept.
      uploads: kind('uploads', {}, 'uploads', item => item.name.replaceAll('_', '-')),
    },
    metric,
  )
})
