import { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { chooseBroken } from './kit/broken.ts'
import { authorityCertificate, createCertificate } from './kit/certificate.ts'
import { createClock } from './kit/clock.ts'
import { html } from './kit/html.ts'
import { createService, Refusal, route } from './kit/http.ts'
import { listen } from './kit/listen.ts'
import { readUpload } from './kit/multipart.ts'
import { createParts } from './kit/parts.ts'
import { createRateLimit } from './kit/rate-limit.ts'
import { createTokens } from './kit/tokens.ts'

test('only known promises can be broken', () => {
  const broken = chooseBroken(['A-1', 'A-2'], ['A-2'])
  expect([broken('A-1'), broken('A-2')]).toEqual([false, true])
  expect(() => chooseBroken(['A-1'], ['A-3'])).toThrow('expected ids out of A-1; found A-3')
})

test('parts go down and come back; a part that there is not is refused', () => {
  const parts = createParts(['database', 'redis'])
  parts.set({ redis: 'down', latency: 20 })
  expect(parts.state()).toEqual({ database: 'up', redis: 'down', latency: 20 })
  expect(parts.health()).toEqual({
    httpStatus: 503,
    status: 'degraded',
    states: { database: 'ok', redis: 'error' },
  })
  parts.set({ redis: 'up' })
  expect(parts.isDown('redis')).toBe(false)
  expect(parts.health()).toMatchObject({ httpStatus: 200, status: 'ok' })
  // A fault of health alone: it shows what it does not tell.
  expect(parts.health('redis')).toMatchObject({ httpStatus: 200, status: 'ok', states: { redis: 'error' } })
  expect(() => parts.set({ mail: 'down' })).toThrow('found mail: down')
})

test('a token serves one purpose until its time is over', () => {
  const clock = createClock(() => 1_000_000)
  const tokens = createTokens('secret', clock.now)
  const token = tokens.sign('ann', 'access', 900)
  expect(tokens.verify(token, 'access')).toMatchObject({ sub: 'ann' })
  expect(tokens.verify(token, 'refresh')).toBe('forged')
  expect(createTokens('another', clock.now).verify(token, 'access')).toBe('forged')
  expect(tokens.verify(`${token}x`, 'access')).toBe('forged')
  expect(tokens.verify('garbage', 'access')).toBe('forged')
  clock.advance(899_000)
  expect(tokens.verify(token, 'access')).toMatchObject({ sub: 'ann' })
  clock.advance(1_000)
  expect(tokens.verify(token, 'access')).toBe('expired')
})

test('a rate limit counts per key, says so in the standard headers, and begins anew', () => {
  const clock = createClock(() => 0)
  const limit = createRateLimit(2, 60_000, clock.now)
  expect(limit('a')).toMatchObject({ refused: false, headers: { 'ratelimit-limit': '2', 'ratelimit-remaining': '1' } })
  clock.advance(10_000)
  expect(limit('a')).toMatchObject({ refused: false, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '50' } })
  expect(limit('a')).toMatchObject({ refused: true, headers: { 'retry-after': '50' } })
  expect(limit('b').refused).toBe(false)
  clock.advance(50_000)
  expect(limit('a')).toMatchObject({ refused: false, headers: { 'ratelimit-remaining': '1' } })
})

test('text in a page is text', () => {
  expect(html`<p title="${'"'}">${'<script>'}${html`<b>${1}</b>`}</p>`.markup).toBe(
    '<p title="&quot;">&lt;script&gt;<b>1</b></p>',
  )
})

test('a certificate holds its names and days, and who trusts the authority trusts it', async () => {
  const [validFrom, validUntil] = [Date.now() - 86_400_000, Date.now() + 3 * 86_400_000]
  const certificate = createCertificate({ names: ['localhost', 'www.localhost'], validFrom, validUntil })
  const read = new X509Certificate(certificate.cert)
  expect(read.subjectAltName).toBe('DNS:localhost, DNS:www.localhost, IP Address:127.0.0.1')
  expect(Math.abs(new Date(read.validTo).getTime() - validUntil)).toBeLessThan(1_000)

  const listener = await listen(() => {}, { port: 0, certificate })
  const shake = (servername: string, ca?: string) =>
    new Promise<string>(resolve => {
      const options = { port: Number(new URL(listener.url).port), host: '127.0.0.1', servername, ...(ca ? { ca } : {}) }
      const socket = connect(options, () => {
        resolve('trusted')
        socket.destroy()
      })
      socket.on('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.message))
    })
  try {
    expect(await shake('www.localhost', authorityCertificate())).toBe('trusted')
    expect(await shake('other.example', authorityCertificate())).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    expect(await shake('localhost')).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  } finally {
    await listener.close()
  }
})

test('routes, refusals, methods, bodies, compression and files', async () => {
  const service = createService({
    routes: [
      route('GET', '/things/:id', call => ({ json: { id: call.params['id'], text: 'x'.repeat(2_000) } })),
      route('POST', '/things', async call => ({ status: 201, json: await call.json() })),
      route('POST', '/files', async call => {
        const { bytes, fileName, type } = await readUpload(call)
        return { json: { fileName, type, bytes: [...bytes] } }
      }),
      route('GET', '/refused', () => {
        throw new Refusal(409, { error: 'no' }, { 'x-why': 'test' })
      }),
      route('GET', '/wrong', () => {
        throw new Error('secret of the inside')
      }),
    ],
    longestBody: 1_000,
  })
  const { url, close } = await listen(service, { port: 0 })
  const post = (path: string, body: BodyInit) => fetch(url + path, { method: 'POST', body })
  try {
    const found = await fetch(`${url}/things/a%20b`, { headers: { 'accept-encoding': 'gzip' } })
    expect(found.headers.get('content-encoding')).toBe('gzip')
    expect(await found.json()).toMatchObject({ id: 'a b' })
    expect(
      (await fetch(`${url}/things/1`, { headers: { 'accept-encoding': 'identity' } })).headers.get('content-encoding'),
    ).toBe(null)
    expect((await fetch(`${url}/things/1`, { method: 'DELETE' })).status).toBe(405)
    expect((await fetch(`${url}/none`)).status).toBe(404)
    expect((await fetch(`${url}/things/%ff`)).status).toBe(400)
    expect((await post('/things', '{"a":1}')).status).toBe(201)
    expect((await post('/things', '[1]')).status).toBe(400)
    expect((await post('/things', '{')).status).toBe(400)
    expect((await post('/things', JSON.stringify('x'.repeat(2_000)))).status).toBe(413)
    const refused = await fetch(`${url}/refused`)
    expect([refused.status, refused.headers.get('x-why'), await refused.json()]).toEqual([409, 'test', { error: 'no' }])
    const wrong = await fetch(`${url}/wrong`)
    expect([wrong.status, await wrong.text()]).toEqual([500, '{"error":"Internal Server Error"}'])
    const form = new FormData()
    form.append('note', 'before the file')
    form.append('file', new Blob([Uint8Array.of(1, 13, 10, 2)], { type: 'image/png' }), 'a.png')
    expect(await (await post('/files', form)).json()).toEqual({
      fileName: 'a.png',
      type: 'image/png',
      bytes: [1, 13, 10, 2],
    })
    expect((await post('/files', 'nothing')).status).toBe(400)
  } finally {
    await close()
  }
})

test('a port that is in use is named', async () => {
  const first = await listen(() => {}, { port: 0 })
  const port = Number(new URL(first.url).port)
  try {
    await expect(listen(() => {}, { port })).rejects.toThrow(
      `expected port ${port} of 127.0.0.1 to be free, found it in use`,
    )
  } finally {
    await first.close()
  }
})
