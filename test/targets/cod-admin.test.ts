import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:http'
import { get as getByTls } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { referenceExpiredToken } from '../../scenarios/cod-admin/reference.ts'
import { requirements } from '../../scenarios/cod-admin/requirements.ts'
import { referenceAuthority } from '../../scenarios/support/reference.ts'
import { type CodAdmin, type CodAdminOptions, createCodAdmin } from './cod-admin/create-cod-admin.ts'
import { breakable } from './cod-admin/faults.ts'

const open: CodAdmin[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(target => target.close()))
})

async function start(options: CodAdminOptions = {}) {
  const target = await createCodAdmin(options)
  open.push(target)
  const call = (path: string, init: { method?: string; body?: unknown; headers?: Record<string, string> } = {}) =>
    fetch(target.urls.web + path, {
      method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
      headers: { 'content-type': 'application/json', ...init.headers },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      redirect: 'manual',
    })
  const signIn = async (email: string, password = 'password123') => {
    const response = await call('/api/auth/login', { body: { email, password } })
    const { tokens } = (await response.json()) as { tokens: { accessToken: string; refreshToken: string } }
    return { tokens, headers: { authorization: `Bearer ${tokens.accessToken}` } }
  }
  const control = (path: string, body?: unknown) =>
    fetch(target.control.url + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) })
  return { target, call, signIn, control }
}

const order = { customer: 'Ann', phone: '+62 555 0100', address: '1 Test Street', amount: 49 }
const json = (response: Response) => response.json() as Promise<Record<string, unknown>>

test('every id that can be broken is a promise of the shop', () => {
  const ids = requirements.map(({ id }) => id)
  expect(breakable.filter(id => !ids.includes(id))).toEqual([])
})

test('health follows its parts, which the control port takes down', async () => {
  const { call, control } = await start()
  expect(await json(await call('/health'))).toMatchObject({ status: 'ok', services: { database: 'ok', redis: 'ok' } })
  await control('/faults', { redis: 'down' })
  const degraded = await call('/health')
  expect([degraded.status, await json(degraded)]).toMatchObject([
    503,
    { status: 'degraded', services: { redis: 'error' } },
  ])
  expect((await call('/health/ready')).status).toBe(200)
  await control('/faults', { redis: 'up', database: 'down' })
  expect((await call('/health/ready')).status).toBe(503)
  expect((await call('/health/live')).status).toBe(200)
  expect((await control('/faults', { mail: 'down' })).status).toBe(400)
})

test('the clock of the control port ends tokens and windows', async () => {
  const { call, control, signIn } = await start()
  const { tokens, headers } = await signIn('load-1@example.com')
  expect((await call('/api/orders', { headers })).status).toBe(200)
  for (let turn = 2; turn <= 5; turn++) await signIn('load-1@example.com')
  const refused = await call('/api/auth/login', { body: { email: 'LOAD-1@example.com', password: 'password123' } })
  expect([refused.status, refused.headers.get('ratelimit-remaining')]).toEqual([429, '0'])
  expect(
    (await call('/api/auth/login', { body: { email: 'load-2@example.com', password: 'password123' } })).status,
  ).toBe(200)

  await control('/clock', { advance: 15 * 60_000 })
  expect((await call('/api/orders', { headers })).status).toBe(401)
  expect((await call('/api/auth/refresh', { body: { refreshToken: tokens.refreshToken } })).status).toBe(200)
  expect(
    (await call('/api/auth/login', { body: { email: 'load-1@example.com', password: 'password123' } })).status,
  ).toBe(200)
  await control('/clock', { advance: 7 * 86_400_000 })
  expect((await call('/api/auth/refresh', { body: { refreshToken: tokens.refreshToken } })).status).toBe(401)
  expect((await control('/clock', { advance: -1 })).status).toBe(400)
})

