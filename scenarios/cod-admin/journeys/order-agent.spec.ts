import { orderPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a delivery agent is assigned to an order', { tag: '@COD-23' }, async ({ page, shop, enter }) => {
  const order = await shop.createOrder()
  await shop.create('agents', { name: shop.mark })
  const view = orderPage(page)
  await enter(page)
  await view.open(order.id)
  await view.assign(shop.mark)
  await expect(view.agent).toHaveText(shop.mark)
  expect((await shop.readOrder(order.id)).agent, 'agent of the order').toBe(shop.mark)
})
