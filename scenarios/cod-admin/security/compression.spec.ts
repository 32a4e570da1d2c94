import { signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

test('the list of orders comes compressed', { tag: '@COD-59' }, async ({ request }) => {
  const { headers } = await signIn(request, 'monitor')
  const response = await request.get('/api/orders', {
    headers: { ...headers, 'accept-encoding': 'gzip, br' },
    params: { limit: 100 },
  })
  await expect(response).toBeOK()
  expect((await response.body()).length, 'a list that is worth it').toBeGreaterThan(1_024)
  expect(response.headers()['content-encoding'] ?? 'none', 'content-encoding').toMatch(/gzip|br|zstd|deflate/)
})
