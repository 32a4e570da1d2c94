import { removeLeftovers } from '../../support/janitor.ts'
import { createShop, signIn } from '../shop.ts'
import { test } from '../test.ts'

test('removes what earlier runs left behind', async ({ request, runId, cleanup, metric }) => {
  const session = await signIn(request, 'janitor')
  const shop = createShop(request, session, runId, cleanup)
  const orders = {
    list: async () =>
      (await shop.find('synthetic-')).map(({ id, customer, createdAt }) => ({ id, mark: customer, createdAt })),
    remove: (id: string) => request.delete(`/api/orders/${id}`, { headers: session.headers }),
  }
  await removeLeftovers({ orders }, metric)
})
