import { request as rawRequest } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { runId } from '../../runner/core/ports.ts'
import { createFakeWatch, resultOf, transitionOf, watchedCheck } from '../support/fake-watch.ts'
import { serve, token } from './support.ts'

const home = watchedCheck('shop', 'home')
const page = { accept: 'text/html' }

describe('listening', () => {
  test('listens on loopback and says where', async () => {
    await using server = await serve()
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  })

  test('says how to mend a port in use', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    await expect(serve({ options: { port } })).rejects.toThrow(
      `expected 127.0.0.1:${port} to be free, found another program listening there; stop it, or choose another port with --port or server.port`,
    )
    await new Promise(resolve => other.close(resolve))
  })

  test('says how to mend an address that is not of this machine', async () => {
    await expect(serve({ options: { host: '192.0.2.1' } })).rejects.toThrow(
      /expected an address of this machine, found 192.0.2.1/,
    )
  })

  test('closing ends open event streams and stops listening to the monitor', async () => {
    const server = await serve()
    const response = await fetch(`${server.url}/api/v1/events`)
    await server[Symbol.asyncDispose]()
    expect(await response.text()).toBe('retry: 2000\n\n')
    expect(server.watch.listeners).toBe(0)
    expect(server.clock.pending).toBe(0)
  })
})

describe('readiness', () => {
  test('is 503 with the reason until the monitor is ready', async () => {
    const watch = createFakeWatch()
    await using server = await serve({ watch })
    watch.set({ ready: false, notReady: 'the store does not answer' })
    const refused = await fetch(`${server.url}/health/ready`)
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the store does not answer' },
    ])
    watch.set({ ready: true })
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  })
})

describe('security', () => {
  const withHost = (url: string, host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      rawRequest(`${url}/health/live`, { headers: { host } }, response => {
        response.resume()
        resolve(response.statusCode!)
      })
        .on('error', reject)
        .end()
    })

  test.each([
    ['localhost', 200],
    ['LOCALHOST:8080', 200],
    ['[::1]:80', 200],
    ['monitor.localhost', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['evil.example#localhost', 421],
  ])('on loopback a request for %s gets %i', async (host, status) => {
    await using server = await serve()
    expect(await withHost(server.url, host)).toBe(status)
  })

  test.each([
    '/',
    '/metrics',
    '/api/v1/checks',
    '/nothing-here',
    '/health/live',
    '/assets/style.css',
    '/api/v1/events',
  ])('%s carries the security headers', async path => {
    await using server = await serve()
    const { headers, body } = await fetch(server.url + path, { headers: page })
    expect(headers.get('content-security-policy')).toContain("default-src 'none';script-src 'self'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    await body?.cancel()
  })

  const runNow = '/api/v1/checks/shop/home/run'

  test('running a check now needs the token', async () => {
    const watch = createFakeWatch({ checks: [home] })
    await using server = await serve({ watch })
    const post = (authorization?: string) =>
      fetch(server.url + runNow, { method: 'POST', headers: authorization ? { authorization } : {} })
    expect((await post()).status).toBe(401)
    expect((await post('Bearer wrong')).status).toBe(401)
    expect((await post(`Basic ${token}`)).status).toBe(401)
    expect(watch.ran).toEqual([])
    const done = await post(`Bearer ${token}`)
    const { run, trigger, by } = await done.json()
    expect([done.status, trigger, by]).toEqual([200, 'manual', 'Somebody with the token'])
    expect(await (await fetch(`${server.url}/api/v1/runs/${run}`)).json()).toMatchObject({ by })
    expect(watch.ran).toEqual(['shop/home'])
  })

  test('signing in gives a cookie that may run a check, but not for another site', async () => {
    const watch = createFakeWatch({ checks: [home] })
    await using server = await serve({ watch })
    const signIn = (given: string, origin = server.url) =>
      fetch(`${server.url}/sign-in`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin },
        body: new URLSearchParams({ token: given, next: '/checks/shop/home' }),
      })
    expect((await signIn('wrong')).status).toBe(401)
    expect((await signIn(token, 'https://evil.example')).status).toBe(403)
    const done = await signIn(token)
    expect([done.status, done.headers.get('location')]).toEqual([303, '/checks/shop/home'])
    const setCookie = done.headers.get('set-cookie')!
    expect(setCookie).toMatch(/HttpOnly; SameSite=Lax/)
    expect(setCookie).not.toContain(token)
    const cookie = setCookie.split(';')[0]!
    const run = (headers: Record<string, string>) =>
      fetch(server.url + runNow, { method: 'POST', headers: { cookie, ...headers } })
    expect((await run({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await run({ origin: 'null' })).status).toBe(403)
    expect((await run({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect(watch.ran).toEqual([])
    expect((await run({ origin: server.url })).status).toBe(200)
    // The store has not written it yet; its page is there all the same.
    const form = await fetch(`${server.url}/checks/shop/home/run`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: server.url },
    })
    expect(form.status).toBe(303)
    expect((await fetch(server.url + form.headers.get('location'))).status).toBe(200)
  })

  test.each(['//evil.example', 'https://evil.example/', '/\\evil.example', '/.//evil.example', 'javascript:alert(1)'])(
    'after signing in nobody is sent to %s',
    async next => {
      await using server = await serve()
      const body = new URLSearchParams({ token, next })
      const done = await fetch(`${server.url}/sign-in`, { method: 'POST', redirect: 'manual', body })
      expect(done.headers.get('location')).toBe('/')
    },
  )
})

describe('live updates', () => {
  test('tell of results and transitions as they happen', async () => {
    const watch = createFakeWatch({ checks: [home] })
    const server = await serve({ watch })
    const response = await fetch(`${server.url}/api/v1/events`)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const result = resultOf(home, { verdict: 'failed', reason: 'status', detail: 'expected 200, found 503' })
    watch.emit({ kind: 'result', result })
    watch.emit({ kind: 'transition', transition: transitionOf() })
    await server.clock.advance(15_000)
    await server[Symbol.asyncDispose]()
    const events = (await response.text()).split('\n\n').filter(Boolean)
    expect(events[1]).toMatch(/^event: result\ndata: /)
    expect(JSON.parse(events[1]!.split('data: ')[1]!)).toMatchObject({
      run: runId(result),
      verdict: 'failed',
      reason: 'status',
    })
    expect(events[2]).toMatch(/^event: transition\n/)
    expect(events[3]).toBe(': still here')
  })
})