test('a hundred users can sign in and read at once', async () => {
  const { call, signIn } = await start()
  const statuses = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const { headers } = await signIn(`load-${index + 1}@example.com`)
      return (await call('/api/orders', { headers })).status
    }),
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
})

test('a reset token changes the password once; unknown addresses get the same answer and no mail', async () => {
  const { call, control } = await start()
  const email = 'ann@example.com'
  await call('/api/auth/register', { body: { email, password: 'first-password', name: 'Ann' } })
  expect((await call('/api/auth/forgot-password', { body: { email } })).status).toBe(202)
  expect((await call('/api/auth/forgot-password', { body: { email: 'nobody@example.com' } })).status).toBe(202)
  expect(await json(await control('/mailbox?to=nobody@example.com'))).toEqual({ mails: [] })
  const { mails } = (await json(await control(`/mailbox?to=${email}`))) as { mails: { text: string }[] }
  const token = /token=(\S+)/.exec(mails[0]!.text)![1]!
  const reset = () => call('/api/auth/reset-password', { body: { token, password: 'second-password' } })
  expect([(await reset()).status, (await reset()).status]).toEqual([200, 400])
  const tries = ['first-password', 'second-password'].map(password =>
    call('/api/auth/login', { body: { email, password } }),
  )
  expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([401, 200])
})

test('roles, states and validation', async () => {
  const { call, signIn } = await start()
  const viewer = await signIn('viewer-1@example.com')
  expect((await call('/api/orders', { headers: viewer.headers })).status).toBe(200)
  expect((await call('/api/orders', { headers: viewer.headers, body: order })).status).toBe(403)
  const { headers } = await signIn('manager-1@example.com')
  const wrong = await call('/api/orders', { headers, body: { ...order, phone: '', amount: -1 } })
  expect(wrong.status).toBe(400)
  expect((await json(wrong))['errors']).toMatchObject([{ field: 'phone' }, { field: 'amount' }])
  const { id } = await json(await call('/api/orders', { headers, body: order }))
  const move = (status: string) => call(`/api/orders/${id}/status`, { method: 'PATCH', headers, body: { status } })
  expect((await move('delivered')).status).toBe(409)
  expect((await move('lost')).status).toBe(400)
  expect(await json(await move('confirmed'))).toMatchObject({ state: 'confirmed', nextStates: ['packed', 'cancelled'] })
  const change = { amount: 50, state: 'delivered' }
  expect(await json(await call(`/api/orders/${id}`, { method: 'PATCH', headers, body: change }))).toMatchObject({
    amount: 50,
    state: 'confirmed',
  })
  expect((await call(`/api/orders/${id}`, { method: 'DELETE', headers })).status).toBe(204)
  expect((await call(`/api/orders/${id}`, { headers })).status).toBe(404)
})

test('a webhook with the right signature moves its order', async () => {
  const { call, signIn } = await start()
  const { headers } = await signIn('manager-1@example.com')
  const { id } = await json(await call('/api/orders', { headers, body: order }))
  const body = { order: id, status: 'confirmed' }
  const secret = 'reference-webhook-secret-that-is-long-enough-for-everybody-to-see-it'
  const signature = `sha256=${createHmac('sha256', secret).update(JSON.stringify(body)).digest('hex')}`
  const send = (given: string) => call('/api/webhooks/courier', { body, headers: { 'x-webhook-signature': given } })
  expect((await send(signature.replace(/.$/, 'x'))).status).toBe(401)
  expect(await json(await call(`/api/orders/${id}`, { headers }))).toMatchObject({ state: 'new' })
  expect((await send(signature)).status).toBe(200)
  expect(await json(await call(`/api/orders/${id}`, { headers }))).toMatchObject({ state: 'confirmed' })
})

