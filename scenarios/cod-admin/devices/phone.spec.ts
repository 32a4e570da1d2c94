import { accountPages, checkoutPage, orderPage, ordersPage } from '../pages.ts'
import { accountsOf, password } from '../shop.ts'
import { expect, test } from '../test.ts'

test.use({ viewport: { width: 390, height: 844 } })

test('sign-in, checkout and the way of an order work at 390 px', { tag: '@COD-28' }, async ({ page, shop }) => {
  const order = shop.order()
  shop.removeFoundLater()

  await test.step('a customer orders', async () => {
    const checkout = checkoutPage(page)
    await checkout.open('cash-on-delivery')
    await checkout.order(order)
    await expect(checkout.thanks).toContainText('Thank you')
  })
  await test.step('the staff sign in and find it', async () => {
    await accountPages(page).signIn(accountsOf('phone')[1]!, password)
    const orders = ordersPage(page)
    await expect(orders.rows.first()).toBeVisible()
    await orders.search(order.customer)
    await expect(orders.rows).toHaveCount(1)
    await orders.rows.getByRole('link').click()
  })
  await test.step('and confirm it', async () => {
    const view = orderPage(page)
    await view.changeTo('confirmed')
    await expect(view.state).toHaveText('confirmed')
  })
})
