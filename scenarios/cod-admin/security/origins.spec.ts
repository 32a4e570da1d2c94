import { expect, test } from '../test.ts'

/** Listed in ALLOWED_EMBED_DOMAINS. */
const partners = ['https://partner1.com', 'https://partner2.com']
const strangers = ['https://stranger.example', 'https://partner1.com.evil.example', 'http://partner1.com', 'null']
const path = '/api/public/forms/cash-on-delivery/orders'

test('the public API admits the shop and its partners alone', { tag: '@COD-31' }, async ({ request, address }) => {
  // An order that is refused, so that nothing is created.
  const ask = async (origin?: string) => {
    const response = await request.post(path, { data: {}, headers: origin === undefined ? {} : { origin } })
    return { status: response.status(), admitted: response.headers()['access-control-allow-origin'] }
  }

  await test.step('a call without an origin is admitted', async () => {
    expect((await ask()).status).not.toBe(403)
  })
  for (const origin of [new URL(address('web')).origin, ...partners]) {
    await test.step(`${origin} is admitted`, async () => {
      const { status, admitted } = await ask(origin)
      expect(status).not.toBe(403)
      expect(admitted, 'access-control-allow-origin').toBe(origin)
    })
  }
  for (const origin of strangers) {
    await test.step(`${origin} is not`, async () => {
      expect((await ask(origin)).admitted, 'access-control-allow-origin').toBeUndefined()
    })
  }
})
