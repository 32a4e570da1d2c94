import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Breach, Outcome } from '../../runner/core/contracts.ts'
import type { Requirement } from '../../runner/core/requirements.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt, systemWith } from './support.ts'

const promise = { need: 'a need', verify: 'audit', broken: 'it breaks', source: 'test' } as const
const requirements: readonly Requirement[] = [
  { ...promise, id: 'SHP-1', threshold: [{ metric: 'wcag21aa_violations', lte: 0 }] },
  {
    ...promise,
    id: 'SHP-2',
    threshold: [
      { metric: 'lcp_ms', stat: 'p75', lte: 2_500 },
      { metric: 'inp_ms', stat: 'p75', lte: 500 },
      { metric: 'cls', stat: 'p75', lte: 0.1 },
    ],
  },
  { ...promise, id: 'SHP-3', threshold: [{ metric: 'page_load_ms', stat: 'p95', lt: 2_500 }] },
]

const page = (body: string, head = '') =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${head}</head><body><main>${body}</main></body></html>`
const button = (work: string) => `<h1>Shop</h1><button onclick="${work}">Go</button><p role="status"></p>`
// The clock of the page may stand still; files tell the time of the machine.
const busy = "const now = () => new File([], '').lastModified; const end = now() + 700; while (now() < end);"
const box = `<svg role='img' aria-label='box' width='900' height='500'></svg>`
const pages: Readonly<Record<string, string>> = {
  '/good': page(button("document.querySelector('[role=status]').textContent = 'done'")),
  '/bad': page(`<h1>Shop</h1><input id="email"><p style="color:#ccc;background:#fff">pale</p>`),
  // Longer after the click than what counts as its effect.
  '/jumps': page(
    `<div></div>${button("setTimeout(() => { document.querySelector('div').innerHTML = document.querySelector('template').innerHTML }, 600)")}<template>${box}</template><p>text</p>`,
  ),
  '/slow-click': page(button('const end = performance.now() + 700; while (performance.now() < end);')),
  '/slow-link': page(
    `<h1>Shop</h1><a href="/good" onclick="const end = performance.now() + 700; while (performance.now() < end);">on</a>`,
  ),
  '/held-click': page(button(busy)),
  '/held-link': page(`<h1>Shop</h1><a href="/good" onclick="${busy}">on</a>`),
  '/late': page(
    `<a href="/good">on</a><script>setTimeout(() => { document.querySelector('main').insertAdjacentHTML('beforeend', '<h1 style="font-size:90px">Late</h1>') }, 2700)</script>`,
  ),
  '/slow': page('<h1>Slow</h1>'),
}

let server: Server
let opened: ReturnType<typeof openTestJourneys>
let outcomes: ReadonlyMap<string, Outcome>

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!
    const send = () => response.setHeader('content-type', 'text/html').end(pages[path] ?? '')
    if (path === '/slow') setTimeout(send, 2_600)
    else send()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened = openTestJourneys()
  const source = sourceAt(join(fixtures, 'measured'), { retry: { attempts: 0, delay: 0 }, screenshots: 'off' })
  const system = { ...systemWith(source), requirements }
  const { checks } = await opened.journeys.discover(system, source)
  const urls = { web: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  outcomes = await runAll(opened, source, { system, checks, urls })
}, 120_000)
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  server.close()
})

const saw = (name: string) =>
  last(outcomes, `measured/${name}`) as ReturnType<typeof last> & { readonly breaches?: readonly Breach[] }

test('pages that keep their promises pass, with a figure for each limit', () => {
  const { ok, breaches, metrics } = saw('visits-good-pages')
  expect({ ok, breaches }).toEqual({ ok: true, breaches: undefined })
  expect(metrics).toMatchObject({
    wcag21aa_violations: 0,
    lcp_ms: expect.any(Number),
    inp_ms: expect.any(Number),
    cls: expect.any(Number),
    page_load_ms: expect.any(Number),
  })
})

test.each(['leaves-a-bad-page-by-its-address', 'ends-on-a-bad-page'])('violations are counted and told: %s', name => {
  const { ok, breaches, metrics } = saw(name)
  expect(ok).toBe(true)
  expect(metrics).toMatchObject({ wcag21aa_violations: 2 })
  expect(breaches).toEqual([
    {
      requirement: 'SHP-1',
      metric: 'wcag21aa_violations',
      value: 2,
      limit: 'wcag21aa_violations <= 0',
      found: expect.stringMatching(/label at #email on \/bad \(.+\)/),
    },
  ])
  expect(breaches?.[0]?.found).toMatch(/color-contrast at p on \/bad/)
})

test('what was found is kept as evidence', () => {
  const kept = saw('ends-on-a-bad-page').artifacts?.map(({ name }) => name)
  expect(kept).toContain('findings.json')
})

test.each([
  ['sees-a-page-jump', 'cls'],
  ['meets-a-slow-click', 'inp_ms'],
  ['leaves-a-page-by-a-slow-click', 'inp_ms'],
  ['meets-a-slow-click-and-holds-the-clock', 'inp_ms'],
  ['leaves-a-page-by-a-slow-click-and-holds-the-clock', 'inp_ms'],
  ['follows-a-link-from-a-page-that-is-painted-late', 'lcp_ms'],
  ['loads-slowly-once-of-three', 'page_load_ms'],
])('a figure over its limit is a breach: %s', (name, metric) => {
  expect(saw(name).breaches?.map(breach => breach.metric)).toEqual([metric])
})

test.each(['meets-a-slow-click-and-holds-the-clock', 'leaves-a-page-by-a-slow-click-and-holds-the-clock'])(
  'a clock that the test holds moves no figure: %s',
  name => {
    const { metrics } = saw(name)
    // The hour that the test let pass is in none of them.
    for (const figure of ['lcp_ms', 'inp_ms', 'page_load_ms']) expect(metrics?.[figure]).toBeLessThan(600_000)
    expect(metrics).toMatchObject({ cls: 0 })
  },
)

test('a promise about a figure is not kept by silence', () => {
  expect(saw('clicks-nothing')).toMatchObject({
    fault: expect.stringMatching(/expected inp_ms \(SHP-2\), found no figure: it needs a click or a key/),
  })
  expect(saw('opens-no-page')).toMatchObject({
    fault: expect.stringMatching(/expected wcag21aa_violations \(SHP-1\), found no figure: .*a page of the system/),
  })
})

test('axe looks where a requirement or the author asks for it, and nowhere else', () => {
  expect(saw('claims-nothing').metrics).not.toHaveProperty('wcag21aa_violations')
  expect(saw('looked-at-by-wish-of-the-author')).toMatchObject({ ok: true, metrics: { wcag21aa_violations: 2 } })
})
