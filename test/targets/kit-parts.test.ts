import { once } from 'node:events'
import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { createClock } from './kit/clock.ts'
import { createCookieSessions } from './kit/cookie-sessions.ts'
import { createService, route } from './kit/http.ts'
import { listen } from './kit/listen.ts'
import { listenPaymentProvider } from './kit/payment-provider.ts'
import { largestIcon, pwaRoutes } from './kit/pwa.ts'
import { attachRooms } from './kit/rooms.ts'
import { isSignedWebhook, signWebhook } from './kit/webhook-signature.ts'

test('a webhook is believed with the right secret, body and time alone', () => {
  const body = Buffer.from('{"paid":true}')
  const signature = signWebhook('secret', body, 1_000_000)
  expect(isSignedWebhook('secret', body, signature, 1_000_000 + 299_000)).toBe(true)
  expect(isSignedWebhook('secret', body, signature, 1_000_000 + 301_000)).toBe(false)
  expect(isSignedWebhook('another', body, signature, 1_000_000)).toBe(false)
  expect(isSignedWebhook('secret', Buffer.from('{"paid":1}'), signature, 1_000_000)).toBe(false)
  expect(isSignedWebhook('secret', body, signature.replace('t=1000', 't=1001'), 1_000_000)).toBe(false)
  expect(isSignedWebhook('secret', body, '', 1_000_000)).toBe(false)
})

test('a cookie session ends when it is signed out, and when its time is over', async () => {
  const clock = createClock(() => 0)
  const sessions = createCookieSessions({ name: 'session', lifeSeconds: 60, now: clock.now })
  const routes = [
    route('GET', '/me', call => ({ json: { user: sessions.userOf(call) ?? null } })),
    route('POST', '/out', call => ({ json: {}, headers: { 'set-cookie': sessions.end(call) } })),
  ]
  const listener = await listen(createService({ routes }), { port: 0 })
  const cookieOf = (given: string) => ({ cookie: `other=1; ${given.split(';')[0]}` })
  const me = async (headers: Record<string, string>) =>
    (await (await fetch(`${listener.url}/me`, { headers })).json()).user
  const [first, second] = [cookieOf(sessions.start('ann')), cookieOf(sessions.start('ben'))]
  expect([await me(first), await me(second), await me({}), await me({ cookie: 'session=forged' })]).toEqual([
    'ann',
    'ben',
    null,
    null,
  ])
  const out = await fetch(`${listener.url}/out`, { method: 'POST', headers: first })
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
  expect([await me(first), await me(second)]).toEqual([null, 'ben'])
  clock.advance(60_000)
  expect(await me(second)).toBeNull()
  await listener.close()
})

