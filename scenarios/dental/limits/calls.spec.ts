import { figure } from '../../support/figures.ts'
import { expectAtMost, rateLimitOf } from '../../support/rate-limit.ts'
import { accountOf, signIn } from '../clinic.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const most = figure(requirements, 'DNT-24')

test.describe.configure({ timeout: 60_000 })

test(`more than ${most} calls a minute are refused`, { tag: '@DNT-24' }, async ({ request }) => {
  const { headers } = await signIn(request, 'limits')
  const call = () => request.get('/api/auth/me', { headers })
  const { limit, remaining, reset } = rateLimitOf(await call())
  const endsAt = performance.now() + reset * 1_000
  expect(limit, 'RateLimit-Limit').toBeLessThanOrEqual(most)
  // A window that is partly spent proves nothing about its size: the run is unknown, never passed.
  test.skip(
    remaining !== limit - 1,
    `expected the window of ${accountOf('limits')} to be whole, found ${remaining} left`,
  )
  try {
    await expectAtMost(most, call, { spent: 1 })
  } catch (error) {
    test.skip(performance.now() > endsAt, `expected to make ${most} calls within the window, found us too slow for it`)
    throw error
  }
})
