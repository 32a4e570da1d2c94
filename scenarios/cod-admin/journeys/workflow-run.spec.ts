import { expect, test } from '../test.ts'

const wait = 250

test('a workflow that is triggered does what it says', { tag: '@COD-25' }, async ({ request, session, shop }) => {
  const order = await shop.createOrder()
  const actions = [
    { type: 'wait', value: wait },
    { type: 'update_order', value: 'confirmed' },
    { type: 'assign_agent', value: shop.mark },
    { type: 'add_tag', value: shop.mark },
  ]
  const { id } = await shop.create('workflows', { name: shop.mark, actions })
  const run = await request.post(`/api/workflows/${id}/run`, { headers: session.headers, data: { order: order.id } })
  await expect(run).toBeOK()
  await expect(async () => {
    expect(await shop.readOrder(order.id)).toMatchObject({ state: 'confirmed', agent: shop.mark, tags: [shop.mark] })
  }, 'the order after its workflow').toPass({ timeout: 2_000, intervals: [wait, 250] })
  const { startedAt } = await run.json()
  const { changedAt } = await shop.readOrder(order.id)
  const waited = Date.parse(changedAt) - Date.parse(startedAt)
  expect(waited, 'time before the last action, ms').toBeGreaterThanOrEqual(wait - 5)
})
