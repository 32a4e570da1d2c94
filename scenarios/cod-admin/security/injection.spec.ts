import { signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

test('SQL in a search finds nothing', { tag: '@COD-36' }, async ({ request, runId }) => {
  const { headers } = await signIn(request, 'monitor')
  const total = async (search: string) => {
    const response = await request.get('/api/orders', { headers, params: { search, limit: 1 } })
    expect(response.status(), `status of a search for ${search}`).toBeLessThan(500)
    return response.ok() ? (await response.json()).total : 0
  }
  expect(await total(''), 'orders that could be listed').toBeGreaterThan(0)
  for (const end of ["' OR '1'='1", "' OR 1=1 --", "'; SELECT pg_sleep(0); --", '" OR ""="']) {
    expect(await total(`${runId}${end}`), `orders found by ${end}`).toBe(0)
  }
})

test('a path with ../ reaches nothing outside the uploads', { tag: '@COD-54' }, async ({ request }) => {
  for (const path of [
    '..%2f..%2fpackage.json',
    '..%2F..%2F..%2Fetc%2Fpasswd',
    '..%5c..%5cpackage.json',
    '%2e%2e%2fpackage.json',
  ]) {
    const response = await request.get(`/uploads/${path}`)
    expect([400, 403, 404], `status of /uploads/${path}`).toContain(response.status())
  }
})
