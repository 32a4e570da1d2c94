import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { HttpOptions } from '../../runner/index.ts'
import { http, limit, RunnerFault, secret } from '../../runner/index.ts'
import { createTlsContexts } from '../../runner/system/tls-contexts.ts'
import { answer, badServer, redirect, says } from '../support/bad-server.ts'
import { createAuthority, daysFromNow, selfSigned } from '../support/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { observe, type RunOptions } from '../support/probe-run.ts'

type Expect = HttpOptions['expect']
const json = (value: unknown) => answer(JSON.stringify(value), { headers: { 'content-type': 'application/json' } })

async function ask(reply: Buffer | string, options: HttpOptions = {}, run: RunOptions = {}) {
  await using server = await badServer(says(reply))
  const saw = await observe(http('/', options), { url: server.url, ...run })
  await server.closed()
  return { saw, heard: server.heard[0]! }
}

test('a plain answer has its phases and figures', async () => {
  const { saw, heard } = await ask(answer('hello'), {}, { marks: { 'user-agent': 'Vedette/1', 'x-vedette-run': 'r1' } })
  expect(saw).toEqual({
    ok: true,
    phases: ['connect', 'send', 'wait', 'transfer'].map(name => ({ name, hop: 0, duration: expect.any(Number) })),
    metrics: {
      http_status: 200,
      http_version: 1.1,
      http_redirects: 0,
      http_ssl: 0,
      http_wire_bytes: 5,
      http_body_bytes: 5,
      http_content_length: 5,
    },
  })
  expect(heard).toMatch(/^GET \/ HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\nconnection: close\r\n/)
  expect(heard).toContain('user-agent: Vedette/1\r\n')
  expect(heard).toContain('x-vedette-run: r1\r\n')
})

test('a name is looked up, which is a phase of its own', async () => {
  await using server = await badServer(says(answer()))
  const saw = await observe(http('/', { family: 4 }), { url: `http://localhost:${server.port}` })
  expect(saw).toMatchObject({
    ok: true,
    phases: [{ name: 'resolve' }, { name: 'connect' }, { name: 'send' }, { name: 'wait' }, { name: 'transfer' }],
  })
})

test('IPv6', async () => {
  await using server = await badServer(says(answer()), { host: '::1' })
  expect(await observe(http('/'), { url: server.url })).toMatchObject({ ok: true })
  expect(await observe(http('/', { addresses: 'public' }), { url: server.url })).toMatchObject({
    ok: false,
    reason: 'connect',
    detail: 'expected a public address, found ::1',
  })
  expect(server.connections).toBe(1)
})

