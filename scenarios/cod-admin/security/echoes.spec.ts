import type { APIResponse } from 'playwright/test'
import { createShop, signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

test('nothing secret or personal comes back', { tag: '@COD-38' }, async ({ request, runId, cleanup }) => {
  const mark = `synthetic-${runId}`
  const secret = `${mark}-secret`
  const phone = '+62 555 0199'
  const removeOrderLater = async () =>
    createShop(request, await signIn(request, 'monitor'), runId, cleanup).removeFoundLater()
  const expectNoEcho = async (what: string, asked: Promise<APIResponse>) => {
    await test.step(what, async () => {
      const response = await asked
      // Whether it should have been refused is another promise, and what was kept may be shown.
      if (response.ok()) return removeOrderLater()
      const answer = `${JSON.stringify(response.headersArray())} ${await response.text()}`
      for (const given of [secret, phone]) expect(answer, `the answer to ${what}`).not.toContain(given)
    })
  }
  const email = `nobody-${runId}@example.com`
  await expectNoEcho(
    'a sign-in that is refused',
    request.post('/api/auth/login', { data: { email, password: secret } }),
  )
  await expectNoEcho(
    'a registration that is refused',
    request.post('/api/auth/register', { data: { email: mark, password: secret, name: secret } }),
  )
  await expectNoEcho(
    'a reset that is refused',
    request.post('/api/auth/reset-password', { data: { token: secret, password: secret } }),
  )
  await expectNoEcho('a forged token', request.get('/api/orders', { headers: { authorization: `Bearer ${secret}` } }))
  await expectNoEcho(
    'an order that is refused',
    request.post('/api/public/forms/cash-on-delivery/orders', { data: { customer: secret, phone, amount: 1 } }),
  )
})
