import { figure } from '../../support/figures.ts'
import { orderPage } from '../pages.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const longest = figure(requirements, 'COD-24')

test('a second open page sees a change at once', { tag: '@COD-24' }, async ({ page, context, shop, enter, metric }) => {
  const order = await shop.createOrder()
  const second = await context.newPage()
  for (const each of [page, second]) {
    await enter(each)
    await orderPage(each).openLive(order.id)
    await expect(orderPage(each).state).toHaveText('new')
  }

  const delays: number[] = []
  for (const state of ['confirmed', 'packed', 'shipped']) {
    await test.step(`${state} arrives`, async () => {
      await orderPage(page).changeTo(state)
      const changed = performance.now()
      await expect(orderPage(second).state).toHaveText(state, { timeout: longest })
      delays.push(performance.now() - changed)
    })
  }
  // Of three samples the 95th percentile is the slowest.
  const slowest = Math.max(...delays)
  metric('update_delay_ms', slowest)
  expect(slowest).toBeLessThanOrEqual(longest)
})
