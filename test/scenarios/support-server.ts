/** A small site that does what the helpers of scenarios/support ask for, and breaks one thing at a time. */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { createTokens } from '../targets/kit/tokens.ts'

const life = Date.UTC(2026, 0, 1)
export const right = createTokens('the key', Date.now).sign('monitor', 'access', 3_600)
export const expired = createTokens('the key', () => life).sign('monitor', 'access', 900)
const verify = createTokens('the key', Date.now).verify

const script = `import './part.js'\n${'export const lines = 1\n'.repeat(100)}//# sourceMappingURL=app.3f9ac2b1.js.map`
const home = `<!doctype html><link rel="manifest" href="/app.webmanifest"><script type="module" src="/assets/app.3f9ac2b1.js"></script>
<h1>Home</h1><script>navigator.serviceWorker.register('/sw.js')</script>`
const worker = (offline: string) => `
self.addEventListener('install', event => event.waitUntil(self.skipWaiting()))
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', event => event.respondWith(fetch(event.request).catch(() =>
  new Response(${JSON.stringify(offline)}, { headers: { 'content-type': 'text/html' } }))))`
const idleWorker = `self.addEventListener('install', event => event.waitUntil(new Promise(() => undefined)))`

const asText = (text: string) => text.replaceAll(/[&<>]/g, mark => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark]!)

const png = (width: number) => {
  const bytes = Buffer.alloc(33)
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(width, 20)
  return bytes
}

