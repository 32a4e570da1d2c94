/** What servers do wrong, and how a person reads it: each has one reason, a sentence, and leaves no connection behind. */

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { HttpOptions } from '../../runner/index.ts'
import { http, RunnerFault } from '../../runner/index.ts'
import {
  answer,
  type Behaviour,
  badServer,
  deafServer,
  drips,
  endless,
  redirect,
  resets,
  says,
  silent,
} from '../support/bad-server.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { observe, probeRun } from '../support/probe-run.ts'

interface Case {
  readonly name: string
  readonly server: Behaviour
  readonly options?: HttpOptions
  readonly reason: string | RegExp
  readonly detail: string | RegExp
}

const bomb = gzipSync(Buffer.alloc(4_000_000))
const head = 'HTTP/1.1 200 OK\r\n'

const cases: readonly Case[] = [
  {
    name: 'resets when somebody connects',
    server: resets('connect'),
    // Whether the reset is seen before or after the connection is up is a matter of microseconds.
    reason: /^(connect|protocol)$/,
    detail: /^expected .+, found (it was reset|that the connection was reset|that the other side closed)/,
  },
  {
    name: 'resets after the request',
    server: resets('request'),
    reason: 'protocol',
    detail: 'expected an HTTP answer, found that the connection was reset (ECONNRESET)',
  },
  {
    name: 'closes without a word',
    server: says(''),
    reason: 'protocol',
    detail: 'expected an HTTP answer, found that the other side closed the connection',
  },
  {
    name: 'speaks something else',
    server: says('SSH-2.0-OpenSSH_9.2\r\n'),
    reason: 'protocol',
    detail: /^expected an HTTP answer, found bytes that break the rules of HTTP \(.+\)$/,
  },
  {
    name: 'sends noise',
    server: says(Buffer.from([0, 255, 17, 3, 200, 13, 10, 13, 10])),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has a version of two digits',
    server: says('HTTP/11.1 200 OK\r\n\r\n'),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has a status that is no number',
    server: says('HTTP/1.1 OK\r\n\r\n'),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has a status of four digits',
    server: says('HTTP/1.1 2000 OK\r\n\r\n'),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has a header without a name',
    server: says(`${head}: x\r\n\r\n`),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has a header with a space in its name',
    server: says(`${head}bad name: x\r\n\r\n`),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has a negative length',
    server: says(`${head}content-length: -5\r\n\r\nhello`),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has a length that is no number',
    server: says(`${head}content-length: many\r\n\r\nhello`),
    reason: 'protocol',
    detail: /break the rules of HTTP/,
  },
  {
    name: 'has two lengths',
    server: says(`${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`),
    reason: 'protocol',
    detail: /content-length says$/,
  },
  {
    name: 'has a length and chunks',
    server: says(`${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    reason: 'protocol',
    detail: /content-length says$/,
  },
  {
    name: 'sends less than it said',
    server: says(`${head}content-length: 50\r\n\r\nhello`),
    reason: 'protocol',
    detail:
      /^expected the rest of the body, found (that the other side closed the connection|a body of another length)/,
  },
  {
    name: 'ends within the headers',
    server: says(`${head}content-type: text/ht`),
    reason: 'protocol',
    detail: 'expected an HTTP answer, found that the other side closed the connection',
  },
  {
    name: 'has a chunk size that is no number',
    server: says(`${head}transfer-encoding: chunked\r\n\r\nxyz\r\n`),
    reason: 'protocol',
    detail: /^expected the rest of the body, found bytes that break the rules of HTTP/,
  },
  {
    name: 'ends within a chunk',
    server: says(`${head}transfer-encoding: chunked\r\n\r\nff\r\nhello`),
    reason: 'protocol',
    detail: /^expected the rest of the body/,
  },
  {
    name: 'resets within the body',
    server: {
      onRequest: socket =>
        void socket.write(`${head}content-length: 50\r\n\r\nhello`, () => setImmediate(() => socket.resetAndDestroy())),
    },
    reason: 'protocol',
    detail: /^expected .+ was reset \(ECONNRESET\)$/,
  },
  {
    name: 'floods with one header',
    server: endless(`${head}x-flood: `, 'x'.repeat(10_000)),
    reason: 'limit',
    detail: 'expected headers of at most 64 KiB, found more',
  },
  {
    name: 'floods with headers',
    server: endless(head, 'x-flood: yes\r\n'.repeat(500)),
    reason: 'limit',
    detail: 'expected headers of at most 64 KiB, found more',
  },
  {
    name: 'never ends its body',
    server: endless(`${head}\r\n`, 'x'.repeat(50_000)),
    options: { limits: { wire: 200_000 } },
    reason: 'limit',
    detail: 'expected a body of at most 200,000 bytes, found more',
  },
  {
    name: 'never ends its chunks',
    server: endless(`${head}transfer-encoding: chunked\r\n\r\n`, `1000\r\n${'y'.repeat(4_096)}\r\n`),
    options: { limits: { wire: 200_000 } },
    reason: 'limit',
    detail: 'expected a body of at most 200,000 bytes, found more',
  },
  {
    name: 'sends a bomb of gzip',
    server: says(answer(bomb, { headers: { 'content-encoding': 'gzip' } })),
    options: { limits: { unpacked: 1_000_000 } },
    reason: 'limit',
    detail: 'expected a body of at most 1,000,000 bytes, unpacked, found more',
  },
  {
    name: 'sends a bomb within a bomb',
    server: says(answer(gzipSync(bomb), { headers: { 'content-encoding': 'gzip, gzip' } })),
    options: { limits: { unpacked: 1_000_000 } },
    reason: 'limit',
    detail: /unpacked, found more$/,
  },
  {
    name: 'says gzip and sends text',
    server: says(answer('hello', { headers: { 'content-encoding': 'gzip' } })),
    reason: 'protocol',
    detail: /^expected a body packed with gzip, found one that cannot be unpacked/,
  },
  {
    name: 'cuts its gzip off',
    server: says(answer(gzipSync('hello '.repeat(999)).subarray(0, 30), { headers: { 'content-encoding': 'gzip' } })),
    reason: 'protocol',
    detail: /cannot be unpacked \(unexpected end of file\)$/,
  },
  {
    name: 'packs in a way that nobody knows',
    server: says(answer('hello', { headers: { 'content-encoding': 'snappy' } })),
    options: { expect: { text: 'hello' } },
    reason: 'protocol',
    detail: "expected a content-encoding that can be unpacked, found 'snappy'",
  },
  {
    name: 'answers 100 and never more',
    server: endless('', 'HTTP/1.1 103 Early Hints\r\n\r\n'),
    reason: 'protocol',
    detail: 'expected an answer, found more than 20 interim answers (103)',
  },
  {
    name: 'changes the protocol unasked',
    server: says('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    reason: 'protocol',
    detail: 'expected an HTTP answer, found a change of protocol (101) that was not asked for',
  },
  {
    name: 'redirects to where it is',
    server: says(redirect('/')),
    reason: 'redirect',
    detail:
      /^expected at most 10 redirects, found another to http:\/\/127\.0\.0\.1:\d+\/, where it had been before \(a circle\)$/,
  },
  {
    name: 'redirects ever further',
    server: { onRequest: (socket, _, count) => void socket.end(redirect(`/${count}?token=hush`)) },
    options: { redirects: 3 },
    reason: 'redirect',
    detail: /^expected at most 3 redirects, found another to http:\/\/127\.0\.0\.1:\d+\/4$/,
  },
  {
    name: 'redirects to nowhere',
    server: says(answer('', { status: 302 })),
    reason: 'redirect',
    detail: 'expected a redirect (302) to say where to, found no header location',
  },
  {
    name: 'redirects to a script',
    server: says(redirect('javascript:alert(1)')),
    reason: 'redirect',
    detail: 'expected a redirect to http or https, found one to javascript:',
  },
  {
    name: 'redirects to what is no address',
    server: says(redirect('http://[::1')),
    reason: 'redirect',
    detail: "expected an address to be redirected to, found 'http://[::1'",
  },
  {
    name: 'redirects to a closed port',
    server: says(redirect('http://127.0.0.1:1/')),
    reason: 'connect',
    detail: 'expected a connection to 127.0.0.1:1, found it refused (ECONNREFUSED)',
  },
]

describe.concurrent('a server that', () => {
  test.for(cases)('$name', async ({ server, options, reason, detail }, { expect: hope }) => {
    await using bad = await badServer(server)
    const saw = await observe(http('/', options), { url: bad.url })
    hope(saw).toMatchObject({
      ok: false,
      reason: typeof reason === 'string' ? reason : hope.stringMatching(reason),
      detail: typeof detail === 'string' ? detail : hope.stringMatching(detail),
    })
    await bad.closed()
  })
})

describe('one deadline holds', () => {
  test('while the connection is not accepted', async () => {
    await using deaf = await deafServer()
    const saw = await observe(http('/'), { url: `http://127.0.0.1:${deaf.port}`, timeout: 300 })
    expect(saw).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: `no answer within 300ms: no connection to 127.0.0.1:${deaf.port}`,
    })
  })

  test('while the handshake does not go on', async () => {
    const clock = fakeClock()
    const { promise: connected, resolve } = Promise.withResolvers<void>()
    await using bad = await badServer({ onConnect: socket => void socket.once('data', () => resolve()) })
    const seen = observe(http(`https://127.0.0.1:${bad.port}/`), { clock, timeout: 5_000 })
    await connected
    await clock.advance(5_000)
    expect(await seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: 'no answer within 5s: connected after 0ms, then no end of the TLS handshake',
    })
    await bad.closed()
  })

  test('while there is no answer', async () => {
    const clock = fakeClock()
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    await using bad = await badServer({ onRequest: () => resolve() })
    const seen = observe(http('/'), { url: bad.url, clock, timeout: 5_000 })
    await asked
    await clock.advance(5_000)
    expect(await seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: 'no answer within 5s: connected after 0ms, then nothing',
      phases: [{ name: 'connect' }, { name: 'send' }],
    })
    await bad.closed()
  })

  test.for([
    ['while the headers drip', drips(`${head}x-a: b\r\n`), /: connected after \S+, then no end of the headers$/],
    [
      'while the body drips',
      drips(`${head}content-length: 50\r\n\r\nhello`),
      /, answered 200, then the body did not end \(5 bytes so far\)$/,
    ],
    [
      'while the body does not end',
      says(`${head}\r\nhello`, { open: true }),
      /, answered 200, then the body did not end \(5 bytes so far\)$/,
    ],
  ] as const)('%s', async ([, server, detail]) => {
    await using bad = await badServer(server)
    const saw = await observe(http('/'), { url: bad.url, timeout: 2_000 })
    expect(saw).toMatchObject({ ok: false, reason: 'timeout', detail: expect.stringMatching(detail) })
    await bad.closed()
  })

  test('over all samples', async () => {
    const clock = fakeClock()
    const { promise: askedAgain, resolve } = Promise.withResolvers<void>()
    await using bad = await badServer({
      onRequest(socket, _, count) {
        if (count < 3) socket.end(answer('ok'))
        else resolve()
      },
    })
    const seen = observe(http('/', { samples: 5 }), { url: bad.url, clock, timeout: 5_000 })
    await askedAgain
    await clock.advance(5_000)
    expect(await seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: 'sample 3 of 5: no answer within 5s: connected after 0ms, then nothing',
    })
    await bad.closed()
  })

  test('when it is over already, nobody is asked', async () => {
    await using bad = await badServer(silent)
    const over = AbortSignal.abort(new DOMException('over', 'TimeoutError'))
    expect(await http('/').observe(probeRun({ url: bad.url, signal: over, timeout: 5_000 }))).toMatchObject({
      ok: false,
      reason: 'timeout',
    })
    expect(bad.connections).toBe(0)
  })
})

