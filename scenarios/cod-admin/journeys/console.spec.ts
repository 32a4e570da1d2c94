import { dashboardPage, ordersPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('the console stays free of request logs', { tag: '@COD-61' }, async ({ page, shop, enter }) => {
  await shop.createOrder()
  const lines: string[] = []
  page.on('console', message => lines.push(message.text()))
  await enter(page)
  const orders = ordersPage(page)
  await orders.open()
  await orders.search(shop.mark)
  await expect(orders.rows).toHaveCount(1)
  await dashboardPage(page).open()
  const leaks = lines.filter(line => /\/api\/|Bearer |eyJ/.test(line) || line.includes(shop.mark))
  expect(leaks, 'lines of the console with calls or their data').toEqual([])
})
