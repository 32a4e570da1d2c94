import { createSecureContext } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { limit, type TlsOptions, tls } from '../../runner/index.ts'
import { badServer, deafServer, resets, silent } from '../support/bad-server.ts'
import { createAuthority, daysFromNow, type Issued, selfSigned } from '../support/certificates.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { observe, type RunOptions } from '../support/probe-run.ts'

const authority = createAuthority()
const names = ['shop.test', 'www.shop.test', '127.0.0.1']
const good = authority.issue({ names, from: daysFromNow(-59.5), to: daysFromNow(30.5) })

async function look(certificate: Issued, options: TlsOptions = {}, run: RunOptions = {}) {
  await using server = await badServer(silent, { tls: certificate })
  const saw = await observe(tls({ ca: authority.cert, ...options }), { url: server.url, ...run })
  await server.closed()
  return saw
}

test('a good certificate has its figures', async () => {
  const saw = await look(good, { names: ['shop.test', 'www.shop.test'] })
  expect(saw).toMatchObject({ ok: true, metrics: { tls_chain_length: 1, tls_version: 1.3 } })
  expect(saw.breaches).toBeUndefined()
  expect(saw.metrics?.['tls_cert_days_left']).toBeCloseTo(30.5, 1)
  expect(saw.metrics?.['tls_cert_expiry_s']).toBeCloseTo(daysFromNow(30.5).getTime() / 1_000, -2)
  expect(saw.phases?.map(({ name, hop }) => `${name} ${hop}`)).toEqual(['connect 0', 'tls 0', 'connect 1', 'tls 1'])
})

test('the address itself may be what the certificate is for', async () => {
  expect(await look(good)).toMatchObject({ ok: true })
  expect(await look(authority.issue({ names: ['shop.test'] }))).toMatchObject({
    ok: false,
    reason: 'tls',
    detail: 'expected a certificate for 127.0.0.1, found one for DNS:shop.test',
  })
})

describe('days left', () => {
  const promise: RunOptions = { limit: { metric: 'tls_cert_days_left', gt: 31 } }
  test('fewer than promised', async () => {
    expect(await look(good, { daysLeft: limit('COD-40') }, promise)).toMatchObject({
      ok: true,
      breaches: [{ requirement: 'COD-40', metric: 'tls_cert_days_left', limit: 'tls_cert_days_left > 31' }],
    })
    expect(await look(good, { daysLeft: 31 })).toMatchObject({
      ok: true,
      breaches: [{ limit: 'tls_cert_days_left >= 31' }],
    })
    expect((await look(good, { daysLeft: 30 })).breaches).toBeUndefined()
  })

  test('as a share of its life', async () => {
    expect(await look(good, { lifeLeft: 0.35 })).toMatchObject({
      ok: true,
      breaches: [{ metric: 'tls_cert_life_left', limit: 'tls_cert_life_left >= 0.35' }],
    })
    expect((await look(good, { lifeLeft: 0.3 })).breaches).toBeUndefined()
  })

  test('of the certificate in the chain that ends first', async () => {
    const between = authority.intermediate('Between')
    const leaf = between.issue({ names, to: daysFromNow(4_000) })
    const saw = await look({ key: leaf.key, cert: leaf.cert + between.cert })
    expect(saw).toMatchObject({ ok: true, metrics: { tls_chain_length: 2 } })
    expect(saw.metrics?.['tls_cert_days_left']).toBeCloseTo(1_800, 0)
  })
})

describe('a certificate that', () => {
  const between = authority.intermediate('Between')
  const leaf = between.issue({ names })
  test.for<readonly [string, Issued, TlsOptions, string | RegExp]>([
    [
      'has expired',
      authority.issue({ names, from: daysFromNow(-9), to: daysFromNow(-2.5) }),
      {},
      'expected a valid certificate for 127.0.0.1, found one that has expired, 2d 12h ago (CERT_HAS_EXPIRED)',
    ],
    [
      'is not valid yet',
      authority.issue({ names, from: daysFromNow(1) }),
      {},
      'expected a valid certificate for 127.0.0.1, found one that is not valid yet (CERT_NOT_YET_VALID)',
    ],
    [
      'signed itself',
      selfSigned({ names }),
      {},
      'expected a valid certificate for 127.0.0.1, found one that signed itself (DEPTH_ZERO_SELF_SIGNED_CERT)',
    ],
    [
      'comes from another authority',
      createAuthority('Somebody else').issue({ names }),
      {},
      /issuer is not known .+ \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/,
    ],
    ['comes without the one between', leaf, {}, /the chain sent is incomplete\) \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)$/],
    [
      'lacks one of the names',
      authority.issue({ names: ['shop.test'] }),
      { names: ['shop.test', 'www.shop.test'] },
      'expected a certificate for www.shop.test, found one for DNS:shop.test',
    ],
    [
      'has a wildcard too few',
      authority.issue({ names: ['*.shop.test'] }),
      { names: ['a.b.shop.test'] },
      'expected a certificate for a.b.shop.test, found one for DNS:*.shop.test',
    ],
    [
      'has no name',
      authority.issue({ names: ['shop.test'] }),
      { names: ['other.test'] },
      'expected a certificate for other.test, found one for DNS:shop.test',
    ],
  ])('%s', async ([, certificate, options, detail]) => {
    const saw = await look(certificate, options)
    expect(saw).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    })
    expect(saw.metrics).toHaveProperty('tls_cert_days_left')
  })
})

