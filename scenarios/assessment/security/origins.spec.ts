import { expectForeignOriginsRefused } from '../../support/cors.ts'
import { expect, test } from '../test.ts'

test('a foreign origin is not allowed', { tag: '@ASM-29' }, async ({ request, address, session }) => {
  const path = '/api/assessments'
  const { headers } = session

  await test.step('the platform itself is', async () => {
    const { origin } = new URL(address('web'))
    const response = await request.get(path, { headers: { ...headers, origin } })
    expect(response.headers()['access-control-allow-origin'], 'access-control-allow-origin').toBe(origin)
  })
  await expectForeignOriginsRefused(request, path, {
    headers,
    origins: ['https://partner.example.evil.example', 'http://partner.example'],
  })
})
