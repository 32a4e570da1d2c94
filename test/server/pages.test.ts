import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { duration, percent, span } from '../../dashboards/web/format.ts'
import { html } from '../../dashboards/web/html.ts'
import { runPath } from '../../dashboards/web/paths.ts'
import { uptimeOf } from '../../dashboards/web/uptime.ts'
import { objective } from '../../runner/config/objective.ts'
import { runId } from '../../runner/core/ports.ts'
import type { Requirement } from '../../runner/core/requirements.ts'
import { createFakeWatch, healthOf, resultOf, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { pageAlarms } from '../support/page-alarms.ts'
import { post, read } from './browse.ts'
import { serve, token } from './support.ts'

const rows = (text: string) => [...text.matchAll(/id="row-([^"]+)"/g)].map(match => match[1])

const checks = [
  watchedCheck('shop', 'home'),
  watchedCheck('shop', 'cart', { state: 'degraded', tags: ['money'] }),
  watchedCheck('shop', 'pay', { state: 'down', health: healthOf('down', { since: start - 14 * 60_000 }) }),
  watchedCheck('blog', 'feed', { state: 'unknown' }),
]

test('the overview says what is wrong, where and since when, worst first', async () => {
  await using server = await serve({
    watch: createFakeWatch({ checks, systems: [systemOf('shop'), systemOf('blog')] }),
  })
  const { text } = await read(server, '/')
  expect(text).toMatch(/1 of 4 checks is down/)
  expect(text).toMatch(/shop\/pay<\/a>, for <time[^>]+title="since 2026-01-05 11:46:00 UTC"[^>]*>14 min</)
  expect(text).toContain('<title>(1 down) Checks · Vedette</title>')
  expect(rows(text)).toEqual(['shop/pay', 'blog/feed', 'shop/cart', 'shop/home'])
})

test.each([
  ['?system=blog', ['blog/feed']],
  ['?state=degraded', ['shop/cart']],
  ['?tag=money', ['shop/cart']],
  ['?q=HOME', ['shop/home']],
  ['?q=none', []],
])('the view %s shows %j', async (query, expected) => {
  await using server = await serve({ watch: createFakeWatch({ checks }) })
  expect(rows((await read(server, `/${query}`)).text)).toEqual(expected)
})

test('two thousand checks ask the store twice', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => watchedCheck('shop', `check-${index}`))
  await using server = await serve({ watch: createFakeWatch({ checks: many }) })
  const { text } = await read(server, '/')
  expect(server.store.asked).toEqual(['strips', 'windows'])
  expect(rows(text)).toHaveLength(300)
  expect(text).toContain('1700 more')
  expect(rows((await read(server, '/?all=1')).text)).toHaveLength(2_000)
})

test('an empty overview teaches the first check', async () => {
  await using server = await serve()
  expect((await read(server, '/')).text).toContain('Nothing is watched yet')
})

test('text from outside is never markup', async () => {
  const evil = watchedCheck('shop', 'home', { title: '<script>1</script>', summary: '"><img src=x>', state: 'down' })
  await using server = await serve({ watch: createFakeWatch({ checks: [evil] }) })
  const { text } = await read(server, '/?q=%3Cscript%3E')
  expect(text).not.toContain('<script>1')
  expect(text).not.toContain('<img src=x')
  expect(html`<a title="${'"><b>'}">${'<i>'}</a>`.html).toBe('<a title="&quot;&gt;&lt;b&gt;">&lt;i&gt;</a>')
})

test('a page that is not there says so', async () => {
  await using server = await serve()
  const { status, text } = await read(server, '/nowhere')
  expect([status, text.includes('GET /nowhere')]).toEqual([404, true])
})

test('a refused change is shown on every page', async () => {
  const watch = createFakeWatch({ checks })
  watch.set({
    refused: [{ level: 'error', file: 'vedette.config.ts', line: 3, path: ['system shop'], message: 'expected a URL' }],
  })
  await using server = await serve({ watch })
  expect((await read(server, '/')).text).toMatch(/vedette\.config\.ts:3<\/code> system shop: expected a URL/)
})

