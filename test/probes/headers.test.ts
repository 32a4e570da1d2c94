import { once } from 'node:events'
import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type HeadersOptions, headers, limit } from '../../runner/index.ts'
import { createAuthority } from '../support/certificates.ts'
import { observe, type RunOptions } from '../support/probe-run.ts'

const authority = createAuthority()
const certificate = authority.issue({ names: ['127.0.0.1'] })
const open: { close(): unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

const good = {
  'content-type': 'text/html',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
}

async function site(listener: RequestListener, secure = true): Promise<string> {
  const server = secure
    ? createServer({ key: certificate.key, cert: certificate.cert }, listener)
    : createPlain(listener)
  server.listen(0, '127.0.0.1')
  open.push(server)
  await once(server, 'listening')
  return `http${secure ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const page =
  (sent: Readonly<Record<string, string>>): RequestListener =>
  (_, response) =>
    response.writeHead(200, sent).end('<h1>Shop</h1>')

async function look(listener: RequestListener, options: HeadersOptions = {}, run: RunOptions = {}) {
  const web = await site(listener)
  const plain = await site(
    (request, response) => response.writeHead(301, { location: `${web}${request.url}` }).end(),
    false,
  )
  return observe(headers('/', { ca: authority.cert, plain: 'plain', ...options }), { url: { web, plain }, ...run })
}

test('a page with all of them has A+', async () => {
  const saw = await look(page(good), { grade: 'A+' })
  expect(saw).toMatchObject({ ok: true, metrics: { observatory_score: 120, observatory_content_security_policy: 10 } })
  expect(saw.breaches).toBeUndefined()
})

test('a lower grade than promised is a breach that names what is against it', async () => {
  const { 'content-security-policy': _, 'strict-transport-security': __, ...left } = good
  const promise: RunOptions = { limit: { metric: 'observatory_grade', gte: 'A+' } }
  const saw = await look(page({ ...left, 'x-frame-options': 'DENY' }), { grade: limit('AGT-08') }, promise)
  expect(saw).toMatchObject({
    ok: true,
    breaches: [
      {
        requirement: 'AGT-08',
        metric: 'observatory_grade',
        value: 55,
        limit: 'observatory_grade >= A+',
        found: 'grade C: content-security-policy is missing (−25); strict-transport-security is missing (−20)',
      },
    ],
  })
})

test('plain HTTP that is served, and an origin that is echoed with credentials', async () => {
  const plain = await site(page(good), false)
  const web = await site((request, response) => {
    const { origin } = request.headers
    const cors = origin ? { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' } : {}
    response.writeHead(200, { ...good, ...cors }).end('<h1>Shop</h1>')
  })
  const saw = await observe(headers('/', { ca: authority.cert, plain: 'plain', grade: 'B' }), { url: { web, plain } })
  expect(saw.metrics).toMatchObject({
    observatory_redirection: -20,
    observatory_cross_origin_resource_sharing: -50,
    observatory_score: 30,
  })
  expect(saw.breaches?.[0]?.found).toMatch(/^grade D: .*redirection is missing: plain HTTP is served \(−20\)/)
})

test('nobody need answer plain HTTP, and a redirect may lead to where nobody answers', async () => {
  const web = await site(page(good))
  const lost = await site((_, response) => response.writeHead(308, { location: 'https://127.0.0.1:1/' }).end(), false)
  const rule = async (plain: string) =>
    (await observe(headers('/', { ca: authority.cert, plain: 'plain' }), { url: { web, plain } })).metrics?.[
      'observatory_redirection'
    ]
  expect(await rule('http://127.0.0.1:1')).toBe(0)
  expect(await rule(lost)).toBe(0)
})

test('a page that is not there is a failure, and so is a bad certificate', async () => {
  expect(await look((_, response) => response.writeHead(404).end())).toMatchObject({
    ok: false,
    reason: 'status',
    detail: 'expected a page at / (status 200 to 299), found 404',
  })
  const web = await site(page(good))
  expect(await observe(headers('/'), { url: web })).toMatchObject({ ok: false, reason: 'tls' })
})

test('a site that never answers ends with the deadline', async () => {
  expect(await look(() => undefined, {}, { timeout: 300 })).toMatchObject({ ok: false, reason: 'timeout' })
})

test('bad options are told with their place', () => {
  expect(headers('shop').problems).toMatchObject([
    { path: ['headers'], message: "expected a path such as '/', found 'shop'" },
  ])
  expect(headers('/', { grade: 'A++' as never }).problems).toMatchObject([{ path: ['headers', 'grade'] }])
})
