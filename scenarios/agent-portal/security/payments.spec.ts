import { expect, test } from '../test.ts'

test('the calls of the payments exist', { tag: '@AGT-32' }, async ({ request, portal }) => {
  const data = { customer: portal.mark, amount: 10, method: 'card' }
  const { id } = await portal.create('/api/payments', data)
  expect(await portal.read(`/api/payments/${id}`)).toMatchObject(data)
  const { items } = await portal.read(`/api/payments?search=${portal.mark}`)
  expect(items, 'payments of this run').toHaveLength(1)
  await expect(await portal.send('POST', '/api/payments/refund', { paymentId: id }), 'the refund').toBeOK()
  // The gateway signs its messages: without a signature it is refused, but by something that is there.
  const webhook = await request.post('/api/payments/webhook', { data: { payment: id } })
  expect([400, 401, 403], 'status of a webhook without a signature').toContain(webhook.status())
})
