import { get } from 'node:http'
import { get as getByTls } from 'node:https'
import { afterEach, expect, test } from 'vitest'
import { referenceExpiredToken, referenceIdleToken, referenceUrls } from '../../scenarios/dental/reference.ts'
import { requirements } from '../../scenarios/dental/requirements.ts'
import { referenceAuthority } from '../../scenarios/support/reference.ts'
import { createDental, type Dental } from './dental/create-dental.ts'
import { breakable } from './dental/faults.ts'
import type { TargetOptions } from './kit/target.ts'

const open: Dental[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(target => target.close()))
})

interface Init {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

const minute = 60_000
/** Half past ten in São Paulo. */
const morning = Date.UTC(2026, 10, 21, 13, 30)

async function start(options: TargetOptions = {}) {
  const target = await createDental({ clock: () => morning, ...options })
  open.push(target)
  const callAt = (base: string, path: string, { method, body, headers = {} }: Init = {}) =>
    fetch(base + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
    })
  const call = (path: string, init?: Init) => callAt(target.urls.web, path, init)
  const signIn = async (email = 'monitor@centro.example.com', password: unknown = 'senha-de-teste-123') => {
    const response = await call('/api/auth/login', { body: { email, password } })
    const [access = '', refresh = ''] = response.headers.getSetCookie().map(cookie => cookie.split(';')[0]!)
    const { csrfToken = '' } = (await response.json()) as { csrfToken?: string }
    return { status: response.status, access, refresh, headers: { cookie: access, 'x-csrf-token': csrfToken } }
  }
  const statusOf = async (path: string, init?: Init) => (await call(path, init)).status
  return { target, call, callAt, signIn, statusOf }
}

const json = (response: Response) => response.json() as Promise<Record<string, unknown>>
const booking = { clinic: 'sul', service: 'canal', name: 'Ana', phone: '(11) 90000-0000' }

test('every id that can be broken is a promise of the clinics, and each promise of its kinds can be', () => {
  const kinds = ['journey', 'probe', 'security', 'audit']
  // DNT-39: that there is a runbook where alerts lead to.
  const wanted = ({ id, verify }: (typeof requirements)[number]) => kinds.includes(verify) || id === 'DNT-39'
  const ids = requirements.filter(wanted).map(({ id }) => id)
  expect(breakable.toSorted()).toEqual(ids.toSorted())
})

test('a session ends after half an hour alone, its access token after a quarter', async () => {
  const { target, signIn, statusOf } = await start()
  const { access, refresh } = await signIn()
  const me = () => statusOf('/api/auth/me', { headers: { cookie: access } })
  const renew = () => statusOf('/api/auth/refresh', { method: 'POST', headers: { cookie: refresh } })
  expect(await me()).toBe(200)
  target.control.advance(16 * minute)
  expect(await me()).toBe(401)
  target.control.advance(15 * minute)
  expect(await renew()).toBe(401)
})

test('a used refresh token ends its session: somebody else has it', async () => {
  const { call, signIn } = await start()
  const { refresh } = await signIn()
  const renew = (cookie: string) => call('/api/auth/refresh', { method: 'POST', headers: { cookie } })
  const second = (await renew(refresh)).headers.getSetCookie()[1]!.split(';')[0]!
  expect((await renew(refresh)).status).toBe(401)
  expect((await renew(second)).status).toBe(401)
})

test('whoever signs out is out, at every instance', async () => {
  const { target, callAt, signIn, statusOf } = await start()
  const { headers } = await signIn()
  expect(await statusOf('/api/auth/logout', { method: 'POST', headers })).toBe(204)
  const { instance1, instance2, instance3 } = target.urls
  for (const base of [instance1, instance2, instance3]) {
    expect((await callAt(base, '/api/auth/me', { headers })).status).toBe(401)
  }
})

test('removing a user ends what the user had open', async () => {
  const { call, signIn, statusOf } = await start()
  const { headers } = await signIn()
  const user = { name: 'Rui', email: 'rui@example.com', password: 'senha-do-rui', role: 'recepcao' }
  const { id } = await json(await call('/api/users', { headers, body: user }))
  const rui = await signIn(user.email, user.password)
  expect(await statusOf('/api/patients', { headers: rui.headers })).toBe(200)
  expect(await statusOf('/api/users', { headers: rui.headers })).toBe(403)
  expect(await statusOf(`/api/users/${id}`, { method: 'DELETE', headers })).toBe(204)
  expect(await statusOf('/api/patients', { headers: rui.headers })).toBe(401)
  expect((await signIn(user.email, user.password)).status).toBe(401)
})