test('a figure of a check leads to the runs behind it', async () => {
  const check = watchedCheck('shop', 'home')
  const results = [
    resultOf(check, { slot: start - 1_000, verdict: 'failed', reason: 'status', detail: 'found 502' }),
    resultOf(check, { slot: start - 2_000, verdict: 'unknown', reason: 'runner', detail: 'no memory' }),
    resultOf(check, { slot: start - 3 * 86_400_000, verdict: 'failed', reason: 'status', detail: 'found 504' }),
  ]
  await using server = await serve({ watch: createFakeWatch({ checks: [check] }), results })
  const troublesOf = async (query: string) => {
    const { text } = await read(server, `/checks/shop/home${query}`)
    const section = text.split('id="troubles"')[1]!.split('</section>')[0]!
    return ['found 502', 'no memory', 'found 504'].filter(detail => section.includes(detail))
  }
  expect((await read(server, '/checks/shop/home')).text).toContain('?range=24h&amp;verdict=failed#troubles')
  expect(await troublesOf('')).toEqual(['found 502', 'no memory', 'found 504'])
  expect(await troublesOf('?range=24h&verdict=failed')).toEqual(['found 502'])
  expect(await troublesOf('?range=7d&verdict=failed')).toEqual(['found 502', 'found 504'])
})

test('the overview counts the runs of the last day', async () => {
  const check = watchedCheck('shop', 'home')
  const results = [
    resultOf(check, { slot: start - 3_600_000 }),
    resultOf(check, { slot: start - 2 * 86_400_000, verdict: 'failed', reason: 'status', detail: 'found 502' }),
  ]
  await using server = await serve({ watch: createFakeWatch({ checks: [check] }), results })
  expect((await read(server, '/')).text).toMatch(/class="c-up num"><span>100 %</)
})

test.each([
  ['', '100 %', 'Uptime, 24 h'],
  ['?window=7d', '50.00 %', 'Uptime, 7 d'],
  ['?window=90d', '33.33 %', 'Uptime, 90 d'],
  ['?window=1y', '100 %', 'Uptime, 24 h'],
])('uptime over the window in the address, %j', async (query, uptime, column) => {
  const check = watchedCheck('shop', 'home')
  const failed = { verdict: 'failed', reason: 'status', detail: 'found 502' } as const
  const results = [
    resultOf(check, { slot: start - 3_600_000 }),
    resultOf(check, { slot: start - 2 * 86_400_000, ...failed }),
    resultOf(check, { slot: start - 60 * 86_400_000, ...failed }),
  ]
  await using server = await serve({ watch: createFakeWatch({ checks: [check] }), results })
  const { text } = await read(server, `/${query}`)
  expect(text).toContain(column)
  expect(text).toContain(`class="c-up num"><span>${uptime}<`)
})

test('pages are compressed for whoever can read that, metrics are not', async () => {
  await using server = await serve({ watch: createFakeWatch({ checks }) })
  const encodingOf = async (path: string, accepted: string) => {
    const { headers } = await fetch(server.url + path, { headers: { 'accept-encoding': accepted } })
    return headers.get('content-encoding')
  }
  expect([
    await encodingOf('/', 'gzip'),
    await encodingOf('/', 'identity'),
    await encodingOf('/metrics', 'gzip'),
  ]).toEqual(['gzip', null, null])
})

test('among the runs that did not pass there is none that did', async () => {
  const check = watchedCheck('shop', 'home')
  const passed = resultOf(check, { slot: start - 1_000 })
  const failed = resultOf(check, { slot: start - 2_000, verdict: 'failed', reason: 'status', detail: 'found 502' })
  await using server = await serve({ watch: createFakeWatch({ checks: [check] }), results: [passed, failed] })
  const { text } = await read(server, '/checks/shop/home')
  const section = text.split('id="troubles"')[1]!.split('</section>')[0]!
  expect(section).toContain(runPath(failed))
  expect(section).not.toContain(runPath(passed))
})

