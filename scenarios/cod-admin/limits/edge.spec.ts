import type { APIResponse } from 'playwright/test'
import { figure } from '../../support/figures.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const most = (metric: string, scope: string) => figure(requirements, 'COD-49', { metric, scope })

test('the edge takes so many calls a second and refuses the rest', { tag: '@COD-49' }, async ({
  request,
  runId,
  address,
}) => {
  const call = (path: string, data?: object) => () => request.post(`${address('edge')}${path}`, { data })
  // Addresses that nobody has, each tried once: the shop itself refuses none of them for its number.
  let turn = 0
  const signIn = () =>
    call('/api/auth/login', { email: `edge-${runId}-${turn++}@example.com`, password: `wrong-${runId}` })()
  await test.step('sign-ins', () => burst('auth', 30, signIn))
  await test.step('calls of the API', () => burst('api', 120, call('/api/orders')))
})

/** A machine that is too busy to send so many calls in this time cannot tell, and must not pass. */
const slowest = 8_000

/** So many calls at once. Those that queue are not waited for: the refusals come at once. */
async function burst(scope: string, count: number, call: () => Promise<APIResponse>): Promise<void> {
  const started = performance.now()
  let refused = 0
  let answered = 0
  for (let index = 0; index < count; index++) {
    call()
      .then(response => {
        answered++
        if (response.status() === 429 || response.status() === 503) refused++
      })
      // What still queues at the end of the test is given up.
      .catch(() => {})
  }
  await expect(() => {
    const seconds = (performance.now() - started) / 1_000
    const admitted = 1 + most('requests_queued', scope) + Math.ceil(most('requests_per_s', scope) * seconds)
    expect(refused, `calls of ${count} that were refused, of ${answered} answered`).toBeGreaterThanOrEqual(
      count - admitted,
    )
  }).toPass({ timeout: slowest })
  expect(refused, 'calls that were refused').toBeLessThan(count)
}