test('times are taken once, are those of the calendar, and lie ahead', async () => {
  const { statusOf } = await start()
  const book = (start: string) => statusOf('/api/bookings', { body: { ...booking, start } })
  expect([await book('2027-01-05T09:00'), await book('2027-01-05T09:00')]).toEqual([201, 409])
  expect([await book('2026-11-21T10:29'), await book('2026-11-21T10:31')]).toEqual([422, 201])
  for (const start of ['2027-02-29T09:00', '2027-01-05T24:00', '2027-01-05', 'amanhã'])
    expect(await book(start)).toBe(422)
})

test('in the fault an impossible date is stored or breaks the system', async () => {
  const { call } = await start({ broken: ['DNT-34'] })
  const book = (start: string) => call('/api/bookings', { body: { ...booking, start } })
  expect(await json(await book('2099-02-30T09:00'))).toMatchObject({ start: '2099-03-02T09:00' })
  expect((await book('2099-13-45T09:00')).status).toBe(500)
})

test('the balancer hides an instance that fails, which itself does not', async () => {
  const { target, call, callAt } = await start({ broken: ['DNT-32'] })
  const seen = new Set<string | null>()
  for (let turn = 0; turn < 6; turn++) {
    const response = await call('/health')
    expect(response.status).toBe(200)
    seen.add(response.headers.get('x-instance'))
  }
  expect([...seen].toSorted()).toEqual(['topsmile-1', 'topsmile-3'])
  expect((await callAt(target.urls.instance2, '/health')).status).toBe(503)
})

test('health follows its parts, and nothing works without them', async () => {
  const { target, call, statusOf } = await start()
  target.control.faults({ redis: 'down' })
  const response = await call('/health')
  const expected = { status: 'degraded', services: { mongodb: 'ok', redis: 'error' } }
  expect([response.status, await json(response)]).toMatchObject([503, expected])
  expect(await statusOf('/api/clinics')).toBe(503)
  expect(await statusOf('/health/live')).toBe(200)
})

test('a window of 300 calls a minute, for each account alone', async () => {
  const { target, signIn, statusOf } = await start()
  const [limits, other] = [await signIn('limits@centro.example.com'), await signIn()]
  const me = (headers: Record<string, string>) => statusOf('/api/auth/me', { headers })
  const statuses = await Promise.all(Array.from({ length: 301 }, () => me(limits.headers)))
  expect(statuses.filter(status => status === 200)).toHaveLength(300)
  expect([await me(limits.headers), await me(other.headers)]).toEqual([429, 200])
  target.control.advance(minute)
  expect(await me(limits.headers)).toBe(200)
})

test('plain HTTP leads to HTTPS, also before the proxy', async () => {
  const { target } = await start()
  const ask = (base: string, headers: Record<string, string>) =>
    new Promise<readonly [number | undefined, string | undefined]>(resolve => {
      get(`${base}/agendar?x=1`, { headers: { host: 'topsmile.example', ...headers } }, response => {
        response.resume()
        resolve([response.statusCode, response.headers.location])
      })
    })
  expect(await ask(target.urls.plain, {})).toEqual([301, 'https://topsmile.example/agendar?x=1'])
  expect(await ask(target.urls.web, { 'x-forwarded-proto': 'http' })).toEqual([
    301,
    'https://topsmile.example/agendar?x=1',
  ])
  expect((await ask(target.urls.web, {}))[0]).toBe(200)
})

test('what the pack knows of the reference system is still so', async () => {
  const healthy = await start()
  const broken = await start({ broken: ['DNT-26'] })
  const me = ({ statusOf }: typeof healthy, token: string) =>
    statusOf('/api/auth/me', { headers: { cookie: `access=${token}` } })
  expect([await me(healthy, referenceIdleToken), await me(broken, referenceIdleToken)]).toEqual([401, 200])
  const past = await start({ clock: () => Date.UTC(2026, 0, 1) })
  expect([await me(healthy, referenceExpiredToken), await me(past, referenceExpiredToken)]).toEqual([401, 200])
  expect(Object.keys(referenceUrls)).toEqual(Object.keys(healthy.target.urls))
  const now = await start({ clock: Date.now })
  const options = { ca: referenceAuthority, servername: 'localhost', path: '/health/live' }
  const trusted = await new Promise<number | undefined>((resolve, reject) => {
    getByTls(now.target.urls.https, options, response => resolve(response.resume().statusCode)).on('error', reject)
  })
  expect(trusted).toBe(200)
})

test('the same seed gives the same patients', async () => {
  const names = async (seed: number) => {
    const { call, signIn } = await start({ seed })
    const { headers } = await signIn()
    const { patients } = (await json(await call('/api/patients', { headers }))) as { patients: { name: string }[] }
    return patients.map(({ name }) => name)
  }
  expect(await names(7)).toEqual(await names(7))
  expect(await names(7)).not.toEqual(await names(8))
})