test('who has no token runs nothing; who has one is led to the run, though it is not stored yet', async () => {
  const watch = createFakeWatch({ checks })
  await using server = await serve({ watch })
  const press = (headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${server.url}/checks/shop/home/run`, { method: 'POST', redirect: 'manual', headers })
  expect((await press()).status).toBe(401)
  expect(watch.ran).toEqual([])

  const pressed = await press({ authorization: `Bearer ${token}` })
  expect(pressed.status).toBe(303)
  expect(watch.ran).toEqual(['shop/home'])
  const run = await read(server, pressed.headers.get('location')!)
  expect([run.status, run.text.includes('Run by Somebody with the token')]).toEqual([200, true])
})

test.each<[string, Record<string, string>, number]>([
  ['/checks/shop/nothing/run', {}, 404],
  ['/incidents/nothing/acknowledge', {}, 404],
  ['/incidents/nothing/note', { text: 'seen' }, 404],
  ['/maintenance', { title: '' }, 400],
  ['/maintenance/nothing/end', {}, 409],
  ['/people', { name: '' }, 400],
  ['/tokens', { name: 'ci', 'scope-read': 'on' }, 201],
  ['/sign-in', { token: 'another' }, 401],
])('the answer of a form at %s is not kept live: its address is no page', async (path, form, status) => {
  await using server = await serve({ watch: createFakeWatch({ checks, alarms: pageAlarms() }) })
  const answer = await post(server, path, form, { authorization: `Bearer ${token}` })
  expect([answer.status, answer.text.includes('live.js')]).toEqual([status, false])
  expect((await read(server, '/maintenance')).text).toContain('live.js')
})

test('the console of a run is shown from the folder of artifacts and from nowhere else', async () => {
  const check = watchedCheck('shop', 'home')
  const withConsole = (slot: number, path: string) =>
    resultOf(check, {
      slot,
      artifacts: [{ name: 'console.txt', kind: 'console', contentType: 'text/plain', path, bytes: 4 }],
    })
  const outside = `${start}-outside.txt`
  const results = [withConsole(start - 1_000, 'day/console.txt'), withConsole(start - 2_000, `../${outside}`)]
  await using server = await serve({ watch: createFakeWatch({ checks: [check] }), results })
  mkdirSync(join(server.artifacts, 'day'))
  writeFileSync(join(server.artifacts, 'day/console.txt'), 'what the page said')
  const secret = join(server.artifacts, '..', outside)
  writeFileSync(secret, 'a secret of the machine')
  try {
    expect((await read(server, runPath(results[0]!))).text).toContain('what the page said')
    expect((await read(server, runPath(results[1]!))).text).not.toContain('a secret of the machine')
  } finally {
    rmSync(secret)
  }
})

test('the address of a run is its id', () => {
  const result = resultOf({ system: 'shop', check: 'checkout/pays by card' })
  expect(runPath(result)).toBe(`/runs/${runId(result)}`)
})

test.each([
  [1, '100 %'],
  [0.99999, '99.99 %'],
  [0.9993, '99.93 %'],
  [0, '0.00 %'],
  [Number.NaN, '–'],
])('a ratio of %d reads %s', (ratio, text) => expect(percent(ratio)).toBe(text))

test.each([
  [0.42, '0.4 ms'],
  [212.4, '212 ms'],
  [1_240, '1.24 s'],
  [61_000, '1 min 1 s'],
])('a duration of %d ms reads %s', (ms, text) => expect(duration(ms)).toBe(text))

test.each([
  [0, '0 s'],
  [14 * 60_000 + 5_000, '14 min'],
  [3_600_000 * 3.5, '3 h 30 min'],
  [86_400_000 * 12.5, '12 d'],
])('a span of %d ms reads %s', (ms, text) => expect(span(ms)).toBe(text))

test('uptime counts degraded as good and unknown as uncovered', () => {
  const runs = { passed: 5, degraded: 3, failed: 2, unknown: 10 }
  const stats = { system: 'a', check: 'b', runs, maintenance: 0, retried: 0, p50: 1, p95: 1, p99: 1, avg: 1 }
  expect(uptimeOf(stats, 1_000, 20_000)).toEqual({ ratio: 0.8, coverage: 0.5 })
  expect(uptimeOf(undefined, 1_000, 20_000)).toEqual({ coverage: 0 })
})

const promise = (id: string, verify: Requirement['verify'], more: Partial<Requirement> = {}): Requirement => ({
  id,
  need: `need of ${id}`,
  verify,
  broken: 'it breaks',
  source: 'Contract, 2.1',
  ...more,
})
const shop = systemOf('shop', {
  title: 'The shop',
  requirements: [
    promise('S-1', 'probe', { threshold: [{ metric: 'tls_cert_days_left', gt: 14 }] }),
    promise('S-2', 'journey'),
    promise('S-3', 'security'),
    promise('S-4', 'gate'),
    promise('S-5', 'probe'),
    promise('S-6', 'slo'),
  ],
  objectives: [objective('availability', { from: 'S-6' })],
})
const failed = resultOf({ system: 'shop', check: 'pay' }, { verdict: 'failed', reason: 'status' })
const promising = [
  watchedCheck('shop', 'home', { covers: ['S-1'], last: resultOf({ system: 'shop', check: 'home' }) }),
  watchedCheck('shop', 'pay', { covers: ['S-1', 'S-2'], last: failed }),
  watchedCheck('shop', 'new', { covers: ['S-5'] }),
]

test('the promises of a system: worst first, with what covers each and its last run', async () => {
  const kept = resultOf({ system: 'shop', check: 'new' }, { slot: start - 9_000, startedAt: start - 9_000 })
  await using server = await serve({ watch: createFakeWatch({ checks: promising, systems: [shop] }), results: [kept] })
  const { text } = await read(server, '/requirements/shop')
  expect([...text.matchAll(/<tr role="row" id="([^"]+)">/g)].map(match => match[1])).toEqual([
    'S-1',
    'S-2',
    'S-3',
    'S-6',
    'S-5',
    'S-4',
  ])
  const row = (id: string) => text.split(`id="${id}"`)[1]!.split('</tr>')[0]!
  expect(row('S-1')).toContain('broken')
  expect(row('S-1')).toContain('tls_cert_days_left &gt; 14')
  expect(row('S-1')).toContain('Source: Contract, 2.1')
  expect(row('S-1')).toContain(`href="${runPath(failed)}"`)
  expect(row('S-3')).toContain('Nothing. It would be covered by a test tagged with its id, or a check.')
  expect(row('S-4')).toContain('Nothing. It would be covered by a smoke run judged as a whole.')
  // What the watch has not run yet is remembered by the store.
  expect(row('S-5')).toContain(`href="${runPath(kept)}"`)
  expect(text).toContain('2 broken · 1 no check · 1 not known · 1 kept · 1 not covered')
  expect((await read(server, '/requirements/shap')).status).toBe(404)
})

test('all systems with how their promises stand; without promises the next step', async () => {
  await using server = await serve({ watch: createFakeWatch({ checks: promising, systems: [shop, systemOf('blog')] }) })
  const { text } = await read(server, '/requirements')
  expect(text).toMatch(/href="\/requirements\/shop">The shop<\/a><\/th><td class="num">6<\/td><td class="num">2<\/td>/)
  expect(text).not.toContain('/requirements/blog')
  await using empty = await serve({ watch: createFakeWatch({ systems: [systemOf('blog')] }) })
  expect((await read(empty, '/requirements')).text).toContain('No system says what it promises')
})
