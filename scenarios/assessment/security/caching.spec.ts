import { expect, test } from '../test.ts'

/** Of each kind of call the quickest counts: a busy moment makes calls slower, and none quicker. */
const pairs = 3

test('what may be cached says so, and is quicker the second time', { tag: '@ASM-19' }, async ({
  request,
  runId,
  metric,
}) => {
  const ask = async (region: string) => {
    const started = performance.now()
    const response = await request.get('/api/catalogue', { params: { region } })
    const duration = performance.now() - started
    expect(response).toBeOK()
    expect.soft(response.headers()['cache-control'] ?? 'none', 'cache-control').toMatch(/\bmax-age=[1-9]/)
    return duration
  }
  const first: number[] = []
  const second: number[] = []
  for (let pair = 1; pair <= pairs; pair++) {
    // A region that nobody asked for before, so that the first call finds nothing kept.
    const region = `synthetic-${runId}-${Date.now()}-${pair}`
    first.push(await ask(region))
    second.push(await ask(region))
  }
  metric('first_call_ms', Math.min(...first))
  metric('second_call_ms', Math.min(...second))
  expect(Math.min(...second), 'ms of the second call').toBeLessThan(Math.min(...first) / 2)
})
