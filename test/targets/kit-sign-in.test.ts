import type { RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { type Accounts, createAccounts, seedAccounts } from './kit/accounts.ts'
import { createClock, type TargetClock } from './kit/clock.ts'
import { admitOrigin } from './kit/cors.ts'
import { guardedRoutes } from './kit/guarded-routes.ts'
import { createService, type ServiceOptions } from './kit/http.ts'
import { httpsRedirect, plainDoor } from './kit/https-redirect.ts'
import { type Listener, listen } from './kit/listen.ts'
import { createRateLimit, spend } from './kit/rate-limit.ts'
import { stateRoutes } from './kit/state-routes.ts'
import { createTokenSignIn } from './kit/token-sign-in.ts'
import { createTokens } from './kit/tokens.ts'

const open: Listener[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(listener => listener.close()))
})

async function serve(options: ServiceOptions, door = (service: RequestListener) => service) {
  const listener = await listen(door(createService(options)), { port: 0 })
  open.push(listener)
  return (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(listener.url + path, { method, headers, redirect: 'manual' })
}

type Role = 'admin' | 'client'

function seeded(clock: TargetClock = createClock()): Accounts<Role, { readonly phone?: string }> {
  const accounts = createAccounts<Role, { readonly phone?: string }>(clock.now)
  const seeds = [
    { uses: ['admin'], count: 1, as: { role: 'admin' as const } },
    { uses: ['booking', 'phone'], count: 2, as: { role: 'client' as const, phone: '123' } },
  ]
  seedAccounts(accounts, seeds, 'password123')
  return accounts
}

test('each use has accounts of its own, found by their address in any case', () => {
  const accounts = seeded()
  expect(accounts.all().map(({ id }) => id)).toEqual(['admin-1', 'booking-1', 'booking-2', 'phone-1', 'phone-2'])
  const phone = accounts.byEmail('Phone-2@example.com')!
  expect(phone).toMatchObject({ id: 'phone-2', name: 'phone-2', role: 'client', phone: '123' })
  expect(phone.password).not.toContain('password123')
  const changed = accounts.setPassword(accounts.change(phone, { name: 'Ann' }), 'another1')
  expect(accounts.byId('phone-2')).toMatchObject({ name: 'Ann' })
  expect(['another1', 'password123'].map(given => accounts.isPassword(changed, given))).toEqual([true, false])
  expect(accounts.withPassword('PHONE-2@example.com', 'another1')).toBe(changed)
  expect([accounts.withPassword('phone-2@example.com', 'wrong'), accounts.withPassword(1, 2)]).toEqual([
    undefined,
    undefined,
  ])
  // Changed meanwhile: what is not named stays as it is by now.
  expect(accounts.change(phone, { phone: '456' })).toMatchObject({ name: 'Ann', phone: '456' })
  expect([accounts.remove('phone-2'), accounts.remove('phone-2'), accounts.size]).toEqual([true, false, 4])
  expect(accounts.byEmail('phone-2@example.com')).toBeUndefined()
})

test.each([
  [undefined, { valid: 200, forged: 401, expired: 401 }],
  ['forged', { valid: 200, forged: 200, expired: 401 }],
  ['expired', { valid: 200, forged: 401, expired: 200 }],
] as const)('a call needs a token that is valid, unless a fault trusts others: %s', async (trusts, statuses) => {
  const clock = createClock()
  const accounts = seeded(clock)
  const tokens = createTokens('right', clock.now)
  const signIn = createTokenSignIn({ tokens, accounts, trusts })
  const make = guardedRoutes({ who: signIn.caller })
  const call = await serve({ routes: [make('GET', '/me', (_, { id }) => ({ json: { id } }))] })
  const statusOf = async (token: string) => (await call('/me', { authorization: `Bearer ${token}` })).status

  const someone = accounts.byId('booking-1')!
  const expired = signIn.accessToken(someone)
  clock.advance(signIn.accessLife * 1_000)
  const forged = createTokens('wrong', clock.now).sign(someone.id, 'access', 60)
  expect({
    valid: await statusOf(signIn.accessToken(someone)),
    forged: await statusOf(forged),
    expired: await statusOf(expired),
  }).toEqual(statuses)
  expect((await call('/me')).status).toBe(401)
  expect(await statusOf('no.token.')).toBe(401)
  expect(await statusOf(signIn.refreshToken(someone))).toBe(401)
  expect([signIn.ofRefresh(signIn.refreshToken(someone))?.id, signIn.ofRefresh(expired)]).toEqual([
    'booking-1',
    undefined,
  ])
})

test('who may not is refused with 403, before the handler sees the call', async () => {
  const accounts = seeded()
  const make = guardedRoutes({
    who: call => accounts.byId(call.header('x-user')),
    may: ({ role }) => role === 'admin',
    unknown: { detail: 'sign in first' },
    forbidden: { detail: 'only for an admin' },
  })
  const seen: string[] = []
  const routes = [
    make('DELETE', '/all', (_, { id }) => {
      seen.push(id)
      return { status: 204 }
    }),
  ]
  const call = await serve({ routes })
  const answers = await Promise.all(
    ['', 'booking-1', 'admin-1'].map(user => call('/all', user === '' ? {} : { 'x-user': user }, 'DELETE')),
  )
  expect(answers.map(({ status }) => status)).toEqual([401, 403, 204])
  expect(await answers[0]!.json()).toMatchObject({ detail: 'sign in first' })
  expect(await answers[1]!.json()).toMatchObject({ detail: 'only for an admin' })
  expect(seen).toEqual(['admin-1'])
})

test('plain HTTP leads to the TLS port, and a proxy is believed about its user', async () => {
  const options: ServiceOptions = { routes: [], before: call => httpsRedirect(call, 'https://127.0.0.1:7142') }
  const call = await serve(options, plainDoor)
  const led = await call('/a/b?c=1')
  expect([led.status, led.headers.get('location')]).toEqual([301, 'https://127.0.0.1:7142/a/b?c=1'])
  expect((await call('/a', { 'x-forwarded-proto': 'https' })).status).toBe(404)
  const secure = await serve(options)
  expect([(await secure('/a')).status, (await secure('/a', { 'x-forwarded-proto': 'http' })).status]).toEqual([
    404, 301,
  ])
})

test('only listed origins may read answers', async () => {
  const cors = { isListed: (origin: string) => origin === 'https://a.example', methods: 'GET', headers: 'X-A' }
  const call = await serve({ routes: [], before: call => admitOrigin(call, cors) })
  const ask = async (method: string, origin?: string) => {
    const { status, headers } = await call('/', origin ? { origin } : {}, method)
    return [status, headers.get('access-control-allow-origin'), headers.get('access-control-allow-methods')]
  }
  expect(await ask('GET')).toEqual([404, null, null])
  expect(await ask('GET', 'https://a.example')).toEqual([404, 'https://a.example', null])
  expect(await ask('GET', 'https://a.example.org')).toEqual([404, null, null])
  expect(await ask('OPTIONS', 'https://a.example')).toEqual([204, 'https://a.example', 'GET'])
})

test('a spent window is refused with 429 and says when it ends; state tells readiness and revision', async () => {
  const clock = createClock(() => 0)
  const limit = createRateLimit(1, 30_000, clock.now)
  const ready = { is: true }
  const routes = stateRoutes({ revision: { current: 'a' }, isReady: () => ready.is, more: { instance: 'blue' } })
  const call = await serve({
    routes,
    before(call) {
      if (call.url.pathname === '/version') spend(limit, 'key', call, seconds => ({ detail: `wait ${seconds} s` }))
      return undefined
    },
  })
  expect(await (await call('/version')).json()).toEqual({ revision: 'a', instance: 'blue' })
  const refused = await call('/version')
  expect([refused.status, refused.headers.get('retry-after'), (await refused.json()).detail]).toEqual([
    429,
    '30',
    'wait 30 s',
  ])
  clock.advance(30_000)
  expect((await call('/version')).headers.get('ratelimit-remaining')).toBe('0')
  ready.is = false
  expect([(await call('/health/live')).status, (await call('/health/ready')).status]).toEqual([200, 503])
})
