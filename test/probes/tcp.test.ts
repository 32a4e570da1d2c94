import { describe, expect, test } from 'vitest'
import { secret, type TcpOptions, tcp } from '../../runner/index.ts'
import { answer, badServer, deafServer, endless, resets, says, silent } from '../support/bad-server.ts'
import { createAuthority, selfSigned } from '../support/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { mailServer } from '../support/mail-server.ts'
import { observe, probeRun } from '../support/probe-run.ts'

const authority = createAuthority()
const greets = (text: string) => ({ onConnect: (socket: { write(text: string): void }) => socket.write(text) })

test('connecting is enough', async () => {
  await using server = await badServer(silent)
  expect(await observe(tcp(), { url: server.url })).toEqual({
    ok: true,
    phases: [{ name: 'connect', hop: 0, duration: expect.any(Number) }],
  })
  expect(await observe(tcp({ host: '127.0.0.1', port: server.port }))).toMatchObject({ ok: true })
  expect(await observe(tcp({ host: 'localhost', port: server.port, family: 4 }))).toMatchObject({
    ok: true,
    phases: [{ name: 'resolve' }, { name: 'connect' }],
  })
  await server.closed()
})

test('a port that is closed, and one that nobody accepts on', async () => {
  expect(await observe(tcp({ host: '127.0.0.1', port: 1 }))).toMatchObject({
    ok: false,
    reason: 'connect',
    detail: 'expected a connection to 127.0.0.1:1, found it refused (ECONNREFUSED)',
  })
  await using deaf = await deafServer()
  expect(await observe(tcp({ host: '127.0.0.1', port: deaf.port }), { timeout: 300 })).toMatchObject({
    ok: false,
    reason: 'timeout',
    detail: `no answer within 300ms: no connection to 127.0.0.1:${deaf.port}`,
  })
})

test('only public addresses, when it is told so', async () => {
  await using server = await badServer(silent)
  expect(await observe(tcp({ addresses: 'public' }), { url: server.url })).toMatchObject({
    ok: false,
    reason: 'connect',
    detail: 'expected a public address, found 127.0.0.1',
  })
  expect(await observe(tcp({ host: 'localhost', port: server.port, addresses: 'public' }))).toMatchObject({
    ok: false,
    reason: 'connect',
    detail: expect.stringMatching(/^expected a public address, found \S+ for localhost$/),
  })
  expect(server.connections).toBe(0)
})

describe('a dialogue', () => {
  const smtp: TcpOptions['dialogue'] = [
    { expect: /^220 (\S+)/, not: /^5\d\d/ },
    { send: 'EHLO vedette\r\n' },
    { expect: '250 ok' },
    { send: 'QUIT\r\n' },
  ]

  test('goes step by step', async () => {
    await using mail = await mailServer()
    const saw = await observe(tcp({ dialogue: smtp }), { url: mail.url })
    expect(saw).toMatchObject({
      ok: true,
      phases: [{ name: 'connect' }, { name: 'wait' }],
      steps: [
        { title: 'expect /^220 (\\S+)/' },
        { title: "send 'EHLO vedette'" },
        { title: "expect '250 ok'" },
        { title: "send 'QUIT'" },
      ],
    })
  })

  test('answers with what it heard, and with secrets', async () => {
    const said: string[] = []
    await using server = await badServer({
      onConnect(socket) {
        socket.write('PING :abc')
        setImmediate(() => socket.write('def\r\n'))
        socket.on('data', chunk => {
          said.push(chunk.toString())
          socket.write('001 welcome\r\n')
        })
      },
    })
    const probe = tcp({
      dialogue: [
        { expect: /PING :(\w+)\r\n/g, send: match => `PONG ${match[1]}\r\n` },
        { expect: '001', send: secret({ env: 'PASSWORD' }) },
        { expect: '001' },
      ],
    })
    for (const time of ['first', 'second'])
      expect(await observe(probe, { url: server.url, secrets: { PASSWORD: 'hush' } }), time).toMatchObject({ ok: true })
    expect(said.slice(0, 2)).toEqual(['PONG abcdef\r\n', 'hush'])
  })

  test.for([
    ['says what is unwanted', greets('554 no service\r\n'), 'assertion', "expected /^220/, found '554 no service'"],
    [
      'says something else and closes',
      { onConnect: socket => void socket.end('hello\r\n') },
      'assertion',
      "expected /^220/, found 'hello' and the end of the connection",
    ],
    [
      'closes without a word',
      { onConnect: socket => void socket.end() },
      'protocol',
      'expected /^220/, found that the other side closed the connection without a word',
    ],
    [
      'never stops talking',
      { onConnect: socket => endless('', 'x'.repeat(9_999)).onRequest!(socket, '', 1) },
      'limit',
      'expected /^220/ within 65,536 bytes, found more without it',
    ],
  ] as readonly (readonly [string, Parameters<typeof badServer>[0], string, string])[])(
    'with somebody who %s',
    async ([, behaviour, reason, detail]) => {
      await using server = await badServer(behaviour)
      const saw = await observe(tcp({ dialogue: [{ expect: /^220/, not: /^5\d\d/ }] }), { url: server.url })
      expect(saw).toMatchObject({ ok: false, reason, detail, steps: [{ error: detail }] })
      await server.closed()
    },
  )

  test('with somebody who resets', async () => {
    await using server = await badServer(resets('connect'))
    expect(await observe(tcp({ dialogue: [{ expect: /^220/ }] }), { url: server.url })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^(connect|protocol)$/),
      detail: expect.stringContaining('reset'),
    })
  })

  test('ends at the deadline, and tells what was heard until then', async () => {
    const clock = fakeClock()
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    await using server = await badServer({ onRequest: () => resolve() })
    const probe = tcp({ dialogue: [{ send: 'GET / HTTP/1.0\r\n\r\n' }, { expect: '200 OK' }] })
    const seen = observe(probe, { url: server.url, clock, timeout: 5_000 })
    await asked
    await clock.advance(5_000)
    expect(await seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: "no answer within 5s: expected '200 OK', found nothing",
    })
    await server.closed()
  })

  test('speaks HTTP as well', async () => {
    await using server = await badServer(says(answer('hello')))
    expect(
      await observe(
        tcp({ dialogue: [{ send: 'GET / HTTP/1.0\r\n\r\n' }, { expect: /^HTTP\/1\.1 200 [\s\S]*hello$/ }] }),
        {
          url: server.url,
        },
      ),
    ).toMatchObject({ ok: true })
  })
})

