import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../../runner/core/contracts.ts'
import { readZip } from '../../runner/journeys/zip.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt } from './support.ts'

const password = 'correct horse/battery+staple'

interface Seen {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function listen(): Promise<{ readonly url: string; readonly seen: Seen[]; readonly server: Server }> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', part => {
      body += part
    })
    request.on('end', () => {
      seen.push({ path: request.url ?? '', headers: request.headers, body })
      response.setHeader('content-type', 'text/html')
      if (request.url?.startsWith('/refused/')) response.statusCode = 500
      if (request.url === '/gone') response.statusCode = 404
      response.setHeader('access-control-allow-origin', '*')
      response.end(
        request.url?.startsWith('/?') || request.url === '/'
          ? `<h1>Shop</h1><input><script>fetch('/own').then(() => fetch('${other.url}/theirs'))</script>`
          : 'ok',
      )
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server }
}

let own: Awaited<ReturnType<typeof listen>>
let other: Awaited<ReturnType<typeof listen>>
let opened: ReturnType<typeof openTestJourneys>
let outcomes: ReadonlyMap<string, Outcome>

beforeAll(async () => {
  other = await listen()
  own = await listen()
  opened = openTestJourneys()
  const source = sourceAt(join(fixtures, 'fixture'), {
    env: { PASSWORD: { source: { env: 'SHOP_PASSWORD' }, toString: () => '[secret]' as const }, OTHER_URL: other.url },
  })
  outcomes = await runAll(opened, source, { urls: { web: own.url }, invocation: 'run-7' })
}, 120_000)
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  own.server.close()
  other.server.close()
})

const visit = 'marked/visits-the-shop'
const failure = 'marked/fails-and-cleans-up'
const ownRequest = (path: string) => own.seen.find(request => request.path === path)!

describe('our fixture', () => {
  test('marks navigations, fetches and requests to the own origin', () => {
    expect(last(outcomes, visit)).toMatchObject({ ok: true, attempts: 1 })
    for (const path of ['/', '/own', '/api']) {
      expect(ownRequest(path).headers).toMatchObject({
        'user-agent': expect.stringMatching(/Vedette\/0\.1\.0$/),
        'x-vedette-run': expect.stringMatching(/^run-7-/),
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      })
    }
    expect(ownRequest('/').headers['user-agent']).toMatch(/^Mozilla/)
  })

  test('shows no mark to another origin', () => {
    expect(other.seen.map(({ path }) => path)).toEqual(expect.arrayContaining(['/', '/theirs']))
    for (const { headers } of other.seen) {
      expect(headers['user-agent']).not.toContain('Vedette')
      expect(headers).not.toHaveProperty('x-vedette-run')
      expect(headers).not.toHaveProperty('traceparent')
    }
  })

  test('keeps web vitals and the figures of the author', () => {
    expect(last(outcomes, visit).metrics).toMatchObject({
      orders_listed: 12,
      ttfb_ms: expect.any(Number),
      fcp_ms: expect.any(Number),
    })
  })

  test('keeps one screenshot of a pass', () => {
    expect(last(outcomes, visit).artifacts).toEqual([
      expect.objectContaining({ kind: 'screenshot', contentType: 'image/png' }),
    ])
  })

  test('cleans up after a pass and after a failure, whatever another clean-up does', () => {
    const cleaned = own.seen.filter(({ path }) => path === '/cleaned')
    expect(cleaned.length).toBe(3)
    expect(new Set(cleaned.map(({ headers }) => headers['x-vedette-run'])).size).toBe(3)
  })

  test('tells what a clean-up could not remove, whoever looks at the answer; the verdict stays', () => {
    const saw = last(outcomes, 'marked/leaves-something-behind')
    const error = `test data may be left: DELETE ${own.url}/refused/2 answered 500 (and 1 more)`
    expect(saw).toMatchObject({ ok: true, metrics: { cleanup_failures: 2 } })
    expect(saw.steps).toMatchObject([{ title: 'clean-up', error: expect.stringContaining(error) }])
    expect(last(outcomes, failure).metrics).toMatchObject({ cleanup_failures: 1 })
    expect(last(outcomes, visit).metrics).not.toHaveProperty('cleanup_failures')
  })

  test('keeps console and network log of a failure', () => {
    const text = (kind: string) => opened.kept.find(item => item.kind === kind)!.data.toString()
    expect(text('console')).toContain('warning: the password is [secret]')
    expect(text('network')).toMatch(/GET http.*\?password=\[secret\] 200/)
  })
})

describe('secrets', () => {
  test('are nowhere in what is kept, in no spelling, not even inside the trace', () => {
    const saw = last(outcomes, failure)
    expect(saw.detail).toContain('the page shows [secret]')
    const kept = opened.kept.flatMap(({ kind, name, data }) =>
      kind === 'trace'
        ? readZip(data).map(entry => ({ name: `${name}/${entry.name}`, text: entry.data.toString('latin1') }))
        : [{ name, text: data.toString('latin1') }],
    )
    expect(kept.length).toBeGreaterThan(8)
    // The secret was there: typed into the page, sent in a header, written to the console.
    expect(
      kept.filter(({ name, text }) => name.startsWith('attempt-2-trace.zip/') && text.includes('[secret]')).length,
    ).toBeGreaterThan(2)
    const spellings = [
      password,
      encodeURIComponent(password),
      btoa(password).slice(0, -4),
      btoa(`shop:${password}`).slice(8, -4),
    ]
    const found = [...kept, { name: 'outcomes', text: JSON.stringify([...outcomes]) }].filter(({ text }) =>
      spellings.some(spelling => text.includes(spelling)),
    )
    expect(found.map(({ name }) => name)).toEqual([])
  })

  test('a scrubbed trace is still a whole archive with its events', () => {
    const trace = opened.kept.find(({ kind }) => kind === 'trace')!
    const events = readZip(trace.data)
      .find(({ name }) => name === 'test.trace')!
      .data.toString()
      .trim()
      .split('\n')
    expect(events.length).toBeGreaterThan(5)
    for (const event of events) expect(() => JSON.parse(event)).not.toThrow()
  })
})