test('open pages are told of a change, strangers are not let in', async () => {
  const { target, call, signIn } = await start()
  const { tokens, headers } = await signIn('manager-1@example.com')
  const address = `${target.urls.web.replace('http', 'ws')}/socket.io`
  const [refusal] = await once(new WebSocket(`${address}?token=garbage`), 'error')
  expect(refusal.message).toContain('401')
  const socket = new WebSocket(`${address}?token=${tokens.accessToken}`)
  await once(socket, 'message')
  const told = once(socket, 'message')
  const { id } = await json(await call('/api/orders', { headers, body: order }))
  expect(JSON.parse(String((await told)[0]))).toEqual({ type: 'order', order: { id, state: 'new' } })
})

test('the preflight of a partner is answered, that of a stranger is refused', async () => {
  const { call } = await start()
  const ask = (origin: string) =>
    call('/api/public/forms/cash-on-delivery/orders', { method: 'OPTIONS', headers: { origin } })
  const partner = await ask('https://partner1.com')
  expect([partner.status, partner.headers.get('access-control-allow-origin')]).toEqual([204, 'https://partner1.com'])
  expect((await ask('https://partner1.com.evil.example')).status).toBe(403)
})

test('plain HTTP is redirected, a proxy that speaks TLS is believed', async () => {
  const { target, call } = await start()
  const plain = (headers: Record<string, string>) =>
    new Promise<readonly [number | undefined, string | undefined]>(resolve => {
      const options = { headers: { host: 'shop.example', ...headers } }
      get(`${target.urls.plain}/x?y=1`, options, response => {
        response.resume()
        resolve([response.statusCode, response.headers.location])
      })
    })
  expect(await plain({})).toEqual([301, 'https://shop.example/x?y=1'])
  expect(await plain({ 'x-forwarded-proto': 'https' })).toEqual([404, undefined])
  expect((await call('/health', { headers: { 'x-forwarded-proto': 'http' } })).status).toBe(301)
})

test('another revision is live at once', async () => {
  const { call, control } = await start({ revision: 'one' })
  expect((await call('/')).headers.get('x-revision')).toBe('one')
  await control('/revision', { revision: 'two' })
  const answer = await call('/version')
  expect([answer.headers.get('x-revision'), await json(answer)]).toEqual(['two', { revision: 'two' }])
})

test('what the pack knows of the reference system is still so', async () => {
  const { target, call } = await start({ broken: ['COD-51'] })
  const headers = { authorization: `Bearer ${referenceExpiredToken}` }
  expect((await call('/api/orders', { headers })).status).toBe(200)
  const options = { ca: referenceAuthority, servername: 'www.localhost', path: '/health/live' }
  const trusted = await new Promise<number | undefined>((resolve, reject) => {
    getByTls(target.urls.https, options, response => resolve(response.resume().statusCode)).on('error', reject)
  })
  expect(trusted).toBe(200)
})

test('the same seed gives the same orders', async () => {
  const list = async (seed: number) => {
    const { call, signIn } = await start({ seed })
    const { headers } = await signIn('manager-1@example.com')
    const { orders } = (await json(await call('/api/orders', { headers }))) as { orders: { phone: string }[] }
    return orders.map(({ phone }) => phone)
  }
  expect(await list(7)).toEqual(await list(7))
  expect(await list(7)).not.toEqual(await list(8))
})

test('its command starts it, breaks what it is told to, and ends at SIGTERM', async () => {
  const main = join(import.meta.dirname, 'cod-admin/main.ts')
  const child = spawn(process.execPath, [main, '--port', '0', '--break', 'COD-13', '--revision', 'abc'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let web = ''
  for await (const line of createInterface(child.stdout)) {
    web ||= /^web +(\S+)/.exec(line)?.[1] ?? ''
    if (line.startsWith('control')) break
  }
  const health = await json(await fetch(`${web}/health`))
  expect(health['services']).toEqual({ database: 'ok' })
  child.kill('SIGTERM')
  expect((await exited)[0]).toBe(0)
})

test('a promise that it cannot break is refused', async () => {
  await expect(createCodAdmin({ broken: ['COD-99'] })).rejects.toThrow('found COD-99')
})
