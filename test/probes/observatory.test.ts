import { describe, expect, test } from 'vitest'
import { judgeCsp } from '../../runner/probes/parts/observatory/csp.ts'
import { finding } from '../../runner/probes/parts/observatory/finding.ts'
import { gradeSite, type Site, scoreOf } from '../../runner/probes/parts/observatory/grade.ts'
import { readPage } from '../../runner/probes/parts/observatory/page.ts'
import * as rules from '../../runner/probes/parts/observatory/rules.ts'

// One case for each line of the score table of Mozilla Observatory, algorithm 6.

const url = new URL('https://shop.example.com/')
const noPage = readPage('')

describe('content-security-policy', () => {
  test.each([
    [10, "default-src 'none'; script-src 'self'; img-src 'self'"],
    [10, "DEFAULT-SRC 'None'"],
    [10, 'default-src; form-action'],
    [5, "default-src 'self'"],
    [5, "default-src 'self'; script-src 'nonce-abc' 'unsafe-inline'"],
    [5, "default-src 'self'; script-src 'sha256-abc=' 'unsafe-inline'; style-src 'sha512-x' 'unsafe-inline'"],
    [
      5,
      "object-src 'none'; script-src 'nonce-abc' 'strict-dynamic' https: http: 'self' 'unsafe-inline'; style-src 'self'",
    ],
    [5, "default-src 'self'; img-src data:"],
    [5, "default-src 'self'; script-src https://cdn.example.com *.example.com"],
    [0, "default-src 'self'; style-src 'self' 'unsafe-inline'"],
    [0, "default-src 'self'; style-src https:"],
    [0, "script-src 'self'; object-src 'none'"],
    [0, "default-src 'self'; report-uri /a; report-uri /b"],
    [-10, "default-src 'self'; img-src http://images.example.com"],
    [-10, "default-src 'self'; media-src http:"],
    [-10, "default-src 'self'; script-src 'self' 'unsafe-eval'"],
    [-10, "default-src 'self'; style-src 'unsafe-eval'"],
    [-20, "default-src 'self'; script-src 'self' 'unsafe-inline'"],
    [-20, "default-src 'self'; script-src data:"],
    [-20, "default-src 'self'; script-src *"],
    [-20, "default-src 'self'; script-src https://*"],
    [-20, "script-src 'self'"],
    [-20, "default-src 'self'; object-src *"],
    [-20, "style-src 'self'"],
    [-20, "default-src 'self'; script-src http://cdn.example.com"],
    [-20, "default-src 'self'; frame-src http://ads.example.com"],
    [-25, "default-src 'self'; script-src 'self' 'strict-dynamic'"],
    [-25, "default-src 'self'; default-src 'none'"],
    [-25, ' '],
  ])('%i: %s', (modifier, policy) => {
    expect(judgeCsp({ header: [policy], meta: [], reportOnly: false, secure: true }).finding.modifier).toBe(modifier)
  })

  test('plain HTTP in a policy is no matter for a page that came over it', () => {
    const header = ["default-src 'self'; frame-src http://ads.example.com"]
    expect(judgeCsp({ header, meta: [], reportOnly: false, secure: false }).finding.modifier).toBe(5)
  })

  test('missing, or one that only reports', () => {
    const none = { header: [], meta: [], secure: true }
    expect(judgeCsp({ ...none, reportOnly: false }).finding).toMatchObject({ modifier: -25, text: 'is missing' })
    expect(judgeCsp({ ...none, reportOnly: true }).finding).toMatchObject({ modifier: -25, text: /^only reports/ })
  })

  test('several policies admit what all of them admit', () => {
    const judged = (...header: string[]) =>
      judgeCsp({ header, meta: [], reportOnly: false, secure: true }).finding.modifier
    const open = "default-src 'self'; script-src 'self' 'unsafe-inline'"
    expect(judged(open, "default-src 'self'; script-src 'self'")).toBe(5)
    expect(judged(`${open}, default-src 'self'; script-src 'self'`)).toBe(5)
    expect(judged(open, open)).toBe(-20)
  })

  test('one in the page counts, but for what only a header may say', () => {
    const judged = (meta: string) => judgeCsp({ header: [], meta: [meta], reportOnly: false, secure: true })
    expect(judged("default-src 'self'").finding.modifier).toBe(5)
    expect(judged("frame-ancestors 'none'").finding).toMatchObject({ modifier: -25, text: 'is missing' })
  })
})

