/** Who may do what, on all routes of the real server, by every way of saying who one is. */

import fastify from 'fastify'
import { expect, test } from 'vitest'
import type { Right, Role } from '../../runner/core/accounts.ts'
import { createAccess } from '../../runner/server/access.ts'
import { guardRoutes } from '../../runner/server/rights.ts'
import { hashOfSecret } from '../../runner/system/secret-hash.ts'
import { createFakeWatch, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { incidentOf, pageAlarms } from '../support/page-alarms.ts'
import { addPerson, type Scene, type Serving, serve, signIn, token } from './support.ts'

const scene = (options: Scene['options'] = {}) => {
  const alarms = pageAlarms({ open: [incidentOf({ id: 'i' })] })
  const watch = createFakeWatch({
    systems: [systemOf('shop', { status: { title: 'Shop', parts: { Ordering: ['home'] } } })],
    checks: [watchedCheck('shop', 'home')],
    alarms,
    status: 'Example Shop',
  })
  return serve({ watch, options })
}

const machine = async ({ accounts }: Serving, name: string, scopes: readonly Right[], expiresAt?: number) => {
  const secret = `secret-of-${name}`
  const known = { name, scopes, createdAt: start, ...(expiresAt === undefined ? {} : { expiresAt }) }
  expect(await accounts.addToken(known, hashOfSecret(secret))).toBe(true)
  return { authorization: `Bearer ${secret}` }
}

const ask = async (server: Serving, method: string, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(server.url + path, { method, redirect: 'manual', headers })
  await response.body?.cancel()
  return response.status
}

/** A form without a password that is refused says nothing of the route. */
const isRefused = (url: string, status: number) => url !== '/sign-in' && [401, 403].includes(status)

/** A route's address with something in place of its parameters. */
const filled = (url: string) => url.replaceAll(/:\w+|\*/g, 'x')

test('a route that does not say what it needs is refused when the server starts', () => {
  const app = fastify()
  const options = { token, publicUrl: () => undefined } as never
  guardRoutes(app, createAccess(options), options)
  expect(() => app.get('/forgotten', async () => 'secret')).toThrow(
    'expected GET /forgotten to declare its right, found none',
  )
})

test('every route declares its right, and what is open is exactly this', async () => {
  await using server = await scene()
  expect(server.routes.length).toBeGreaterThan(70)
  const of = (right: string) => server.routes.filter(route => route.right === right && route.method !== 'HEAD')
  expect(of('public').map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /health/live',
    'GET /health/ready',
    'GET /api/openapi.json',
    'POST /heartbeat/:token',
    'GET /heartbeat/:token',
    'POST /heartbeat/:token/:kind',
    'GET /heartbeat/:token/:kind',
    'GET /assets/:name',
    'GET /sign-in',
    'POST /sign-in',
    'POST /sign-out',
    'GET /status',
    'GET /status.atom',
    'GET /badge/:system',
    'GET /badge/:system/:part',
  ])
  // What changes something is never among those that reading is enough for.
  expect(of('read').filter(({ method }) => method !== 'GET')).toEqual([])
  expect(server.routes.filter(({ method, right }) => method === 'POST' && right === 'read')).toEqual([])
})

test('with a sign-in wanted a stranger gets nothing of any route but what is open', async () => {
  await using server = await scene({ signIn: true })
  for (const { method, url, right } of server.routes) {
    const status = await ask(server, method, filled(url))
    const words = `${method} ${url}`
    if (right === 'public') expect([words, isRefused(url, status)]).toEqual([words, false])
    else expect([words, status]).toEqual([words, 401])
  }
})

test('without one reading is free, and what changes something is not', async () => {
  await using server = await scene()
  for (const { method, url, right } of server.routes.filter(route => route.url !== '/api/v1/events')) {
    const status = await ask(server, method, filled(url))
    const words = `${method} ${url}`
    if (right === 'public' || right === 'read') expect([words, isRefused(url, status)]).toEqual([words, false])
    else expect([words, status]).toEqual([words, 401])
  }
})

const may: Readonly<Record<Role, readonly Right[]>> = {
  viewer: ['read'],
  operator: ['read', 'run', 'deploy', 'operate'],
  admin: ['read', 'run', 'deploy', 'operate', 'admin'],
}

test.each(Object.entries(may) as [Role, Right[]][])('a %s may %j and nothing else', async (role, allowed) => {
  await using server = await scene({ signIn: true })
  await addPerson(server, 'Amira', role)
  const headers = { ...(await signIn(server, 'amira')), origin: server.url }
  for (const { method, url, right } of server.routes) {
    if (right === 'public' || url === '/api/v1/events') continue
    const status = await ask(server, method, filled(url), headers)
    const words = `${method} ${url}`
    expect([words, status === 403]).toEqual([words, !allowed.includes(right)])
    expect([words, status]).not.toEqual([words, 401])
  }
})

