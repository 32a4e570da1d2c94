import { expect, test } from 'vitest'
import { type Deploy, type DeployMark, deployId } from '../../runner/core/deploys.ts'
import { deploysBetween } from '../../runner/server/deploy-comparison.ts'
import { createFakeWatch, resultOf, start, systemOf } from '../support/fake-watch.ts'
import { type Scene, serve, token } from './support.ts'

const [minute, hour] = [60_000, 3_600_000]
const deployOf = (revision: string, at: number, more: Partial<Deploy> = {}): Deploy => {
  const mark = { system: 'shop', revision, at, by: 'gate' as const }
  return { ...mark, id: deployId(mark), environment: 'production', ...more }
}

async function world(scene: Scene = {}, deploys: readonly Deploy[] = []) {
  const marks: DeployMark[] = []
  const watch = createFakeWatch({ systems: [systemOf('shop')] })
  Object.assign(watch.alarms, {
    async markDeploy(mark: DeployMark) {
      marks.push(mark)
      return { ...mark, id: deployId(mark), environment: 'production' }
    },
  })
  const serving = await serve({ watch, ...scene })
  const keep = deploys.map(value => ({ kind: 'deploy' as const, id: value.id, at: value.at, value }))
  await serving.store.append({ results: [], health: [], keep })
  const post = async (body: object, authorization = `Bearer ${token}`) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await fetch(`${serving.url}/api/v1/deploys`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const get = async (path: string) => {
    const response = await fetch(`${serving.url}/api/v1/deploys${path}`)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { serving, marks, post, get, [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose]() }
}

test('a deploy is marked with the token alone, now when nobody says when', async () => {
  await using open = await world()
  const { post, marks } = open
  expect(await post({ system: 'shop', revision: 'abc', note: 'faster cart' })).toMatchObject({
    status: 200,
    body: { id: `shop~abc~${start}`, by: 'hand', note: 'faster cart' },
  })
  expect(
    await post({ system: 'shop', revision: 'def', by: 'gate', decision: 'no-go', at: start - minute }),
  ).toMatchObject({
    status: 200,
  })
  expect(marks).toMatchObject([{ revision: 'abc' }, { revision: 'def', decision: 'no-go', at: start - minute }])
  expect((await post({ system: 'shop', revision: 'abc' }, 'Bearer another-token-of-some')).status).toBe(401)
  expect(marks).toHaveLength(2)
})

test.each([
  [{ system: 'shoo', revision: 'abc' }, 404, 'expected a system that is watched (shop), found shoo'],
  [{ system: 'shop', revision: 'abc', environment: 'staging' }, 409, 'which is watched here, found one of staging'],
  [{ system: 'shop', revision: 'abc', at: start + hour }, 400, 'expected a deploy that has happened'],
  [{ system: 'shop', revision: '' }, 400, 'revision'],
  [{ system: 'shop', revision: 'abc', by: 'seen' }, 400, 'by'],
])('%j is refused', async (mark, status, detail) => {
  await using open = await world()
  const answer = await open.post(mark)
  expect(answer.status).toBe(status)
  expect(answer.body['detail']).toContain(detail)
  expect(open.marks).toEqual([])
})

test('deploys are listed, the newest first', async () => {
  const deploys = [
    deployOf('abc', start - 2 * hour),
    deployOf('def', start - hour),
    deployOf('x', start, { system: 'blog' }),
  ]
  await using open = await world({}, deploys)
  const revisions = async (query: string) =>
    ((await open.get(query)).body['deploys'] as Deploy[]).map(({ revision }) => revision)
  expect(await revisions('')).toEqual(['x', 'def', 'abc'])
  expect(await revisions(`?system=shop&from=${start - hour}`)).toEqual(['def'])
  const between = await deploysBetween(open.serving.store, { from: start - 2 * hour, to: start - hour, system: 'shop' })
  expect(between.map(({ revision }) => revision)).toEqual(['abc', 'def'])
})

test('a deploy is compared with as much time before it, and not beyond the deploy before', async () => {
  const at = start - hour
  const runs = (from: number, count: number, duration: number) =>
    Array.from({ length: count }, (_, index) =>
      resultOf(
        { system: 'shop', check: 'home' },
        { slot: from + index * minute, startedAt: from + index * minute, duration: duration + (index % 7) },
      ),
    )
  const results = [...runs(at - 3 * hour, 140, 900), ...runs(at - 40 * minute, 40, 100), ...runs(at, 60, 300)]
  const deploy = deployOf('v1/2', at)
  await using open = await world({ results }, [deployOf('abc', at - 40 * minute), deploy])
  const { status, body } = await open.get(`/${encodeURIComponent(deploy.id)}/comparison`)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    change: 'worse',
    before: { from: at - 40 * minute, to: at, revision: 'abc' },
    after: { from: at, to: start },
    statement: expect.stringContaining(
      'home is slower: median 103ms → 303ms (+194 %), very sure (p < 0.001, 40 and 60 runs)',
    ),
  })
  expect((await open.get(`/${deploy.id}/comparison`)).status).toBe(200)
  expect((await open.get('/shop~nope~1/comparison')).status).toBe(404)
})