describe('cookies', () => {
  const judged = (cookies: readonly string[], hsts = true) =>
    rules.judgeCookies({ 'set-cookie': cookies }, hsts).modifier

  test.each([
    [0, [], true],
    [0, ['heroku-session-affinity=1'], true],
    [5, ['theme=dark; Secure; SameSite=Lax', 'sessionid=1; Secure; HttpOnly; SameSite=Strict'], true],
    [0, ['sessionid=1; Secure; HttpOnly'], true],
    [-5, ['theme=dark; SameSite=Lax'], true],
    [-20, ['theme=dark; SameSite=Lax'], false],
    [-10, ['sessionid=1; HttpOnly'], true],
    [-40, ['sessionid=1; HttpOnly'], false],
    [-30, ['login=1; Secure'], true],
    [-20, ['theme=dark; Secure; SameSite=Sometimes'], true],
    [-20, ['theme=dark; Secure; SameSite'], true],
    [-20, ['theme=dark; SameSite=None'], true],
    [-20, ['XSRF-csrf=1; Secure'], true],
    [-40, ['a=1', 'sess=1; HttpOnly', 'csrf=1'], false],
  ])('%i: %j under HSTS %s', (modifier, cookies, hsts) => {
    expect(judged(cookies, hsts)).toBe(modifier)
  })
})

