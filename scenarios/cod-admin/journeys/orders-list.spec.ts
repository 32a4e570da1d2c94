import { ordersPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('search, filter and pages of the list work', { tag: '@COD-26' }, async ({ page, shop, enter }) => {
  const created = [await shop.createOrder(' A'), await shop.createOrder(' B'), await shop.createOrder(' C')]
  const numbers = created.map(order => `#${order.number}`)
  await shop.setState(created[1]!.id, 'cancelled')
  const orders = ordersPage(page)
  await enter(page)

  await test.step('search', async () => {
    await orders.open()
    await orders.search(shop.mark)
    await expect(orders.rows).toHaveCount(3)
  })

  await test.step('filter', async () => {
    await orders.filter('cancelled')
    await expect(orders.rows).toHaveCount(1)
    await expect(orders.rows).toContainText([numbers[1]!])
  })

  await test.step('pages', async () => {
    const shown = async () => (await orders.rows.getByRole('link').allTextContents()).toSorted()
    await orders.open(`?search=${shop.mark}&limit=2`)
    await expect(orders.position).toContainText('Page 1 of 2')
    await expect(orders.rows).toHaveCount(2)
    const first = await shown()
    await orders.nextPage()
    await expect(orders.position).toContainText('Page 2 of 2')
    await expect(orders.rows).toHaveCount(1)
    expect([...first, ...(await shown())].toSorted()).toEqual(numbers.toSorted())
  })
})
