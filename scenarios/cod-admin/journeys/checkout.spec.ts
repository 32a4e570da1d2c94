import { checkoutPage, ordersPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('an anonymous customer orders, and the staff see it', { tag: '@COD-21' }, async ({ page, shop, enter }) => {
  const order = shop.order()
  shop.removeFoundLater()

  await test.step('order through the public form', async () => {
    const checkout = checkoutPage(page)
    await checkout.open('cash-on-delivery')
    await checkout.order(order)
    await expect(checkout.thanks).toContainText('Thank you')
  })

  await test.step('find it in the list of the staff', async () => {
    await enter(page)
    const orders = ordersPage(page)
    await orders.open()
    await orders.search(order.customer)
    await expect(orders.rows).toHaveCount(1)
    await expect(orders.rows).toContainText([order.customer])
  })
})
