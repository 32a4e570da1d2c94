import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createPlain } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { secret, type WebsocketOptions, websocket } from '../../runner/index.ts'
import { answer, badServer, resets, says, silent } from '../support/bad-server.ts'
import { createAuthority, type Issued } from '../support/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { observe } from '../support/probe-run.ts'

const authority = createAuthority()

/** A real WebSocket server that does with everybody what it is told. */
async function liveServer(
  greet: (socket: WebSocket, headers: Readonly<Record<string, unknown>>) => void,
  tls?: Issued,
) {
  const server = tls ? createTls(tls) : createPlain()
  const live = new WebSocketServer({
    server,
    path: '/live',
    handleProtocols: offered => (offered.has('v2') ? 'v2' : false),
  })
  live.on('connection', (socket, request) => {
    socket.on('error', () => {})
    greet(socket, request.headers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const client of live.clients) client.terminate()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Shakes hands as it should, and then writes whatever it is told. */
const shakesHands = (then: (socket: Socket) => void) => ({
  onRequest(socket: Socket, request: string) {
    const key = /^sec-websocket-key: (.+)\r$/im.exec(request)![1]
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
    )
    then(socket)
  },
})

test('the handshake is enough, and the end is polite', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<number>()
  await using server = await liveServer((socket, headers) => {
    expect(headers).toMatchObject({ 'x-vedette-run': 'r1', authorization: 'Bearer t1' })
    socket.on('close', resolve)
  })
  const probe = websocket('/live', { bearer: secret({ env: 'TOKEN' }) })
  const saw = await observe(probe, { url: server.url, marks: { 'x-vedette-run': 'r1' }, secrets: { TOKEN: 't1' } })
  expect(saw).toEqual({
    ok: true,
    phases: ['connect', 'wait'].map(name => ({ name, hop: 0, duration: expect.any(Number) })),
  })
  expect(await closed).toBe(1_000)
})

test('a dialogue goes step by step', async () => {
  await using server = await liveServer(socket => {
    socket.send('{"type":"hello"}')
    socket.on('message', data => {
      socket.send('{"type":"noise"}')
      socket.send(`{"type":"subscribed","to":${String(data)}}`)
    })
  })
  const probe = websocket('/live', {
    protocols: ['v2'],
    dialogue: [{ expect: 'hello' }, { send: '"orders"' }, { expect: /"subscribed","to":"orders"/ }],
  })
  expect(await observe(probe, { url: server.url })).toMatchObject({
    ok: true,
    phases: [{ name: 'connect' }, { name: 'wait' }, { name: 'transfer' }],
    steps: [
      { title: "expect 'hello'" },
      { title: 'send \'"orders"\'' },
      { title: 'expect /"subscribed","to":"orders"/' },
    ],
  })
  const unwanted = websocket('/live', { dialogue: [{ expect: 'welcome', not: /hello/ }] })
  expect(await observe(unwanted, { url: server.url })).toMatchObject({
    ok: false,
    reason: 'assertion',
    detail: `expected a message like 'welcome', found '{"type":"hello"}'`,
  })
})

test('over TLS', async () => {
  await using server = await liveServer(() => {}, authority.issue({ names: ['127.0.0.1'] }))
  expect(await observe(websocket('/live', { ca: authority.cert }), { url: server.url })).toMatchObject({
    ok: true,
    phases: [{ name: 'connect' }, { name: 'tls' }, { name: 'wait' }],
  })
  expect(await observe(websocket(`${server.url.replace('http', 'ws')}/live`))).toMatchObject({
    ok: false,
    reason: 'tls',
    detail: expect.stringContaining('issuer is not known'),
  })
})

describe('a server that', () => {
  const frame = (...bytes: number[]) => shakesHands(socket => void socket.write(Buffer.from(bytes)))
  test.for<readonly [string, Parameters<typeof badServer>[0], string, string | RegExp]>([
    ['refuses', says(answer('no', { status: 403 })), 'status', 'expected a WebSocket (status 101), found status 403'],
    ['answers 200', says(answer('<h1>Hello</h1>')), 'status', 'expected a WebSocket (status 101), found status 200'],
    [
      'redirects',
      says(answer('', { status: 302, headers: { location: '/login' } })),
      'status',
      'expected a WebSocket (status 101), found status 302',
    ],
    [
      'has a wrong key',
      says('HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n', {
        open: true,
      }),
      'protocol',
      /breaks the rules of WebSocket: Invalid Sec-WebSocket-Accept header$/,
    ],
    ['speaks something else', says('220 mail ready\r\n'), 'protocol', /./],
    [
      'resets',
      resets('request'),
      'protocol',
      'expected an HTTP answer, found that the connection was reset (ECONNRESET)',
    ],
    ['closes without a word', says(''), 'protocol', /closed|reset/],
    ['sends a frame with reserved bits', frame(0xf1, 0), 'protocol', /breaks the rules of WebSocket: /],
    ['masks its frames', frame(0x81, 0x81, 1, 2, 3, 4, 5), 'protocol', /breaks the rules of WebSocket: /],
    [
      'announces a huge message',
      frame(0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0),
      'limit',
      /breaks the rules of WebSocket: Max payload size exceeded$/,
    ],
    [
      'closes with a code',
      frame(0x88, 2, 0x03, 0xf3),
      'protocol',
      "expected a message like 'hello', found that the other side closed the WebSocket (1011)",
    ],
  ])('%s', async ([, behaviour, reason, detail]) => {
    await using server = await badServer(behaviour)
    const saw = await observe(websocket('/live', { dialogue: [{ expect: 'hello' }] }), { url: server.url })
    expect(saw).toMatchObject({
      ok: false,
      reason,
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    })
    await server.closed()
  })
})

describe('one deadline holds', () => {
  test.for([
    ['for the handshake', silent, 'no answer within 5s: connected, then waited for a WebSocket'],
    ['for a message', shakesHands(() => {}), "no answer within 5s: connected, then waited for a message like 'hello'"],
  ] as const)('%s', async ([, behaviour, detail]) => {
    const clock = fakeClock()
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    await using server = await badServer({
      onRequest(socket, request) {
        if ('onRequest' in behaviour) behaviour.onRequest!(socket, request, 1)
        resolve()
      },
    })
    const seen = observe(websocket('/live', { dialogue: [{ send: 'ready' }, { expect: 'hello' }] }), {
      url: server.url,
      clock,
      timeout: 5_000,
    })
    await asked
    // What is sent after the handshake shows that the probe has got that far.
    if ('onRequest' in behaviour) while (server.heard[0]!.endsWith('\r\n\r\n')) await clock.advance(0)
    await clock.advance(5_000)
    expect(await seen).toMatchObject({ ok: false, reason: 'timeout', detail })
    await server.closed()
  })
})

test('options', () => {
  expect(websocket('live').problems?.[0]?.message).toBe(
    "expected a path such as '/live' or a whole address (wss://…), found 'live'",
  )
  expect(websocket('/live', { dialog: [] } as WebsocketOptions).problems?.[0]?.message).toContain(
    "found 'dialog'; did you mean 'dialogue'?",
  )
  expect(websocket('/live', { origin: 'ws' })).toMatchObject({
    kind: 'websocket',
    summary: 'open /live',
    origins: ['ws'],
  })
})