export async function startSite(fault: string) {
  const spent = new Map([['spent', 3]])
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('latin1')
    answer({ fault, spent, request, response, body })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

interface Visit {
  readonly fault: string
  readonly spent: Map<string, number>
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: string
}

function answer({ fault, spent, request, response, body }: Visit): void {
  const is = (name: string) => fault === name
  const url = new URL(request.url!, 'http://site')
  const { pathname } = url
  const send = (status: number, type: string, content: string | Buffer, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(content)
  const json = (status: number, value: unknown, headers = {}) =>
    send(status, 'application/json', JSON.stringify(value), headers)

  if (pathname === '/api') {
    const origin = request.headers.origin
    if (is('cors.any')) response.setHeader('access-control-allow-origin', '*')
    if (is('cors.echo') && origin) response.setHeader('access-control-allow-origin', origin)
    if (is('cors.preflight') && request.method === 'OPTIONS') response.setHeader('access-control-allow-origin', '*')
    if (request.method === 'OPTIONS') return void send(204, 'text/plain', '')
    return void json(admits(fault, String(request.headers.authorization ?? '')) ? 200 : 401, {})
  }
  if (pathname.startsWith('/plain/')) {
    if (is('https.served')) return void send(200, 'text/html', 'here')
    const path = is('https.path') ? '/' : request.url
    return void response.writeHead(301, { location: `http${is('https.plain') ? '' : 's'}://127.0.0.1${path}` }).end()
  }
  if (pathname === '/upload') {
    const isPicture = /filename="photo\.png"\r\ncontent-type: image\/png\r\n\r\n\x89PNG/i.test(body)
    const admitted = {
      'upload.content': /filename="photo\.png"\r\ncontent-type: image\/png/i.test(body),
      'upload.type': /filename="photo\.png"/.test(body),
      'upload.name': /content-type: image\/png\r\n\r\n\x89PNG/i.test(body) && body.length < 1_300,
      'upload.large': /filename="\w+\.png"\r\ncontent-type: image\/png\r\n\r\n\x89PNG/i.test(body),
      'upload.none': false,
    }[fault]
    return void json((admitted ?? isPicture) ? 201 : 400, {})
  }
  if (pathname === '/login') {
    const { password } = JSON.parse(body)
    if (is('operators.mongo') && typeof password === 'object') return void json(200, { token: 'x' })
    if (is('operators.sql') && String(password).includes("' OR")) return void json(200, { token: 'x' })
    return void json(is('operators.crash') && Array.isArray(password) ? 500 : 401, {})
  }
  if (pathname === '/limited') return void limited(fault, spent, url.searchParams.get('of')!, response)
  if (pathname === '/people') {
    const name = url.searchParams.get('name')!
    const shown = is('markup.runs') ? name : is('markup.removed') ? name.replaceAll(/<.*?>/g, '') : asText(name)
    return void send(200, 'text/html', `<!doctype html><p>${shown}</p>`)
  }
  if (pathname === '/') return void send(200, 'text/html', is('manifest.missing') ? '<h1>Home</h1>' : homeOf(fault))
  if (pathname.startsWith('/assets/')) return void asset(fault, pathname, request, response)
  if (pathname === '/sw.js') {
    const offline = is('offline.blank') ? '<script>var words</script>' : '<h1>You are offline</h1>'
    if (is('offline.missing')) return void send(404, 'text/plain', '')
    return void send(200, 'text/javascript', is('offline.idle') ? idleWorker : worker(offline))
  }
  if (pathname === '/app.webmanifest') {
    if (is('manifest.html')) return void send(200, 'text/html', homeOf(fault))
    const icon = (width: number) => ({ src: `/icon-${width}.png`, sizes: `${width}x${width}`, type: 'image/png' })
    return void json(200, {
      name: is('manifest.nameless') ? '' : 'Shop',
      start_url: '/',
      display: is('manifest.display') ? 'browser' : 'standalone',
      icons: is('manifest.small') ? [icon(192)] : [icon(192), icon(512)],
    })
  }
  const icon = /^\/icon-(\d+)\.png$/.exec(pathname)
  if (icon && !is('manifest.icon')) return void send(200, 'image/png', png(is('manifest.size') ? 64 : Number(icon[1])))
  send(404, 'text/plain', 'not here')
}

const homeOf = (fault: string) => {
  if (fault === 'assets.plain') return home.replace('app.3f9ac2b1.js', 'app.js')
  if (fault === 'secrets.page') return home.replace('Home', "JWT_SECRET: 'correct-horse-battery'")
  return home
}

function admits(fault: string, authorization: string): boolean {
  const token = authorization.replace('Bearer ', '')
  if (token === '') return fault === 'tokens.none'
  if (fault === 'tokens.alg' && token.startsWith(Buffer.from('{"alg":"none"').toString('base64url').slice(0, 16)))
    return true
  if (fault === 'tokens.key' && token.split('.').length === 3 && token.split('.')[2] !== '') return true
  if (fault === 'tokens.closed') return false
  if (fault === 'tokens.expired') return typeof verify(token, 'access') === 'object' || token === expired
  return typeof verify(token, 'access') === 'object'
}

function limited(fault: string, spent: Map<string, number>, of: string, response: ServerResponse): void {
  const limit = { 'window.wide': 11, 'window.narrow': 9, 'atmost.wide': 13 }[fault] ?? 10
  const used = (spent.get(of) ?? 0) + 1
  spent.set(of, used)
  const told = fault === 'window.wide' ? 10 : limit
  if (fault !== 'window.silent' && fault !== 'atmost.never') {
    response.setHeader('ratelimit', `limit=${told}, remaining=${Math.max(0, told - used)}, reset=60`)
  }
  const refuses = used > limit && fault !== 'atmost.never'
  response.writeHead(refuses ? 429 : fault === 'window.crash' && used > 5 ? 500 : 200).end('{}')
}

function asset(fault: string, path: string, request: IncomingMessage, response: ServerResponse): void {
  const files: Readonly<Record<string, string>> = {
    '/assets/app.3f9ac2b1.js': script,
    '/assets/app.js': script,
    '/assets/part.js': fault === 'secrets.import' ? "const url = 'mongodb://root:hunter2@db/app'" : 'export {}',
    '/assets/app.3f9ac2b1.js.map': fault === 'secrets.map' ? '{"sourcesContent":["sk_live_0123456789abcdef"]}' : '{}',
  }
  const text = files[path]
  if (text === undefined) return void response.writeHead(404).end()
  const age =
    { 'assets.uncached': 'no-cache', 'assets.short': 'max-age=60' }[fault] ?? 'public, max-age=31536000, immutable'
  response.setHeader('cache-control', age)
  response.setHeader('content-type', path.endsWith('.map') ? 'application/json' : 'text/javascript')
  const compress = fault !== 'assets.large' && /gzip/.test(String(request.headers['accept-encoding']))
  if (compress) response.setHeader('content-encoding', 'gzip')
  response.end(compress ? gzipSync(text) : text)
}