test('a server with a certificate for each name is asked for each', async () => {
  const bare = authority.issue({ names: ['shop.test'] })
  const www = authority.issue({ names: ['www.shop.test'], to: daysFromNow(5) })
  const asked: string[] = []
  await using server = await badServer(silent, {
    tls: {
      ...bare,
      SNICallback(name, done) {
        asked.push(name)
        done(null, createSecureContext(name === 'shop.test' ? bare : www))
      },
    },
  })
  const saw = await observe(tls({ ca: authority.cert, names: ['shop.test', 'www.shop.test'], daysLeft: 14 }), {
    url: server.url,
  })
  expect(asked).toEqual(['shop.test', 'www.shop.test'])
  expect(saw).toMatchObject({ ok: true, breaches: [{ limit: 'tls_cert_days_left >= 14' }] })
})

describe('version and cipher', () => {
  const old = (maxVersion: 'TLSv1.1' | 'TLSv1.2') => ({
    ...good,
    minVersion: 'TLSv1' as const,
    maxVersion,
    ciphers: 'ALL:@SECLEVEL=0',
  })

  test('lower than wanted', async () => {
    await using server = await badServer(silent, { tls: old('TLSv1.2') })
    const run = { url: server.url }
    expect(await observe(tls({ ca: authority.cert }), run)).toMatchObject({ ok: true, metrics: { tls_version: 1.2 } })
    expect(await observe(tls({ ca: authority.cert, minVersion: 'TLSv1.3' }), run)).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: 'expected TLSv1.3 or newer, found TLSv1.2',
    })
    expect(await observe(tls({ ca: authority.cert, cipher: /GCM|POLY1305/ }), run)).toMatchObject({ ok: true })
    expect(await observe(tls({ ca: authority.cert, cipher: ['GCM', 'CAMELLIA'] }), run)).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringMatching(/^expected a cipher like 'CAMELLIA', found \S+GCM\S+$/),
    })
    expect(await observe(tls({ ca: authority.cert, refuses: ['TLSv1', 'TLSv1.1'] }), run)).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: 'expected TLSv1 to be refused, found that it is accepted',
    })
  })

  test('too old to agree on', async () => {
    expect(await look(old('TLSv1.1') as never)).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringMatching(/^expected a TLS handshake with .+, found .*version/),
    })
  })

  test('old ones are refused', async () => {
    expect(await look(good, { refuses: ['TLSv1', 'TLSv1.1'] })).toMatchObject({ ok: true })
  })
})

describe('no handshake', () => {
  test('where plain text is spoken', async () => {
    await using server = await badServer({ onConnect: socket => void socket.end('220 mail ready\r\n') })
    expect(await observe(tls(), { url: server.url })).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringContaining('does the port speak plain text?'),
    })
  })

  test('with a reset', async () => {
    await using server = await badServer({
      onConnect: socket => void socket.once('data', () => socket.resetAndDestroy()),
    })
    expect(await observe(tls(), { url: server.url })).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringMatching(
        /^expected a TLS handshake with .+, found that it closed the connection during it$/,
      ),
    })
  })

  test('with a polite end', async () => {
    await using server = await badServer({ onConnect: socket => void socket.once('data', () => socket.end()) })
    expect(await observe(tls(), { url: server.url })).toMatchObject({
      ok: false,
      reason: 'tls',
      detail: expect.stringMatching(/closed the connection during it$/),
    })
    await server.closed()
  })

  test('with nobody there', async () => {
    expect(await observe(tls({ host: '127.0.0.1', port: 1 }))).toMatchObject({ ok: false, reason: 'connect' })
    await using deaf = await deafServer()
    expect(await observe(tls({ host: '127.0.0.1', port: deaf.port }), { timeout: 300 })).toMatchObject({
      ok: false,
      reason: 'timeout',
    })
    await using rude = await badServer(resets('connect'))
    expect(await observe(tls(), { url: rude.url })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^(connect|tls)$/),
    })
  })

  test('at the deadline', async () => {
    const clock = fakeClock()
    const { promise: hello, resolve } = Promise.withResolvers<void>()
    await using server = await badServer({ onConnect: socket => void socket.once('data', () => resolve()) })
    const seen = observe(tls(), { url: server.url, clock, timeout: 5_000 })
    await hello
    await clock.advance(5_000)
    expect(await seen).toMatchObject({
      ok: false,
      reason: 'timeout',
      detail: 'no answer within 5s: connected after 0ms, then no end of the TLS handshake',
    })
    await server.closed()
  })
})

test('options', () => {
  const { problems = [] } = tls({ dayLeft: 5 } as never)
  expect(problems[0]!.message).toContain("found 'dayLeft'; did you mean 'daysLeft'?")
  expect(tls({ names: [] }).problems).toHaveLength(1)
  expect(tls({ lifeLeft: 30 }).problems?.[0]?.message).toBe('expected at most 1, found 30')
  expect(tls({ daysLeft: limit('COD-40') })).toMatchObject({
    kind: 'tls',
    summary: 'certificate of web',
    limits: [{ requirement: 'COD-40' }],
    origins: ['web'],
  })
  expect(tls({ host: 'a.test', port: 443 })).toMatchObject({ summary: 'certificate of a.test:443', origins: [] })
})
