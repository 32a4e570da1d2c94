/** The public page: right within seconds, and silent about the inside. */

import { describe, expect, test } from 'vitest'
import type { Incident } from '../../runner/core/incidents.ts'
import type { Keep } from '../../runner/core/ports.ts'
import { createFakeWatch, healthOf, resultOf, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { incidentOf, pageAlarms } from '../support/page-alarms.ts'
import { readXml } from '../support/read-xml.ts'
import { read } from './browse.ts'
import { serve } from './support.ts'
import { kept } from './trouble-scene.ts'

const day = 86_400_000
const shop = systemOf('shop-internal', {
  title: 'Shop on db-primary-03',
  owners: { p0: 'oncall-team' },
  status: { title: 'Shop', parts: { Ordering: ['cart-service'] } },
})
const cart = watchedCheck('shop-internal', 'cart-service', {
  title: 'cart on 10.0.0.7',
  summary: 'GET http://10.0.0.7:8080/health',
  owner: 'oncall-team',
})
const opened = (change: Partial<Incident> = {}): Incident =>
  incidentOf({
    id: `shop-internal~unreachable~${start}`,
    system: 'shop-internal',
    title: 'Shop on db-primary-03: cart-service does not answer',
    owner: 'oncall-team',
    openedAt: start - 60_000,
    affected: [
      {
        check: 'cart-service',
        title: 'cart on 10.0.0.7',
        since: start - 60_000,
        reason: 'connect',
        detail: 'connect ECONNREFUSED 10.0.0.7:8080',
      },
    ],
    ...change,
  })
const scene = async (keep: readonly Keep[] = []) => {
  const alarms = pageAlarms()
  const watch = createFakeWatch({ systems: [shop], checks: [cart], alarms, status: 'Example Shop' })
  const results = [resultOf(cart), resultOf(cart, { slot: start - 3 * day })]
  return { alarms, server: await serve({ watch, results, keep }) }
}
const headline = (text: string) => /<h1>.*?<\/svg>(.*?)<\/h1>/.exec(text)?.[1]

test('without a status page in the configuration there is none, and nothing leads to it', async () => {
  await using server = await serve({ watch: createFakeWatch({ systems: [shop], checks: [cart] }) })
  expect((await read(server, '/status')).status).toBe(404)
  expect((await read(server, '/')).text).not.toContain('href="/status"')
})

test('everybody sees the state in words, the days and the moment with its zone', async () => {
  const { server } = await scene()
  await using _ = server
  const { status, text } = await read(server, '/status')
  expect([status, headline(text)]).toEqual([200, 'Ordering is operational'])
  expect(text).toContain(
    'Updated <time id="page-time" datetime="2026-01-05T12:00:00.000Z">2026-01-05 12:00:00 UTC</time>',
  )
  expect(text).toContain('90 days: 0 with an outage, 0 degraded, 88 not measured')
  expect(text).toContain('href="/status.atom"')
  expect((await read(server, '/')).text).toContain('href="/status"')
})

describe('time before the first run is neither up nor down', () => {
  const minutes = Array.from({ length: 11 }, (_, index) => start - index * 60_000 - 20_000)
  const since = minutes.at(-1)!
  const page = async (verdict: 'passed' | 'failed', state: 'up' | 'down') => {
    const check = {
      ...cart,
      interval: 60_000,
      health: healthOf(state, { lastRunAt: minutes[0]!, lastVerdict: verdict }),
    }
    const alarms = pageAlarms()
    if (state === 'down')
      alarms.put(opened({ openedAt: since, affected: [{ check: 'cart-service', title: 'cart', since }] }))
    const watch = createFakeWatch({ systems: [shop], checks: [check], alarms, status: 'Example Shop' })
    const results = minutes.map(slot => resultOf(check, { slot, startedAt: slot, verdict }))
    await using server = await serve({ watch, results })
    return (await read(server, '/status')).text
  }

  test('of what was up since then', async () => {
    const text = await page('passed', 'up')
    expect(text).toContain('100 % without an outage, 10 min of 90 days measured')
    expect(text).toContain('2026-01-05: operational (measured for 10 min)')
  })

  test('of what several places look at, whose runs would fill the day', async () => {
    const check = { ...cart, interval: 300_000, health: healthOf('up', { lastRunAt: start, lastVerdict: 'passed' }) }
    const results = Array.from({ length: 85 }, (_, index) =>
      ['here', 'there'].map(location => resultOf(check, { slot: start - index * 300_000, location })),
    ).flat()
    const watch = createFakeWatch({ systems: [shop], checks: [check], status: 'Example Shop' })
    await using server = await serve({ watch, results })
    expect((await read(server, '/status')).text).toContain('100 % without an outage, 7 h of 90 days measured')
  })

  test('of what was never up', async () => {
    const text = await page('failed', 'down')
    expect(text).toContain('0.00 % without an outage, 10 min of 90 days measured')
    expect(text).toContain('2026-01-05: outage for 10 min (measured for 10 min)')
  })
})

test('what opens is shown at once, and what ends as well', async () => {
  const { alarms, server } = await scene()
  await using _ = server
  expect(headline((await read(server, '/status')).text)).toBe('Ordering is operational')

  const incident = opened()
  alarms.put(incident)
  server.watch.put({ ...cart, health: healthOf('down') })
  server.watch.emit({ kind: 'incident', incident, line: incident.timeline[0]! })
  const during = (await read(server, '/status')).text
  expect(headline(during)).toBe('Ordering: outage')
  expect(during).toContain('Since <time datetime="2026-01-05T11:58:30.000Z">2026-01-05 11:58 UTC</time>')

  const ended = opened({ acknowledgedAt: start - 30_000, acknowledgedBy: 'Amira', resolvedAt: start })
  alarms.put(ended)
  server.watch.put(cart)
  await server.store.append({ results: [], health: [], keep: [kept(ended)] })
  server.watch.emit({ kind: 'incident', incident: ended, line: { at: start, kind: 'resolved' } })
  const after = (await read(server, '/status')).text
  expect(headline(after)).toBe('Ordering is operational')
  expect(after).toContain('Work on it began.')
})

test('without a word from anybody it is two seconds old at most', async () => {
  const { server } = await scene()
  await using _ = server
  await read(server, '/status')
  server.watch.put({ ...cart, health: healthOf('down') })
  expect(headline((await read(server, '/status')).text)).toBe('Ordering is operational')
  await server.clock.advance(2_000)
  expect(headline((await read(server, '/status')).text)).toBe('Ordering: outage')
})

test('nothing of the inside gets out: no ids, details, addresses, names or links', async () => {
  const past = opened({
    id: 'shop-internal~wrong~1',
    openedAt: start - 2 * day,
    resolvedAt: start - day,
    acknowledgedAt: start - 2 * day,
    acknowledgedBy: 'Amira',
  })
  const { alarms, server } = await scene([kept(past)])
  await using _ = server
  alarms.put(opened({ acknowledgedAt: start, acknowledgedBy: 'Amira', runbook: 'https://wiki.internal/redis' }))
  await alarms.declareMaintenance({
    id: 'm1',
    title: 'Upgrade of db-primary-03',
    selection: ['shop-internal/cart-service'],
    when: { from: start + day, to: start + 2 * day },
    by: 'Amira',
  })
  server.watch.put({ ...cart, health: healthOf('down') })
  const { text } = await read(server, '/status')
  expect(text).toContain('Planned maintenance')
  for (const inside of [
    'shop-internal',
    'cart-service',
    'db-primary-03',
    '10.0.0.7',
    'ECONNREFUSED',
    'oncall-team',
    'Amira',
    'wiki.internal',
    'production',
    'unreachable',
    '/incidents',
    '/checks',
    '/runs',
    '/metrics',
    '/api/',
    '/sign-in',
  ])
    expect([inside, text.includes(inside)]).toEqual([inside, false])
})

test('public words are never markup', async () => {
  const evil = systemOf('shop-internal', { status: { title: '<b>Shop', parts: { '"><img src=x>': ['cart-service'] } } })
  const watch = createFakeWatch({ systems: [evil], checks: [cart], status: '<script>1</script>' })
  await using server = await serve({ watch })
  const { text } = await read(server, '/status')
  expect(text).not.toMatch(/<img src=x|<script>1|<b>Shop/)
})

test('the feed tells the same incidents in the same words, and nothing of the inside', async () => {
  const { alarms, server } = await scene([kept(opened({ resolvedAt: start - 1_000 }))])
  await using _ = server
  const { status, text } = await read(server, '/status.atom')
  expect(status).toBe(200)
  const elements = readXml(text)
  const texts = (name: string) => elements.filter(element => element.name === name).map(element => element.text)
  expect(texts('title')).toEqual(['Example Shop', 'Shop: outage, over'])
  expect(texts('updated')).toEqual(['2026-01-05T11:59:59.000Z', '2026-01-05T11:59:59.000Z'])
  expect(new Set(texts('id')).size).toBe(2)
  expect(text).not.toMatch(/internal|cart|10\.0\.0\.7|db-primary|oncall|ECONNREFUSED/)
  expect(alarms.done).toEqual([])
})

test('badges of public parts say their state in words; of anything else there is none', async () => {
  const { alarms, server } = await scene()
  await using _ = server
  const badge = async (path: string) => {
    const { status, text } = await read(server, path)
    return status === 200 ? readXml(text).find(({ name }) => name === 'title')?.text : status
  }
  expect(await badge('/badge/shop.svg')).toBe('Shop: operational')
  expect(await badge('/badge/shop/ordering.svg')).toBe('Ordering: operational')
  const incident = opened()
  alarms.put(incident)
  server.watch.put({ ...cart, health: healthOf('down') })
  server.watch.emit({ kind: 'incident', incident, line: incident.timeline[0]! })
  expect(await badge('/badge/shop/ordering.svg')).toBe('Ordering: outage')
  expect(await badge('/badge/shop/cart-service.svg')).toBe(404)
  expect(await badge('/badge/shop-internal.svg')).toBe(404)
})

test('the feed and its entries keep their names for ever, whatever opens later and by whichever address it is read', async () => {
  const older = opened({ id: 'a', openedAt: start - 2 * day, resolvedAt: start - day })
  const twin = opened({ id: 'b', openedAt: start - 2 * day, resolvedAt: start - day })
  const { server } = await scene([kept(older), kept(twin)])
  await using _ = server
  const ids = async (url: string) => {
    const text = await (await fetch(`${url}/status.atom`)).text()
    return readXml(text)
      .filter(({ name }) => name === 'id')
      .map(element => element.text)
  }
  const [feed, ...before] = await ids(server.url)
  expect(feed).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set([feed, ...before]).size).toBe(3)
  await server.store.append({ results: [], health: [], keep: [kept(opened({ id: 'c', resolvedAt: start }))] })
  await server.clock.advance(2_000)
  const [again, newest, ...after] = await ids(server.url.replace('127.0.0.1', 'localhost'))
  expect([again, after]).toEqual([feed, before])
  expect(before).not.toContain(newest)
})