test.each([
  [0, {}],
  [0, { 'access-control-allow-origin': '*' }],
  [0, { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' }],
  [0, { 'access-control-allow-origin': 'https://other.example' }],
  [0, { 'access-control-allow-origin': 'https://x.example' }],
  [-50, { 'access-control-allow-origin': 'https://x.example', 'access-control-allow-credentials': 'TRUE' }],
])('cors %i: %j', (modifier, headers) => {
  expect(rules.judgeCors(headers, 'https://x.example').modifier).toBe(modifier)
})

test.each([
  [0, undefined, false],
  [0, ['http://a.example/', 'https://a.example/'], false],
  [0, ['http://a.example/', 'https://a.example/', 'https://b.example/'], false],
  [-5, ['http://a.example/', 'https://b.example/'], false],
  [-10, ['http://a.example/', 'http://b.example/', 'https://b.example/'], false],
  [-20, ['http://a.example/', 'http://b.example/'], false],
  [-20, ['http://a.example/'], false],
  [-20, ['http://a.example/', 'https://a.example/'], true],
])('redirection %i: %j, bad certificate %s', (modifier, route, bad) => {
  expect(
    rules.judgeRedirect(
      route?.map(text => new URL(text)),
      bad,
    ).modifier,
  ).toBe(modifier)
})

test.each([
  [5, 'no-referrer'],
  [5, 'same-origin'],
  [5, 'strict-origin'],
  [5, 'unsafe-url, Strict-Origin-When-Cross-Origin'],
  [0, undefined],
  [-5, 'origin'],
  [-5, 'strict-origin, unsafe-url'],
  [-5, 'no-referrer-when-downgrade'],
  [-5, 'whatever'],
])('referrer-policy %i: %s', (modifier, line) => {
  expect(rules.judgeReferrer({ 'referrer-policy': line }, noPage).modifier).toBe(modifier)
})

test('a referrer policy in the page comes last', () => {
  const page = readPage('<META HTTP-EQUIV="Referrer-Policy" content="no-referrer">')
  expect(rules.judgeReferrer({ 'referrer-policy': 'unsafe-url' }, page).modifier).toBe(5)
})

test.each([
  [0, 'max-age=15552000', true, false],
  [0, 'includeSubDomains; max-age=31536000; preload', true, false],
  [-10, 'max-age=15551999', true, false],
  [-10, 'max-age=0', true, false],
  [-20, 'includeSubDomains', true, false],
  [-20, 'max-age=31536000, max-age=31536000', true, false],
  [-20, undefined, true, false],
  [-20, 'max-age=31536000', false, false],
  [5, undefined, true, true],
])('strict-transport-security %i: %s, secure %s, preloaded %s', (modifier, line, secure, preloaded) => {
  expect(rules.judgeHsts({ 'strict-transport-security': line }, secure, preloaded).modifier).toBe(modifier)
})

test.each([
  [0, '<p>no script</p>'],
  [0, '<script>own()</script>'],
  [0, '<script src="/app.js"></script><script src="https://cdn.example.com/x.js"></script>'],
  [0, '<!-- <script src="https://evil.example/x.js"></script> -->'],
  [0, `<script>const x = '<script src="https://evil.example/x.js">'</script>`],
  [5, '<script src="/app.js" integrity="sha384-x"></script>'],
  [5, '<script src="https://cdn.test/x.js" integrity="sha384-x" crossorigin></script>'],
  [-5, '<script src="https://cdn.test/x.js"></script>'],
  [-5, '<script src=https://cdn.test/x.js></script><script src="/app.js" integrity="sha384-x"></script>'],
  [-20, '<script src="http://cdn.test/x.js" integrity="sha384-x"></script>'],
  [-20, '<script src="//cdn.test/x.js" integrity="sha384-x"></script>'],
  [-50, '<script src="//cdn.test/x.js"></script>'],
  [-50, '<script src="http://cdn.test/x.js"></script>'],
])('subresource-integrity %i: %s', (modifier, html) => {
  expect(rules.judgeScripts(readPage(html), url, true).modifier).toBe(modifier)
})

test('scripts of a name below the same public suffix are foreign', () => {
  const page = readPage('<script src="https://cdn.other.co.uk/x.js"></script>')
  expect(rules.judgeScripts(page, new URL('https://www.shop.co.uk/'), true).modifier).toBe(-5)
  expect(rules.judgeScripts(page, new URL('https://www.other.co.uk/'), true).modifier).toBe(0)
})

test('what is no page has no scripts', () => {
  expect(rules.judgeScripts(readPage('<script src="https://cdn.test/x.js"></script>'), url, false).modifier).toBe(0)
})

test.each([
  [0, 'nosniff'],
  [0, ' NoSniff '],
  [-5, 'sniff'],
  [-5, undefined],
])('x-content-type-options %i: %s', (modifier, line) => {
  expect(rules.judgeSniffing({ 'x-content-type-options': line }).modifier).toBe(modifier)
})

test.each([
  [5, 'DENY', false],
  [5, 'SameOrigin', false],
  [5, undefined, true],
  [5, 'nonsense', true],
  [0, 'allow-from https://a.example', false],
  [-20, 'nonsense', false],
  [-20, undefined, false],
])('x-frame-options %i: %s, by policy %s', (modifier, line, byPolicy) => {
  expect(rules.judgeFraming({ 'x-frame-options': line }, byPolicy).modifier).toBe(modifier)
})

test.each([
  [10, 'same-origin'],
  [10, 'Same-Site'],
  [0, 'cross-origin'],
  [0, undefined],
  [-5, 'none'],
])('cross-origin-resource-policy %i: %s', (modifier, line) => {
  expect(rules.judgeResource({ 'cross-origin-resource-policy': line }, noPage).modifier).toBe(modifier)
})

test.each([
  [10, 'require-corp'],
  [10, 'credentialless; report-to="x"'],
  [0, 'unsafe-none'],
  [0, undefined],
  [-5, 'Require-Corp'],
  [-5, ['require-corp', 'require-corp']],
])('cross-origin-embedder-policy %i: %s', (modifier, line) => {
  expect(rules.judgeEmbedder({ 'cross-origin-embedder-policy': line }).modifier).toBe(modifier)
})

test.each([
  [10, 'same-origin'],
  [10, 'same-origin-allow-popups'],
  [10, 'noopener-allow-popups'],
  [0, 'unsafe-none'],
  [0, undefined],
  [-5, 'same-site'],
])('cross-origin-opener-policy %i: %s', (modifier, line) => {
  expect(rules.judgeOpener({ 'cross-origin-opener-policy': line }).modifier).toBe(modifier)
})

describe('the grade', () => {
  const points = (...modifiers: number[]) => scoreOf(modifiers.map(modifier => finding('rule', modifier, 'text')))

  test('more points count only from 90 without them', () => {
    expect(points(-10, 5, 5)).toEqual({ score: 100, grade: 'A+' })
    expect(points(-15, 5, 10, 10)).toEqual({ score: 85, grade: 'A-' })
    expect(points(10, 10)).toEqual({ score: 120, grade: 'A+' })
    expect(points(-50, -60)).toEqual({ score: 0, grade: 'F' })
  })

  test.each([
    [0, 'A+'],
    [-5, 'A'],
    [-10, 'A'],
    [-15, 'A-'],
    [-20, 'B+'],
    [-25, 'B'],
    [-30, 'B'],
    [-35, 'B-'],
    [-40, 'C+'],
    [-45, 'C'],
    [-50, 'C'],
    [-55, 'C-'],
    [-60, 'D+'],
    [-65, 'D'],
    [-70, 'D'],
    [-75, 'D-'],
    [-80, 'F'],
    [-96, 'F'],
  ])('%i points are %s', (modifier, grade) => {
    expect(points(modifier).grade).toBe(grade)
  })

  test('of a whole site', () => {
    const good: Site = {
      url,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; frame-ancestors 'none'",
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
      },
      body: '<script src="/app.js"></script>',
      cors: { headers: {}, origin: 'https://x.example' },
      plain: { route: [new URL('http://shop.example.com/'), url], badCertificate: false },
      preloaded: false,
    }
    expect(gradeSite(good)).toMatchObject({ score: 130, grade: 'A+' })
    const { 'content-security-policy': _, ...bare } = good.headers
    expect(gradeSite({ ...good, headers: bare })).toMatchObject({ score: 55, grade: 'C' })
  })
})