test('an interruption of our own is never the fault of the target', async () => {
  const stop = new AbortController()
  await using bad = await badServer({ onRequest: () => stop.abort(new DOMException('the runner stops', 'AbortError')) })
  await expect(http('/').observe(probeRun({ url: bad.url, signal: stop.signal }))).rejects.toThrow(
    new RunnerFault('interrupted'),
  )
  await bad.closed()
})

test('a name that does not exist', async () => {
  const saw = await observe(http('http://does-not-exist.invalid/'), { timeout: 5_000 }).catch((error: unknown) => error)
  // Where the resolver itself is out of reach it is our own trouble, and that is right as well.
  if (saw instanceof RunnerFault) expect(saw.message).toContain('the resolver of this machine does not answer')
  else
    expect(saw).toMatchObject({
      ok: false,
      reason: 'dns',
      detail: expect.stringContaining('expected an address for does-not-exist.invalid:80'),
    })
})

test('whatever bytes come back, there is one observation and no connection left', async () => {
  const good = answer(gzipSync('{"a":[1,2,3]}'), {
    headers: { 'content-encoding': 'gzip', 'transfer-encoding': 'identity' },
  })
  let reply: Uint8Array = good
  await using bad = await badServer({ onRequest: socket => void socket.end(reply) })
  const probe = http('/', { expect: { json: { 'a.length': 3 }, headers: { 'x-a': false } } })
  const mutated = fc
    .array(fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255), cut: fc.nat(6) }), {
      minLength: 1,
      maxLength: 5,
    })
    .map(changes => {
      const bytes = [...good]
      for (const { at, byte, cut } of changes) bytes.splice(at, cut, byte)
      return Uint8Array.from(bytes)
    })
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), async bytes => {
      reply = bytes
      const saw = await observe(probe, { url: bad.url })
      if (!saw.ok) expect(saw.detail).toMatch(/^expected .+, found .+/s)
      await bad.closed()
    }),
    { numRuns: 150 },
  )
})