describe('expectations', () => {
  const health = {
    status: 'degraded',
    services: { redis: 'error', 'a.b': 1 },
    items: [{ name: 'x' }, { name: 'y' }],
    none: null,
    version: 'v2.1',
  }

  test.for<readonly [string, Expect, string]>([
    ['status', { status: 201 }, 'status: expected status 201, found 200'],
    ['one of several', { status: [201, '3xx'] }, 'status: expected status 201 or 3xx, found 200'],
    [
      'header',
      { headers: { 'Content-Type': 'text/html' } },
      "assertion: expected the header Content-Type to be 'text/html', found 'application/json'",
    ],
    [
      'header by expression',
      { headers: { 'content-type': /xml/ } },
      "assertion: expected the header content-type to match /xml/, found 'application/json'",
    ],
    [
      'header that is there',
      { headers: { 'x-request-id': true } },
      'assertion: expected the header x-request-id to be sent, found no such header',
    ],
    [
      'header that is not there',
      { headers: { 'content-type': false } },
      "assertion: expected the header content-type not to be sent, found 'application/json'",
    ],
    ['text', { text: 'Welcome' }, /^assertion: expected the body to contain 'Welcome', found '\{"status":/.source],
    ['several texts', { text: ['redis', /never/g] }, /^assertion: expected the body to match \/never\/g, found/.source],
    ['absence of text', { notText: /error/ }, 'assertion: expected the body not to match /error/, found that it does'],
    ['json', { json: { 'services.redis': 'ok' } }, "assertion: expected services.redis to be 'ok', found 'error'"],
    [
      'json that is missing',
      { json: { 'services.database': 'ok' } },
      "assertion: expected services.database to be 'ok', found nothing",
    ],
    [
      'json figure',
      { json: { 'items.length': { gte: 3 } } },
      'assertion: expected items.length to be at least 3, found 2',
    ],
    ['json index', { json: { 'items[1].name': /^x/ } }, "assertion: expected items[1].name to match /^x/, found 'y'"],
    [
      'json key with a dot',
      { json: { 'services["a.b"]': { lt: 1 } } },
      'assertion: expected services["a.b"] to be less than 1, found 1',
    ],
    [
      'json type',
      { json: { items: { type: 'object' } } },
      'assertion: expected items to be of type object, found [{"name":"x"},{"name":"y"}]',
    ],
    [
      'json absence',
      { json: { version: { exists: false } } },
      "assertion: expected version to be absent, found 'v2.1'",
    ],
    [
      'json membership',
      { json: { status: { in: ['ok', 'fine'] } } },
      'assertion: expected status to be one of ["ok","fine"], found \'degraded\'',
    ],
    [
      'json content',
      { json: { items: { contains: { name: 'z' } } } },
      /^assertion: expected items to contain \{"name":"z"\}, found/.source,
    ],
    [
      'size',
      { size: { lte: 10 } },
      /^assertion: expected the size of the body \(bytes\) to be at most 10, found \d+$/.source,
    ],
    ['compression', { compression: true }, 'assertion: expected a body that is packed, found one that is not'],
    [
      'contract of zod',
      { contract: z.object({ status: z.number() }) },
      /^contract: expected a body that fits the contract, found status: .*expected number/.source,
    ],
    [
      'contract of JSON Schema',
      { contract: { type: 'object', required: ['uptime'], properties: { uptime: { type: 'number' } } } },
      /^contract: expected a body that fits the contract, found uptime: /.source,
    ],
    ['redirect', { redirect: '/login', status: 200 }, "redirect: expected a redirect to '/login', found none"],
  ])('%s', async ([, wanted, told]) => {
    const { saw } = await ask(json(health), { expect: wanted })
    if (saw.ok) throw new Error('it passed')
    expect(`${saw.reason}: ${saw.detail}`).toMatch(
      told.startsWith('^') ? new RegExp(told) : new RegExp(`^${told.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    )
  })

  test('all kept', async () => {
    const { saw } = await ask(json(health), {
      expect: {
        status: [200, '3xx'],
        headers: { 'content-type': 'application/json', 'x-powered-by': false },
        text: ['redis', /"status":"\w+"/],
        notText: 'stack',
        json: {
          'services.redis': { not: 'ok' },
          'items.length': 2,
          '$.items[0]': { eq: { name: 'x' } },
          none: null,
          missing: { exists: false },
          'services.constructor': { exists: false },
        },
        contract: z.looseObject({ status: z.string() }),
        size: { gt: 10, lt: 1_000 },
        compression: false,
        duration: '10s',
      },
    })
    expect(saw).toMatchObject({ ok: true })
    expect(saw.breaches).toBeUndefined()
  })

  test('a sick answer tells what is sick as well', async () => {
    const { saw } = await ask(answer(JSON.stringify(health), { status: 503 }), {
      expect: { status: 200, json: { 'services.redis': 'ok' } },
    })
    expect(saw).toMatchObject({
      ok: false,
      reason: 'status',
      detail: "expected status 200, found 503; expected services.redis to be 'ok', found 'error'",
    })
  })

  test('a certificate that is not there', async () => {
    const { saw } = await ask(answer(), { expect: { certificate: { daysLeft: 1 } } })
    expect(saw).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: 'expected a certificate, found a connection without TLS',
    })
  })

  test('a body that is no JSON', async () => {
    const { saw } = await ask(answer('<h1>Sorry</h1>\n'), { expect: { json: { status: 'ok' } } })
    expect(saw).toMatchObject({
      ok: false,
      reason: 'assertion',
      detail: "expected a body of JSON, found '<h1>Sorry</h1>'",
    })
  })

  test('another charset', async () => {
    const { saw } = await ask(
      answer(Buffer.from('Grüße', 'latin1'), { headers: { 'content-type': 'text/html; charset=ISO-8859-1' } }),
      { expect: { text: 'Grüße' } },
    )
    expect(saw.ok).toBe(true)
  })
})

test('a header that was sent must come back', async () => {
  const echo = (value: (sent: string) => string) => ({
    onRequest: (socket: { end(text: Buffer): void }, request: string) =>
      socket.end(
        answer('', { headers: { 'x-request-id': value(/^x-request-id: (.+)\r$/m.exec(request)?.[1] ?? '') } }),
      ),
  })
  const run = { marks: { traceparent: `00-${'0123456789abcdef'.repeat(2)}-${'1'.repeat(16)}-01` } }
  await using honest = await badServer(echo(sent => sent) as never)
  const probe = http('/', { expect: { echo: 'X-Request-ID' } })
  expect(await observe(probe, { url: honest.url, ...run })).toMatchObject({ ok: true })
  await using liar = await badServer(echo(() => 'other') as never)
  expect(await observe(probe, { url: liar.url, ...run })).toMatchObject({
    ok: false,
    reason: 'assertion',
    detail:
      "expected the header X-Request-ID to come back as it was sent ('01234567-89ab-cdef-0123-456789abcdef'), found 'other'",
  })
})

describe('packed bodies', () => {
  const text = 'hello '.repeat(500)
  test.for([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
  ] as const)('%s', async ([encoding, packed]) => {
    const { saw, heard } = await ask(answer(packed, { headers: { 'content-encoding': encoding } }), {
      expect: { text: /^(hello ){500}$/, compression: true },
    })
    expect(saw).toMatchObject({ ok: true, metrics: { http_wire_bytes: packed.length, http_body_bytes: text.length } })
    expect(heard).toContain('accept-encoding: gzip, br, zstd, deflate\r\n')
  })

  test('in another way than wanted', async () => {
    const { saw } = await ask(answer(gzipSync(text), { headers: { 'content-encoding': 'gzip' } }), {
      expect: { compression: 'br' },
    })
    expect(saw).toMatchObject({
      ok: false,
      detail: 'expected a body that is packed with br, found content-encoding gzip',
    })
  })
})

describe('answers that look odd and are right', () => {
  test.for([
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\n\r\nhello'],
    [
      'chunks with extensions and trailers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nx-after: 1\r\n\r\n',
    ],
    [
      'early hints first',
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
    ],
    [
      'an interim answer that was not asked for',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
    ],
    ['no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello'],
    ['more bytes than promised', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello and more'],
  ] as const)('%s', async ([, reply]) => {
    const { saw } = await ask(reply, { expect: { text: 'hello' } })
    expect(saw).toMatchObject({ ok: true, metrics: { http_status: 200 } })
  })

  test('an older version is told as it is', async () => {
    const { saw } = await ask('HTTP/1.0 200 OK\r\n\r\nhello')
    expect(saw).toMatchObject({ ok: true, metrics: { http_version: 1 } })
  })

  test('a HEAD has a length and no body', async () => {
    const { saw } = await ask('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n', { method: 'HEAD' })
    expect(saw).toMatchObject({ ok: true, metrics: { http_body_bytes: 0, http_content_length: 99 } })
  })
})

describe('what is sent', () => {
  test('a body, as JSON with secrets in it', async () => {
    const { saw, heard } = await ask(
      answer(),
      { json: { user: 'eve', password: secret({ env: 'PASSWORD' }) } },
      { secrets: { PASSWORD: 'hush"hush' } },
    )
    expect(saw.ok).toBe(true)
    expect(heard).toMatch(/^POST \/ /)
    expect(heard).toContain('content-type: application/json\r\n')
    expect(heard).toContain('{"user":"eve","password":"hush\\"hush"}')
  })

  test('credentials', async () => {
    const basic = await ask(
      answer(),
      { basic: { username: 'eve', password: secret({ env: 'PASSWORD' }) } },
      { secrets: { PASSWORD: 'hush' } },
    )
    expect(basic.heard).toContain(`authorization: Basic ${Buffer.from('eve:hush').toString('base64')}\r\n`)
    const bearer = await ask(
      answer(),
      { bearer: secret({ file: '/token' }), headers: { 'X-Key': secret({ env: 'KEY' }) } },
      { secrets: { '/token': 'abc', KEY: 'k1' } },
    )
    expect(bearer.heard).toContain('authorization: Bearer abc\r\n')
    expect(bearer.heard).toContain('x-key: k1\r\n')
  })

  test('a header that cannot be sent is our own trouble', async () => {
    await expect(ask(answer(), { headers: { expect: '100-continue' } })).rejects.toThrow(
      /^the request cannot be written/,
    )
  })

  test('a secret that cannot be written in a header is our own trouble', async () => {
    await expect(
      ask(answer(), { bearer: secret({ env: 'TOKEN' }) }, { secrets: { TOKEN: 'two\nlines' } }),
    ).rejects.toThrow(RunnerFault)
  })
})

describe('redirects', () => {
  test('are followed hop by hop, each with its phases', async () => {
    await using server = await badServer({
      onRequest: (socket, _, count) => void socket.end(count < 3 ? redirect(`./${count}`) : answer('there')),
    })
    const saw = await observe(http('/', { expect: { text: 'there', url: '/2' } }), { url: server.url })
    expect(saw).toMatchObject({ ok: true, metrics: { http_redirects: 2, http_status: 200 } })
    expect([...new Set(saw.phases?.map(({ hop }) => hop))]).toEqual([0, 1, 2])
    expect(server.heard.map(request => request.split(' ')[1])).toEqual(['/', '/1', '/2'])
  })

  test('may be what is expected, and are not followed then', async () => {
    await using server = await badServer(says(redirect('https://shop.example.com/?from=plain', 301)))
    const passed = await observe(http('/', { expect: { redirect: 'https://shop.example.com/?from=plain' } }), {
      url: server.url,
    })
    expect(passed).toMatchObject({ ok: true, metrics: { http_status: 301, http_redirects: 0 } })
    const failed = await observe(http('/', { expect: { redirect: /^https:\/\/www\./ } }), { url: server.url })
    expect(failed).toMatchObject({
      ok: false,
      reason: 'redirect',
      detail: 'expected a redirect to /^https:\\/\\/www\\./, found https://shop.example.com/',
    })
    const unfollowed = await observe(http('/', { redirects: 0 }), { url: server.url })
    expect(unfollowed).toMatchObject({
      ok: false,
      reason: 'status',
      detail: 'expected status 2xx, found 301, a redirect to https://shop.example.com/',
    })
  })

  test('to another origin leave credentials and marks at home', async () => {
    await using other = await badServer(says(answer()))
    await using own = await badServer(says(redirect(`http://user:word@127.0.0.1:${other.port}/`)))
    const probe = http('/', {
      bearer: 'token1',
      headers: { cookie: 'a=1', 'X-Key': secret({ env: 'KEY' }), 'x-plain': 'yes' },
    })
    const saw = await observe(probe, { url: own.url, marks: { 'x-vedette-run': 'r1' }, secrets: { KEY: 'k1' } })
    expect(saw.ok).toBe(true)
    for (const mine of ['authorization: Bearer token1', 'cookie: a=1', 'x-key: k1', 'x-vedette-run: r1']) {
      expect(own.heard[0]).toContain(mine)
      expect(other.heard[0]).not.toContain(mine.split(':')[0])
    }
    expect(other.heard[0]).toContain('x-plain: yes')
  })

  test('keep the cookies that were set on the way, for their origin', async () => {
    await using server = await badServer({
      onRequest: (socket, request) =>
        void socket.end(
          request.includes('cookie: session=s1')
            ? answer('in')
            : answer('', { status: 302, headers: { location: '/', 'set-cookie': 'session=s1; Path=/; HttpOnly' } }),
        ),
    })
    expect(await observe(http('/', { expect: { text: 'in' } }), { url: server.url })).toMatchObject({ ok: true })
  })

  test.for([
    [302, 'GET', false],
    [303, 'GET', false],
    [307, 'POST', true],
    [308, 'POST', true],
  ] as const)('%i turns a POST into a %s', async ([status, method, withBody]) => {
    await using server = await badServer({
      onRequest: (socket, _, count) => void socket.end(count === 1 ? redirect('/next', status) : answer()),
    })
    await observe(http('/', { json: { a: 1 } }), { url: server.url })
    expect(server.heard[1]).toMatch(new RegExp(`^${method} /next `))
    expect(server.heard[1]!.includes('{"a":1}')).toBe(withBody)
    expect(server.heard[1]!.includes('content-type')).toBe(withBody)
  })

  test('do not carry a body with secrets elsewhere', async () => {
    await using other = await badServer(says(answer()))
    await using own = await badServer(says(redirect(`${other.url.href}take`, 307)))
    const saw = await observe(http('/', { body: secret({ env: 'BODY' }) }), { url: own.url, secrets: { BODY: 'hush' } })
    expect(saw).toMatchObject({
      ok: false,
      reason: 'redirect',
      detail: expect.stringMatching(
        /with a body that holds secrets, found a redirect to http:\/\/127\.0\.0\.1:\d+\/take$/,
      ),
    })
    expect(other.connections).toBe(0)
  })
})

describe('durations', () => {
  // Every answer takes as long as the driven clock is told.
  const slow = async (options: HttpOptions, durations: readonly number[], run: RunOptions = {}) => {
    const clock = fakeClock()
    await using server = await badServer({
      onRequest: (socket, _, count) => void clock.advance(durations[count - 1]!).then(() => socket.end(answer())),
    })
    return await observe(http('/', options), { url: server.url, clock, ...run })
  }

  test('over the limit is a breach, not a failure', async () => {
    expect(await slow({ expect: { duration: '500ms' } }, [600])).toMatchObject({
      ok: true,
      breaches: [{ metric: 'duration_ms', value: 600, limit: 'duration_ms <= 500' }],
    })
    expect((await slow({ expect: { duration: '500ms' } }, [500])).breaches).toBeUndefined()
  })

  test('are judged by the statistic of the limit', async () => {
    const run: RunOptions = { limit: { metric: 'http_req_duration_ms', stat: 'avg', lt: 500 } }
    const options: HttpOptions = { samples: 3, expect: { duration: limit('COD-01') } }
    expect((await slow(options, [400, 400, 600], run)).breaches).toBeUndefined()
    expect(await slow(options, [400, 600, 800], run)).toMatchObject({
      ok: true,
      breaches: [
        { requirement: 'COD-01', metric: 'http_req_duration_ms', value: 600, limit: 'http_req_duration_ms avg < 500' },
      ],
    })
    expect(await slow({ ...options, statistic: 'max' }, [400, 400, 600], run)).toMatchObject({
      breaches: [{ value: 600 }],
    })
  })
})

describe('over TLS', () => {
  const authority = createAuthority()
  const folder = mkdtempSync(join(tmpdir(), 'vedette-ca-'))
  writeFileSync(join(folder, 'ca.pem'), authority.cert)
  writeFileSync(join(folder, 'empty.pem'), 'nothing')
  afterAll(() => rmSync(folder, { recursive: true }))
  const good = authority.issue({ names: ['127.0.0.1', 'localhost'], to: daysFromNow(30.5) })

  test('with an authority of its own', async () => {
    await using server = await badServer(says(answer()), { tls: good })
    const saw = await observe(http('/', { ca: 'ca.pem' }), { url: server.url, folder })
    expect(saw).toMatchObject({ ok: true, metrics: { http_ssl: 1 } })
    expect(saw.metrics?.['tls_cert_days_left']).toBeCloseTo(30.5, 1)
    expect(saw.phases?.map(({ name }) => name)).toEqual(['connect', 'tls', 'send', 'wait', 'transfer'])
    await server.closed()
  })

  test('with a certificate that ends soon', async () => {
    await using server = await badServer(says(answer()), { tls: good })
    const saw = await observe(http('/', { ca: authority.cert, expect: { certificate: { daysLeft: 60 } } }), {
      url: server.url,
    })
    expect(saw).toMatchObject({
      ok: true,
      breaches: [{ metric: 'tls_cert_days_left', limit: 'tls_cert_days_left >= 60' }],
    })
  })

  test.for([
    [
      'nobody knows',
      good,
      undefined,
      /expected a valid certificate of 127\.0\.0\.1:\d+, found one whose issuer is not known .+ \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/,
    ],
    [
      'signed itself',
      selfSigned({ names: ['127.0.0.1'] }),
      undefined,
      /found one that signed itself \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/,
    ],
    [
      'has expired',
      authority.issue({ names: ['127.0.0.1'], from: daysFromNow(-9), to: daysFromNow(-2) }),
      'ca.pem',
      /found one that has expired \(CERT_HAS_EXPIRED\)$/,
    ],
    [
      'is not valid yet',
      authority.issue({ names: ['127.0.0.1'], from: daysFromNow(2) }),
      'ca.pem',
      /found one that is not valid yet \(CERT_NOT_YET_VALID\)$/,
    ],
    [
      'has another name',
      authority.issue({ names: ['shop.example.com'] }),
      'ca.pem',
      /^expected a certificate for 127\.0\.0\.1:\d+, found another name: /,
    ],
  ] as const)('with a certificate that %s', async ([, certificate, ca, detail]) => {
    await using server = await badServer(says(answer()), { tls: certificate })
    const options: HttpOptions = ca === undefined ? {} : { ca }
    expect(await observe(http('/', options), { url: server.url, folder })).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringMatching(detail),
    })
    expect(await observe(http('/', { ...options, verify: false }), { url: server.url, folder })).toMatchObject({
      ok: true,
    })
    await server.closed()
  })

  test('contexts are shared by probes that need the same', () => {
    const shared = new Map<string, unknown>()
    const one = createTlsContexts().get({ ca: 'ca.pem' }, { folder, shared })
    expect(createTlsContexts().get({ ca: join(folder, 'ca.pem') }, { folder: '/', shared })).toBe(one)
    expect(createTlsContexts().get({}, { folder, shared })).not.toBe(one)
    expect(shared.size).toBe(2)
  })

  test('the name that is sent decides which certificate is held to it', async () => {
    const shop = authority.issue({ names: ['shop.example.com'] })
    await using server = await badServer(says(answer()), { tls: shop })
    expect(
      await observe(http('/', { ca: 'ca.pem', servername: 'shop.example.com' }), { url: server.url, folder }),
    ).toMatchObject({ ok: true })
  })

  test('where plain text is spoken', async () => {
    await using server = await badServer({
      onConnect: socket => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    })
    expect(await observe(http(`https://127.0.0.1:${server.port}/`))).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringContaining('does the port speak plain text?'),
    })
  })

  test('that is refused', async () => {
    await using server = await badServer(says(answer()), {
      tls: { ...good, minVersion: 'TLSv1.3', sigalgs: 'ed25519' },
    })
    expect(await observe(http('/', { ca: 'ca.pem' }), { url: server.url, folder })).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringMatching(/^expected a TLS handshake with .+, found .*handshake failure/),
    })
  })

  test.for([
    ['missing.pem', /^expected the file .+missing\.pem to hold the certificate of an authority, found: ENOENT/],
    ['empty.pem', /^expected the file .+empty\.pem to hold the certificate of an authority \(PEM\), found none in it$/],
  ] as const)('an authority that cannot be read is our own trouble: %s', async ([ca, message]) => {
    await expect(observe(http('https://127.0.0.1:1/', { ca }), { folder })).rejects.toThrow(message)
  })
})