test('a payment is made once, told with a signature, and told again under the same id', async () => {
  const told: { id: string; type: string; signed: boolean }[] = []
  const shop = await listen(
    createService({
      routes: [
        route('POST', '/hook', async call => {
          const body = await call.bytes()
          const signed = isSignedWebhook('hush', body, call.header('x-payment-signature'), Date.now())
          told.push({ ...(JSON.parse(body.toString()) as { id: string; type: string }), signed })
          return { json: {} }
        }),
      ],
    }),
    { port: 0 },
  )
  const provider = await listenPaymentProvider({
    port: 0,
    key: 'key',
    webhookSecret: 'hush',
    now: Date.now,
    webhookUrl: () => `${shop.url}/hook`,
  })
  const ask = (path: string, method = 'GET', body?: object, key = 'key') =>
    fetch(`${provider.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${key}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const wanted = { reference: 'r1', amount: 500, currency: 'EUR', returnUrl: 'http://127.0.0.1/back?x=1' }

  expect((await ask('/transactions', 'POST', wanted, 'wrong')).status).toBe(401)
  expect(await (await ask('/transactions', 'POST', { reference: 'r0' })).json()).toEqual({
    error: 'missing or wrong: amount, currency, returnUrl',
  })
  const { checkoutUrl } = await (await ask('/transactions', 'POST', wanted)).json()
  expect(await (await fetch(checkoutUrl)).text()).toContain('5.00 EUR')
  expect((await ask('/transactions/r1/resend', 'POST')).status).toBe(409)
  const paid = await ask('/checkout/r1/pay', 'POST')
  expect([paid.status, paid.headers.get('location')]).toEqual([303, 'http://127.0.0.1/back?x=1&reference=r1'])
  expect((await ask('/checkout/r1/pay', 'POST')).status).toBe(409)
  expect(await (await ask('/transactions/r1')).json()).toMatchObject({ status: 'paid', amount: 500 })
  expect(await (await ask('/transactions/r1/resend', 'POST')).json()).toEqual({ status: 200 })
  expect(told).toMatchObject([
    { type: 'payment.paid', signed: true },
    { id: told[0]!.id, signed: true },
  ])
  expect((await ask('/transactions/r1/refund', 'POST')).status).toBe(200)
  expect(told[2]).toMatchObject({ type: 'payment.refunded' })
  await shop.close()
  expect(await (await ask('/transactions/r1/resend', 'POST')).json()).toEqual({ status: 0 })
  await provider.close()
})

test('an application that can be installed has a manifest whose icons are pictures', async () => {
  const routes = pwaRoutes({ name: 'Clinic', colour: '#1a5f4a', offlinePage: '<h1>Offline</h1>', keep: ['/a.css'] })
  const listener = await listen(createService({ routes }), { port: 0 })
  const { icons } = await (await fetch(`${listener.url}/manifest.webmanifest`)).json()
  expect(icons.map(({ src }: { src: string }) => src)).toContain(largestIcon)
  for (const { src, sizes } of icons) {
    const bytes = Buffer.from(await (await fetch(listener.url + src)).arrayBuffer())
    const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
    expect(`${width}x${height}`).toBe(sizes)
    const data = bytes.indexOf('IDAT')
    expect(inflateSync(bytes.subarray(data + 4, data + 4 + bytes.readUInt32BE(data - 4))).length).toBe(
      height * (1 + width / 8),
    )
  }
  expect(await (await fetch(`${listener.url}/service-worker.js`)).text()).toContain('["/offline","/a.css"]')
  expect(await (await fetch(`${listener.url}/offline`)).text()).toContain('Offline')
  await listener.close()
})

test('a room carries messages between its people, and admits two of them', async () => {
  const listener = await listen(createService({ routes: [] }), { port: 0 })
  const rooms = attachRooms({
    servers: [listener.server],
    path: '/signal',
    admit: url =>
      url.searchParams.get('room')
        ? { room: url.searchParams.get('room')!, name: url.searchParams.get('name')! }
        : undefined,
    relay: ({ message }) => message['type'] !== 'secret',
  })
  const open = async (query: string) => {
    const socket = new WebSocket(`${listener.url.replace('http', 'ws')}/signal?${query}`)
    const heard: unknown[] = []
    socket.on('message', data => heard.push(JSON.parse(String(data))))
    await once(socket, 'message')
    return { socket, heard }
  }
  const refused = async (query: string) => {
    const [error] = await once(new WebSocket(`${listener.url.replace('http', 'ws')}/signal?${query}`), 'error')
    return (error as Error).message
  }
  expect(await refused('')).toContain('401')
  const ann = await open('room=1&name=ann')
  const other = await open('room=2&name=zoe')
  const ben = await open('room=1&name=ben')
  expect(await refused('room=1&name=eve')).toContain('409')
  ben.socket.send('not json')
  ben.socket.send('{"type":"secret"}')
  ben.socket.send('{"type":"hello"}')
  while (ann.heard.length < 3) await once(ann.socket, 'message')
  expect(ben.heard[0]).toEqual({ type: 'welcome', others: ['ann'] })
  expect(ann.heard.slice(1)).toEqual([
    { type: 'joined', name: 'ben' },
    { type: 'hello', from: 'ben' },
  ])
  ben.socket.close()
  await once(ann.socket, 'message')
  expect(ann.heard.at(-1)).toEqual({ type: 'left', name: 'ben' })
  expect(other.heard).toEqual([{ type: 'welcome', others: [] }])
  rooms.close()
  await listener.close()
})
