import { once } from 'node:events'
import { get } from 'node:https'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { referenceExpiredToken, referenceTotpSecret, referenceUrls } from '../../scenarios/agent-portal/reference.ts'
import { requirements } from '../../scenarios/agent-portal/requirements.ts'
import { referenceAuthority } from '../../scenarios/support/reference.ts'
import { totp } from '../../scenarios/support/totp.ts'
import { type AgentPortal, createAgentPortal } from './agent-portal/create-agent-portal.ts'
import { breakable } from './agent-portal/faults.ts'
import type { TargetOptions } from './kit/target.ts'
import { signWebhook } from './kit/webhook-signature.ts'

const open: AgentPortal[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(target => target.close()))
})

interface Init {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

interface Body {
  readonly [name: string]: unknown
  readonly id: string
  readonly items: readonly Body[]
  readonly total: number
}

async function start(options: TargetOptions = {}) {
  const target = await createAgentPortal(options)
  open.push(target)
  const call = async (path: string, { method, body, headers = {} }: Init = {}) => {
    const response = await fetch(target.urls.web + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'manual',
    })
    const text = await response.text()
    const json = (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {}) as Body
    return { status: response.status, headers: response.headers, text, json }
  }
  const signIn = async (name = 'monitor-1') => {
    const { json } = await call('/api/auth/login', { body: { email: `${name}@example.com`, password: 'password123' } })
    const { accessToken, refreshToken } = json['tokens'] as { accessToken: string; refreshToken: string }
    const headers = { authorization: `Bearer ${accessToken}` }
    const as = (path: string, init: Init = {}) => call(path, { ...init, headers })
    return { accessToken, refreshToken, headers, as }
  }
  return { target, call, signIn }
}

const patient = { name: 'Ann', email: 'ann@example.com', phone: '' }
const slotId = 'doctor-1~2027-01-04T09:00'
const day = 86_400_000

test('each promise of its kinds can be broken, but the one that needs other browsers', () => {
  const kinds = ['journey', 'probe', 'security', 'audit']
  const ids = requirements.filter(({ verify }) => kinds.includes(verify)).map(({ id }) => id)
  expect(breakable.toSorted()).toEqual(ids.filter(id => id !== 'AGT-29').toSorted())
})

test('health follows the database, which the control port takes down', async () => {
  const { target, call, signIn } = await start()
  const { as } = await signIn()
  expect((await call('/api/health')).json).toMatchObject({ status: 'ok', database: { status: 'ok' } })
  target.control.faults({ database: 'down' })
  const down = await call('/api/health')
  expect([down.status, down.json]).toMatchObject([503, { status: 'degraded', database: { status: 'error' } }])
  expect((await as('/api/doctors')).status).toBe(503)
})

test('the clock ends access tokens, refresh tokens and windows of tries', async () => {
  const { target, call, signIn } = await start()
  const { as, refreshToken } = await signIn()
  const tryOnce = () => call('/api/auth/login', { body: { email: 'monitor-1@example.com', password: 'wrong' } })
  for (let turn = 2; turn <= 20; turn++) expect((await tryOnce()).status).toBe(401)
  expect((await tryOnce()).status).toBe(429)
  target.control.advance(15 * 60_000)
  expect((await as('/api/doctors')).status).toBe(401)
  expect((await tryOnce()).status).toBe(401)
  expect((await call('/api/auth/refresh', { body: { refreshToken } })).status).toBe(200)
  target.control.advance(7 * day)
  expect((await call('/api/auth/refresh', { body: { refreshToken } })).status).toBe(401)
})

test('a second factor takes its code, and nothing else', async () => {
  const { target, call } = await start()
  const { json } = await call('/api/auth/login', { body: { email: 'sign-in-1@example.com', password: 'password123' } })
  expect(json).not.toHaveProperty('tokens')
  const verify = (code: string) =>
    call('/api/auth/verify', { body: { challenge: json['challenge'], code } }).then(({ status }) => status)
  const code = await totp(referenceTotpSecret)
  expect(await verify(String((Number(code) + 1) % 1_000_000).padStart(6, '0'))).toBe(401)
  expect(await verify(code)).toBe(200)
  target.control.advance(5 * 60_000)
  expect(await verify(await totp(referenceTotpSecret, Date.now() + 5 * 60_000))).toBe(401)
})

test('of many who book one slot at the same moment, one wins; cancelled, it is free again', async () => {
  const { signIn } = await start()
  const { as } = await signIn()
  const book = () => as('/api/appointments', { body: { slotId, patient } })
  const answers = await Promise.all(Array.from({ length: 10 }, book))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(9)
  const { id } = answers.find(({ status }) => status === 201)!.json
  const isFree = async () => {
    const { items } = (await as('/api/time-slots/availability?doctorId=doctor-1&date=2027-01-04')).json
    return items.some(slot => slot.id === slotId)
  }
  expect(await isFree()).toBe(false)
  await as(`/api/appointments/${id}/status`, { method: 'PATCH', body: { state: 'cancelled' } })
  expect(await isFree()).toBe(true)
})

