import { expectShownAsText, hostileText } from '../../support/injection.ts'
import { ordersPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a script in a name is shown as text', { tag: '@COD-53' }, async ({ page, shop, enter }) => {
  await shop.create('orders', { ...shop.order(), customer: hostileText(shop.mark) })
  const orders = ordersPage(page)
  await enter(page)
  await orders.open(`?search=${shop.mark}`)
  await expect(orders.rows).toHaveCount(1)
  await expectShownAsText(page, shop.mark, orders.rows)
})
