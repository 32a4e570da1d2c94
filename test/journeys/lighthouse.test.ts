import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Breach, Outcome } from '../../runner/core/contracts.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt, systemWith } from './support.ts'

const requirement = {
  id: 'SHP-4',
  need: 'the pages are quick',
  verify: 'audit',
  threshold: [{ metric: 'lighthouse_performance', gt: 90 }],
  broken: 'a script of 2 MB blocks the page',
  source: 'test',
} as const

const page = (head: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${head}</head><body><h1>Shop</h1><p>${'text '.repeat(100)}</p></body></html>`
const heavy = `/*${'x'.repeat(2_000_000)}*/`

let server: Server
let opened: ReturnType<typeof openTestJourneys>
let outcomes: ReadonlyMap<string, Outcome>

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/heavy.js') return response.setHeader('content-type', 'text/javascript').end(heavy)
    response.statusCode = request.url === '/fails' ? 500 : 200
    response.setHeader('content-type', 'text/html')
    response.end(page(request.url === '/heavy' ? '<script src="/heavy.js"></script>' : ''))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened = openTestJourneys()
  const source = sourceAt(join(fixtures, 'audited'), {
    timeout: 60_000,
    retry: { attempts: 0, delay: 0 },
    screenshots: 'off',
  })
  const system = { ...systemWith(source), requirements: [requirement] }
  const { checks } = await opened.journeys.discover(system, source)
  const urls = { web: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  outcomes = await runAll(opened, source, { system, checks, urls })
}, 240_000)
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  server.close()
})

const saw = (name: string) =>
  last(outcomes, `audited/${name}`) as ReturnType<typeof last> & { readonly breaches?: readonly Breach[] }

test('a quick page keeps the limit', () => {
  const { ok, breaches, metrics } = saw('a-quick-page')
  expect({ ok, breaches }).toEqual({ ok: true, breaches: undefined })
  expect(metrics?.['lighthouse_performance']).toBeGreaterThan(90)
})

test('a script of 2 MB breaks it, and the audit says what costs', () => {
  expect(saw('a-heavy-page').breaches).toEqual([
    {
      requirement: 'SHP-4',
      metric: 'lighthouse_performance',
      value: expect.any(Number),
      limit: 'lighthouse_performance > 90',
      found: expect.stringMatching(/Contentful Paint: [\d.]+\ss/),
    },
  ])
})

test('a page that cannot be judged is a failure', () => {
  expect(saw('a-page-that-fails')).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/expected lighthouse to judge .*\/fails, found no score: .*500/),
  })
})

test('without the audit nothing is known', () => {
  expect(saw('without-the-audit').fault).toMatch(/expected lighthouse_performance \(SHP-4\), found no figure/)
})