test('a patient who came by a booking goes with the last one', async () => {
  const { target, signIn } = await start()
  const { as } = await signIn()
  const { customers } = target.control.facts()
  const one = await as('/api/appointments', { body: { slotId, patient } })
  const two = await as(`/api/appointments/${one.json.id}/follow-up`, { body: { date: '2027-01-05' } })
  expect(target.control.facts()['customers']).toBe(Number(customers) + 1)
  await as(`/api/appointments/${one.json.id}`, { method: 'DELETE' })
  expect(target.control.facts()['customers']).toBe(Number(customers) + 1)
  await as(`/api/appointments/${two.json.id}`, { method: 'DELETE' })
  expect(target.control.facts()['customers']).toBe(customers)
})

test('a bulk booking stores all or, with too few free slots, nothing', async () => {
  const { signIn } = await start()
  const { as } = await signIn()
  const bulk = (count: number) => {
    const patients = Array.from({ length: count }, (_, index) => ({
      name: `P${index}`,
      email: `p${index}@example.com`,
    }))
    return as('/api/appointments/bulk', { body: { doctorId: 'doctor-2', date: '2027-01-04', patients } })
  }
  expect((await bulk(17)).status).toBe(409)
  expect((await bulk(16)).json.total).toBe(16)
  expect((await bulk(1)).status).toBe(409)
})

test('an approval is given once, and told to open pages; strangers hear nothing', async () => {
  const { target, signIn } = await start()
  const { as, accessToken } = await signIn()
  const address = `${target.urls.web.replace('http', 'ws')}/api/socket`
  const [refusal] = await once(new WebSocket(`${address}?token=garbage`), 'error')
  expect(refusal.message).toContain('401')
  const { json } = await as('/api/appointments', { body: { slotId, patient, kind: 'acb' } })
  const socket = new WebSocket(`${address}?token=${accessToken}`)
  await once(socket, 'message')
  const told = once(socket, 'message')
  const approve = () => as(`/api/appointments/${json.id}/approve`, { method: 'POST' })
  expect((await approve()).json).toMatchObject({ state: 'confirmed' })
  expect(JSON.parse(String((await told)[0]))).toEqual({
    type: 'appointment',
    appointment: { id: json.id, state: 'confirmed' },
  })
  expect((await approve()).status).toBe(409)
})

test('a notification goes to its user alone', async () => {
  const { target, signIn } = await start()
  const [own, other] = [await signIn('monitor-1'), await signIn('monitor-2')]
  const listen = async ({ accessToken }: { accessToken: string }) => {
    const socket = new WebSocket(`${target.urls.web.replace('http', 'ws')}/api/socket?token=${accessToken}`)
    await once(socket, 'message')
    return { next: once(socket, 'message').then(([message]) => String(message)) }
  }
  const [first, second] = [await listen(own), await listen(other)]
  await own.as('/api/notifications', { body: { text: 'for one' } })
  await other.as('/api/notifications', { body: { text: 'for two' } })
  expect(await first.next).toContain('for one')
  expect(await second.next).toContain('for two')
  expect((await own.as('/api/notifications')).json.total).toBe(1)
})

test('a payment is refunded once; the gateway has to sign', async () => {
  const { target, signIn } = await start()
  const { as } = await signIn()
  const { json } = await as('/api/payments', { body: { customer: 'Ann', amount: 10, method: 'card' } })
  const refund = () => as('/api/payments/refund', { body: { paymentId: json.id } })
  expect((await refund()).json).toMatchObject({ state: 'refunded' })
  expect((await refund()).status).toBe(409)
  const body = Buffer.from('{"paid":true}')
  const secret = 'reference-webhook-secret-of-the-agent-portal-that-everybody-may-see'
  const send = (signature: string) =>
    fetch(`${target.urls.web}/api/payments/webhook`, {
      method: 'POST',
      body: body.toString(),
      headers: { 'x-webhook-signature': signature },
    }).then(({ status }) => status)
  expect(await send(signWebhook(secret, body, Date.now()))).toBe(200)
  expect(await send(signWebhook('another', body, Date.now()))).toBe(401)
})

test('the description has every call of the API', async () => {
  const { call } = await start()
  const { json } = await call('/api/openapi.json')
  const paths = Object.keys(json['paths'] as object)
  expect(paths).toEqual(expect.arrayContaining(['/api/time-slots/{id}', '/api/tasks/bulk-update']))
  const listed = paths.filter(path => path.startsWith('/api/') && !path.includes('{'))
  // Known calls answer something else than 404 to a stranger.
  for (const path of listed) expect((await call(path)).status, path).not.toBe(404)
})

test('an unknown page is a page with status 404, an unknown call is JSON', async () => {
  const { call } = await start()
  const page = await call('/nothing')
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  expect(page.text).toContain('Page not found')
  expect((await call('/api/nothing')).json).toEqual({ error: 'Not Found' })
})

test('what the pack knows of the reference system is still so', async () => {
  const then = await start({ clock: () => Date.UTC(2026, 0, 1) })
  const headers = { authorization: `Bearer ${referenceExpiredToken}` }
  expect((await then.call('/api/users/me', { headers })).json).toMatchObject({ id: 'monitor-1' })
  const { target, call } = await start()
  expect((await call('/api/users/me', { headers })).status).toBe(401)
  expect(Object.keys(target.urls)).toEqual(Object.keys(referenceUrls))
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const options = { ca: referenceAuthority, servername: 'localhost', path: '/api/health' }
    get(target.urls.https, options, response => resolve(response.resume().statusCode)).on('error', reject)
  })
  expect(status).toBe(200)
})

test('a promise that it cannot break is refused', async () => {
  await expect(createAgentPortal({ broken: ['AGT-29'] })).rejects.toThrow('found AGT-29')
})
