import { orderPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('an order goes through its states and never back', { tag: '@COD-22' }, async ({ page, shop, enter }) => {
  const order = await shop.createOrder()
  const view = orderPage(page)
  await enter(page)
  await view.open(order.id)
  await expect(view.state).toHaveText('new')

  for (const state of ['confirmed', 'packed', 'shipped', 'delivered']) {
    await test.step(state, async () => {
      await view.changeTo(state)
      await expect(view.state).toHaveText(state)
    })
  }

  await test.step('delivered does not go back to new', async () => {
    await expect(view.nextStates.filter({ hasText: 'new' })).toHaveCount(0)
    const refused = await shop.setState(order.id, 'new')
    expect(refused.status(), 'status of the forbidden step').toBeGreaterThanOrEqual(400)
    expect(refused.status(), 'status of the forbidden step').toBeLessThan(500)
    expect((await shop.readOrder(order.id)).state).toBe('delivered')
  })
})
