import type { APIResponse } from 'playwright/test'
import { expect, test } from '../test.ts'

test('nothing secret or personal comes back', { tag: '@COD-38' }, async ({ request, runId }) => {
  const secret = `Secret-${runId}`
  const phone = '+62 555 0199'
  const expectNoEcho = async (what: string, asked: Promise<APIResponse>) => {
    await test.step(what, async () => {
      const response = await asked
      expect(response.status(), `status of ${what}`).toBeGreaterThanOrEqual(400)
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
    request.post('/api/auth/register', { data: { email: 'no-address', password: secret, name: secret } }),
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
