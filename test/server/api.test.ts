import { expect, test } from 'vitest'
import { runId } from '../../runner/core/ports.ts'
import { createFakeWatch, resultOf, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { type Serving, serve } from './support.ts'

const get = async (server: Serving, path: string) => {
  const response = await fetch(`${server.url}/api/v1${path}`)
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() }
}

const journey = watchedCheck('shop', 'checkout/pays-by-card', { tags: ['money'], covers: ['SHOP-3'], state: 'down' })
const home = watchedCheck('shop', 'home')
const passed = resultOf(home, { slot: start - 60_000 })
const failed = resultOf(journey, { verdict: 'failed', reason: 'assertion', slot: start - 30_000 })

const scene = () => ({
  watch: createFakeWatch({ systems: [systemOf('shop')], checks: [home, journey] }),
  results: [passed, failed],
})

test('systems have their addresses without credentials, and counts by state', async () => {
  await using server = await serve(scene())
  const { body } = await get(server, '/systems')
  expect(body.systems).toEqual([
    {
      id: 'shop',
      title: 'shop',
      environment: 'production',
      urls: { web: 'https://shop.example.com/' },
      requirements: 0,
      checks: { up: 1, retrying: 0, degraded: 0, down: 1, unknown: 0, maintenance: 0, paused: 0 },
    },
  ])
})

test('checks come with health and strip, filtered by state, tag, requirement and text', async () => {
  await using server = await serve(scene())
  const names = async (query: string) =>
    (await get(server, `/checks${query}`)).body.checks.map((check: { check: string }) => check.check)
  expect(await names('')).toEqual(['home', 'checkout/pays-by-card'])
  expect(await names('?state=down')).toEqual(['checkout/pays-by-card'])
  expect(await names('?tag=money')).toEqual(['checkout/pays-by-card'])
  expect(await names('?tag=SHOP-3')).toEqual(['checkout/pays-by-card'])
  expect(await names('?q=HOME')).toEqual(['home'])
  const { body } = await get(server, '/checks/shop/checkout/pays-by-card')
  expect(body).toMatchObject({ health: { state: 'down' }, strip: [{ verdict: 'failed' }] })
})

test('a field that the schema does not name stays inside', async () => {
  const secret = { ...home, password: 'hunter2', last: { ...passed, headers: { authorization: 'hunter2' } } }
  await using server = await serve({ watch: createFakeWatch({ checks: [secret] }) })
  const { body } = await get(server, '/checks')
  expect(body.checks[0].last.verdict).toBe('passed')
  expect(JSON.stringify(body)).not.toContain('hunter2')
})

test('results are selected by check, verdict and time', async () => {
  await using server = await serve(scene())
  const runs = async (query: string) =>
    (await get(server, `/results${query}`)).body.results.map((result: { run: string }) => result.run)
  expect(await runs('')).toEqual([runId(failed), runId(passed)])
  expect(await runs('?verdict=failed,unknown')).toEqual([runId(failed)])
  expect(await runs('?system=shop&check=home')).toEqual([runId(passed)])
  expect(await runs(`?to=${new Date(start - 40_000).toISOString()}`)).toEqual([runId(passed)])
  expect(await runs(`?from=${start - 40_000}`)).toEqual([runId(failed)])
  expect(await runs('?limit=1')).toEqual([runId(failed)])
})

test('one run is found by its id, whether or not a client encodes it once more', async () => {
  await using server = await serve(scene())
  expect(runId(failed)).toContain('%2F')
  for (const id of [runId(failed), encodeURIComponent(runId(failed))]) {
    const { status, body } = await get(server, `/runs/${id}`)
    expect([status, body.reason]).toEqual([200, 'assertion'])
  }
})

test('windows and series count, and a statistic without samples is null', async () => {
  await using server = await serve(scene())
  const { body } = await get(server, '/windows?system=shop&check=home')
  expect(body.windows).toMatchObject([{ runs: { passed: 1, failed: 0 }, p95: 41.5 }])
  const series = await get(server, '/series?system=shop&check=home&points=4')
  expect(series.body.points.map((point: { p95: number | null }) => point.p95)).toEqual([null, null, null, 41.5])
})

test.each([
  ['/runs/none', 404, "expected a run that is still kept, found 'none', which is none"],
  ['/checks/shop/none', 404, "found 'shop/none'"],
  ['/nothing', 404, 'GET /api/v1/nothing'],
  ['/results?limit=0', 400, 'limit'],
  ['/results?verdict=green', 400, 'verdict'],
  ['/results?from=yesterday', 400, "found 'yesterday'"],
  ['/results?colour=red', 400, 'colour'],
])('%s is a problem of status %i that says: %s', async (path, status, text) => {
  await using server = await serve(scene())
  const answer = await get(server, path)
  expect(answer.status).toBe(status)
  expect(answer.type).toContain('application/problem+json')
  expect(answer.body).toMatchObject({ type: 'about:blank', status })
  expect(answer.body.detail).toContain(text)
})

test('a broken store is a 500 without its inside, and a line in the log', async () => {
  await using server = await serve(scene())
  Object.assign(server.store, { results: async () => Promise.reject(new Error('disk /data/secret-path is full')) })
  const answer = await get(server, '/results')
  expect(answer.status).toBe(500)
  expect(JSON.stringify(answer.body)).not.toContain('secret-path')
  expect(server.lines.join()).toContain('secret-path')
})