test('a feed in which nothing happened has not changed, and says where it is', async () => {
  const { server } = await scene()
  await using _ = server
  const feed = async () => (await read(server, '/status.atom')).text
  const before = await feed()
  await server.clock.advance(3_600_000)
  expect(await feed()).toBe(before)
  const elements = readXml(before)
  expect(elements.find(({ name }) => name === 'updated')?.text).toBe('2026-01-05T11:00:00.000Z')
  expect(elements.filter(({ name }) => name === 'link').map(({ attributes }) => attributes)).toEqual([
    { rel: 'alternate', type: 'text/html', href: `${server.url}/status` },
    { rel: 'self', type: 'application/atom+xml', href: `${server.url}/status.atom` },
  ])
})

test('badges are for pages of others, and for a minute', async () => {
  const { server } = await scene()
  await using _ = server
  for (const path of ['/badge/shop.svg', '/status.atom']) {
    const { headers } = await fetch(server.url + path)
    expect([path, headers.get('cache-control'), headers.get('cross-origin-resource-policy')]).toEqual([
      path,
      'public, max-age=60',
      'cross-origin',
    ])
  }
  const elements = readXml((await read(server, '/badge/shop/ordering.svg')).text)
  expect(elements[0]!.attributes).toMatchObject({ role: 'img', 'aria-label': 'Ordering: operational', height: '20' })
  expect(elements.filter(({ name }) => name === 'text').map(({ text }) => text)).toEqual(['Ordering', 'operational'])
})

test('parts in any script have a badge', async () => {
  const parts = { 'Área do médico': ['cart-service'], Заказы: ['cart-service'] }
  const system = systemOf('shop-internal', { status: { title: 'Clínica', parts } })
  const watch = createFakeWatch({ systems: [system], checks: [cart], status: 'Clínica' })
  await using server = await serve({ watch, results: [resultOf(cart)] })
  for (const path of [
    '/badge/clinica.svg',
    '/badge/clinica/area-do-medico.svg',
    '/badge/clinica/%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D1%8B.svg',
  ])
    expect([path, (await read(server, path)).status]).toEqual([path, 200])
})
