import { figure } from '../../support/figures.ts'
import { rateLimitOf } from '../../support/rate-limit.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const most = figure(requirements, 'COD-32')

test(`sign-in is tried ${most} times and not once more`, { tag: '@COD-32' }, async ({ request, runId }) => {
  // An address that nobody has: its window is untouched, and nobody is locked out.
  const data = { email: `limits-${runId}@example.com`, password: `wrong-${runId}` }
  for (let turn = 1; turn <= most; turn++) {
    await test.step(`try ${turn}`, async () => {
      const response = await request.post('/api/auth/login', { data })
      expect(response.status()).toBe(401)
      expect(rateLimitOf(response).remaining, 'RateLimit-Remaining').toBeGreaterThanOrEqual(0)
    })
  }
  await test.step('one more', async () => {
    const response = await request.post('/api/auth/login', { data })
    expect(response.status(), `status of try ${most + 1}`).toBe(429)
    expect(rateLimitOf(response).reset).toBeGreaterThan(0)
  })
})