describe('TLS', () => {
  const good = authority.issue({ names: ['127.0.0.1', 'mail.example.com'] })
  const starttls: TcpOptions['dialogue'] = [
    { expect: /^220 / },
    { send: 'STARTTLS\r\n' },
    { expect: /^220 /, startTls: true },
    { send: 'EHLO vedette\r\n' },
    { expect: '250 ok' },
  ]

  test('from the start', async () => {
    await using server = await badServer(greets('+OK ready\r\n'), { tls: good })
    const saw = await observe(tcp({ tls: true, ca: authority.cert, dialogue: [{ expect: /^\+OK/ }] }), {
      url: server.url,
    })
    expect(saw).toMatchObject({ ok: true, phases: [{ name: 'connect' }, { name: 'tls' }, { name: 'wait' }] })
    expect(await observe(tcp({ tls: true }), { url: server.url })).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringContaining('issuer is not known'),
    })
    await server.closed()
  })

  test('after STARTTLS', async () => {
    await using mail = await mailServer({ tls: good })
    expect(await observe(tcp({ ca: authority.cert, dialogue: starttls }), { url: mail.url })).toMatchObject({
      ok: true,
    })
    await mail.closed()
  })

  test('after STARTTLS, with a bad certificate', async () => {
    await using mail = await mailServer({ tls: selfSigned({ names: ['127.0.0.1'] }) })
    expect(await observe(tcp({ dialogue: starttls }), { url: mail.url })).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: 'expected a valid certificate of 127.0.0.1, found one that signed itself (DEPTH_ZERO_SELF_SIGNED_CERT)',
    })
    expect(await observe(tcp({ verify: false, dialogue: starttls }), { url: mail.url })).toMatchObject({ ok: true })
    await mail.closed()
  })

  test('after STARTTLS, with words smuggled in before it', async () => {
    await using mail = await mailServer({ tls: good, goAhead: '220 go ahead\r\n250 ok injected\r\n' })
    expect(await observe(tcp({ ca: authority.cert, dialogue: starttls }), { url: mail.url })).toMatchObject({
      ok: false,
      reason: 'protocol',
      detail: "expected nothing more before the TLS handshake, found '250 ok injected'",
    })
  })

  test('after STARTTLS, with a handshake that does not go on', async () => {
    const clock = fakeClock()
    const { promise: hello, resolve } = Promise.withResolvers<void>()
    await using mail = await mailServer({ onHello: resolve })
    const seen = observe(tcp({ dialogue: starttls }), { url: mail.url, clock, timeout: 5_000 })
    await hello
    await clock.advance(5_000)
    expect(await seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: 'no answer within 5s: asked for TLS, then no end of the handshake after 5s',
    })
    await mail.closed()
  })
})

test('when the time is over already, nobody is asked', async () => {
  await using server = await badServer(silent)
  const over = AbortSignal.abort(new DOMException('over', 'TimeoutError'))
  expect(await tcp().observe(probeRun({ url: server.url, signal: over }))).toMatchObject({
    ok: false,
    reason: 'timeout',
  })
  const stopped = AbortSignal.abort(new DOMException('stop', 'AbortError'))
  await expect(tcp().observe(probeRun({ url: server.url, signal: stopped }))).rejects.toThrow('interrupted')
  expect(server.connections).toBe(0)
})

test.for<readonly [unknown, string, string]>([
  [{ prot: 1 }, 'prot', "found 'prot'; did you mean 'port'?"],
  [{ port: 0 }, 'port', 'expected at least 1, found 0'],
  [
    { host: 'db:5432' },
    'host',
    "expected a name or an address alone, found 'db:5432'; the port is an option of its own",
  ],
  [{ dialogue: [{}] }, 'dialogue.0', 'expected `expect`, `send` or `startTls`, found none of them'],
  [{ dialogue: [{ send: 'a', not: /b/ }] }, 'dialogue.0', 'expected `expect` beside `not`, found none'],
  [{ dialogue: [{ expect: 5 }] }, 'dialogue.0.expect', 'expected string or RegExp, found 5'],
])('options %j', ([options, where, message]) => {
  const { problems = [] } = tcp(options as TcpOptions)
  expect(problems.map(({ path }) => path.join('.'))).toEqual([`tcp.${where}`])
  expect(problems[0]!.message).toContain(message)
})