describe('options', () => {
  test.for<readonly [string, unknown, string, string]>([
    [
      '/',
      { exepct: {} },
      'exepct',
      "expected one of the options origin, method, headers, body, json, basic, bearer, ca, servername, verify, family, addresses, redirects, limits, samples, statistic, expect, found 'exepct'; did you mean 'expect'?",
    ],
    ['/', { expect: { status: 'ok' } }, 'expect.status', "expected a status such as 200 or '2xx', found 'ok'"],
    [
      '/',
      { expect: { duration: 'soon' } },
      'expect.duration',
      "expected a duration such as '30s', '5m' or '1h30m', found 'soon'",
    ],
    ['/', { method: 'get' }, 'method', "expected a method such as 'POST', found 'get'"],
    ['/', { body: 'a', json: {} }, 'json', 'expected either `body` or `json`, found both'],
    [
      '/',
      { bearer: 'a', headers: { Authorization: 'b' } },
      'basic',
      'expected one of `basic`, `bearer` and a header authorization, found more',
    ],
    ['/', { expect: { json: { 'a[': 1 } } }, 'expect.json.a[', "expected a path such as 'items[0].name', found 'a['"],
    [
      '/',
      { expect: { contract: { type: 'nonsense' } } },
      'expect.contract',
      'expected a schema of zod or a JSON Schema, found one that cannot be read',
    ],
    ['health', {}, '', "expected a path such as '/health' or a whole address, found 'health'"],
    ['http://', {}, '', "expected a path such as '/health' or a whole address, found 'http://'"],
  ])('%s %j', ([path, options, where, message]) => {
    const { problems = [] } = http(path, options as HttpOptions)
    expect(problems).toHaveLength(1)
    expect(problems[0]!.path.join('.')).toBe(['http', where].filter(Boolean).join('.'))
    expect(problems[0]!.message).toContain(message)
  })

  test('what loading has to know is told', () => {
    const token = secret({ env: 'TOKEN' })
    const probe = http('/health', {
      origin: 'api',
      bearer: token,
      ca: 'ca.pem',
      expect: { duration: limit('COD-01'), certificate: { daysLeft: limit('COD-40') } },
    })
    expect(probe).toMatchObject({
      kind: 'http',
      summary: 'GET /health',
      origins: ['api'],
      files: ['ca.pem'],
      problems: [],
    })
    expect(probe.limits).toEqual([{ requirement: 'COD-01' }, { requirement: 'COD-40' }])
    expect(probe.secrets).toEqual([token])
    expect(http('https://example.com/').origins).toEqual([])
  })
})
