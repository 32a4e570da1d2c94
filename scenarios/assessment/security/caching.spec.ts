import { expect, test } from '../test.ts'

/** Of each kind of call the quickest counts: a busy moment makes calls slower, and none quicker. It may last for some pairs. */
const fewestPairs = 3
const mostPairs = 10

test('what may be cached says so, and is quicker the second time', { tag: '@ASM-19' }, async ({
  request,
  runId,
  metric,
}) => {
  const ask = async (region: string) => {
    const started = performance.now()
    const response = await request.get('/api/catalogue', { params: { region } })
    const duration = performance.now() - started
    await expect(response).toBeOK()
    expect(response.headers()['cache-control'] ?? 'none', 'cache-control').toMatch(/\bmax-age=[1-9]/)
    return duration
  }
  let first = Number.POSITIVE_INFINITY
  let second = Number.POSITIVE_INFINITY
  for (let pair = 1; pair <= fewestPairs || (second >= first / 2 && pair <= mostPairs); pair++) {
    // A region that nobody asked for before, so that the first call finds nothing kept.
    const region = `synthetic-${runId}-${Date.now()}-${pair}`
    first = Math.min(first, await ask(region))
    second = Math.min(second, await ask(region))
  }
  metric('first_call_ms', first)
  metric('second_call_ms', second)
  expect(second, 'ms of the second call').toBeLessThan(first / 2)
})