test('a token may what its scopes say; expired, removed or wrong it opens nothing', async () => {
  await using server = await scene({ signIn: true })
  const ci = await machine(server, 'ci', ['deploy'])
  const prometheus = await machine(server, 'prometheus', ['read'], start + 60_000)
  const deploy = (headers: Record<string, string>) => ask(server, 'POST', '/api/v1/deploys', headers)
  // 400: it was let through, and said nothing of a deploy.
  expect([await deploy(ci), await ask(server, 'GET', '/metrics', ci)]).toEqual([400, 403])
  expect([await deploy(prometheus), await ask(server, 'GET', '/metrics', prometheus)]).toEqual([403, 200])
  expect(await ask(server, 'GET', '/metrics', { authorization: `bearer ${token}` })).toBe(200)
  for (const authorization of ['Bearer secret-of-nobody', 'Basic c2VjcmV0LW9mLWNpOg==', 'Bearer', 'Bearer a b'])
    expect([authorization, await ask(server, 'GET', '/metrics', { authorization })]).toEqual([authorization, 401])

  await server.clock.advance(60_000)
  expect(await ask(server, 'GET', '/metrics', prometheus)).toBe(401)
  await server.accounts.removeToken('CI')
  expect(await deploy(ci)).toBe(401)
})

test('the last use of a token is known to the minute', async () => {
  await using server = await scene()
  const headers = await machine(server, 'ci', ['run'])
  const used = async () => (await server.accounts.tokens()).map(({ lastUsedAt }) => lastUsedAt)
  const run = () => ask(server, 'POST', '/api/v1/checks/shop/home/run', headers)
  expect(await used()).toEqual([undefined])
  expect(await run()).toBe(200)
  expect(await used()).toEqual([start])
  await server.clock.advance(59_000)
  await run()
  expect(await used()).toEqual([start])
  await server.clock.advance(1_000)
  await run()
  expect(await used()).toEqual([start + 60_000])
})

test('what is done is signed by whoever did it', async () => {
  await using server = await scene()
  await addPerson(server, 'Amira', 'operator')
  const amira = { ...(await signIn(server, 'Amira')), origin: server.url }
  const robot = await machine(server, 'robot', ['operate'])
  const post = async (path: string, headers: Record<string, string>, body: object = {}) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.json()
  }
  expect(await post('/incidents/i/acknowledge', amira)).toMatchObject({ acknowledgedBy: 'Amira' })
  const noted = await post('/incidents/i/notes', robot, { text: 'restarted redis' })
  expect(noted.timeline.at(-1)).toMatchObject({ kind: 'noted', by: 'token robot', text: 'restarted redis' })
  const window = { title: 'Upgrade', selection: ['shop'], to: start + 1_000 }
  expect(await post('/maintenance', amira, window)).toMatchObject({ by: 'Amira', when: { from: start } })
  expect(await post('/maintenance', { authorization: `Bearer ${token}` }, window)).toMatchObject({
    by: 'Somebody with the token',
  })
  const marks: object[] = []
  const drills: object[] = []
  Object.assign(server.watch.alarms, {
    markDeploy: async (mark: object) => {
      marks.push(mark)
      return { id: 'd', environment: 'production', ...mark }
    },
    drill: async (asked: object) => {
      drills.push(asked)
      return []
    },
  })
  expect(await post('/deploys', robot, { system: 'shop', revision: 'abc' })).toMatchObject({ markedBy: 'token robot' })
  await post('/drill', amira)
  expect(await post('/checks/shop/home/run', robot)).toMatchObject({ by: 'token robot' })
  expect(await post('/checks/shop/home/run', amira)).toMatchObject({ by: 'Amira' })
  expect(marks).toMatchObject([{ markedBy: 'token robot' }])
  expect(drills).toMatchObject([{ by: { name: 'Amira' } }])
  const told = server.lines.map(line => JSON.parse(line)).filter(({ by }) => by !== undefined)
  expect(told.at(-1)).toMatchObject({ by: 'Amira', method: 'POST', url: '/api/v1/checks/shop/home/run', status: 200 })
})

test('a form of another site does nothing in the name of whoever is signed in', async () => {
  await using server = await scene({ publicUrl: () => 'https://vedette.example' })
  await addPerson(server, 'Amira', 'admin')
  const cookie = await signIn(server, 'Amira')
  const acknowledge = (headers: Record<string, string>) =>
    ask(server, 'POST', '/incidents/i/acknowledge', { ...cookie, ...headers })
  expect(await acknowledge({ origin: 'https://evil.example' })).toBe(403)
  expect(await acknowledge({ origin: 'null' })).toBe(403)
  expect(await acknowledge({ 'sec-fetch-site': 'same-site' })).toBe(403)
  expect(await acknowledge({ origin: 'https://vedette.example' })).toBe(303)
})

test('an answer that refuses says what was needed, who asked and what to do', async () => {
  await using server = await scene()
  await addPerson(server, 'Amira', 'viewer')
  const headers = { ...(await signIn(server, 'Amira')), origin: server.url }
  const response = await fetch(`${server.url}/api/v1/checks/shop/home/run`, { method: 'POST', headers })
  expect(await response.json()).toMatchObject({
    status: 403,
    expected: 'somebody who may run',
    found: 'Amira, who may read',
    mend: expect.stringContaining('vedette people role'),
  })
  const stranger = await fetch(`${server.url}/api/v1/checks/shop/home/run`, { method: 'POST' })
  expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
})
