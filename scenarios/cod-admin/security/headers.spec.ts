import { figure } from '../../support/figures.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

for (const [where, path] of [
  ['the sign-in page', '/'],
  ['a refused call', '/api/orders'],
  ['a public form', '/forms/cash-on-delivery'],
] as const) {
  test(`security headers of ${where}`, { tag: '@COD-30' }, async ({ request }) => {
    const headers = (await request.get(path)).headers()
    const age = Number(/max-age=(\d+)/.exec(headers['strict-transport-security'] ?? '')?.[1])
    expect.soft(age, 'max-age of strict-transport-security').toBeGreaterThanOrEqual(figure(requirements, 'COD-30'))
    expect.soft(headers['x-content-type-options'], 'x-content-type-options').toBe('nosniff')
    const frames = headers['content-security-policy']?.includes("frame-ancestors 'self'")
    if (!frames) expect.soft(headers['x-frame-options']?.toUpperCase(), 'x-frame-options').toBe('SAMEORIGIN')
  })
}
