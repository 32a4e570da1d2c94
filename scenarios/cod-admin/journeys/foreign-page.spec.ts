import { createShop, signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

const foreign = 'http://foreign.example/'

test('a form on a foreign page changes nothing', { tag: '@COD-52' }, async ({ page, runId, cleanup, address }) => {
  // In the browser's own session, so that a cookie of the shop would be sent along.
  const session = await signIn(page.request, 'foreign-page')
  const shop = createShop(page.request, session, runId, cleanup)
  const order = await shop.createOrder()
  const action = `${address('web')}/api/orders/${order.id}/status`
  const body = `<form method="post" action="${action}"><input name="status" value="confirmed"></form><script>document.forms[0].submit()</script>`
  await page.route(`${foreign}**`, route => route.fulfill({ contentType: 'text/html', body }))

  const sent = page.waitForResponse(action)
  await page.goto(foreign)
  expect((await sent).status(), 'status of the foreign form').toBeGreaterThanOrEqual(400)
  expect((await shop.readOrder(order.id)).state, 'state of the order').toBe('new')
})
