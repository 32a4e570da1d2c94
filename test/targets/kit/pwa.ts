import { crc32, deflateSync } from 'node:zlib'
import { html, type Markup } from './html.ts'
import { type Route, route } from './http.ts'

export interface PwaOptions {
  readonly name: string
  /** `#1a5f4a` */
  readonly colour: string
  /** The whole page that is shown without a network. */
  readonly offlinePage: string
  /** Where the application begins. Default: `/`. */
  readonly start?: string
  /** Paths that the service worker keeps beside the offline page, such as the style sheet. */
  readonly keep: readonly string[]
}

const sizes = [192, 512] as const
const iconPath = (size: number) => `/icons/icon-${size}.png`

/** Where the largest icon is, for a system that loses it on purpose. */
export const largestIcon: string = iconPath(512)

/** For the head of every page; the system's own script has to register `/service-worker.js`. */
export const pwaHead = (colour: string): Markup => html`<link rel="manifest" href="/manifest.webmanifest">
<link rel="apple-touch-icon" href="${iconPath(192)}">
<meta name="theme-color" content="${colour}">`

/** Manifest, icons, service worker and offline page of an application that can be installed. */
export function pwaRoutes(options: PwaOptions): readonly Route[] {
  const { name, colour, offlinePage, keep, start = '/' } = options
  const manifest = {
    id: '/',
    name,
    short_name: name,
    start_url: start,
    scope: '/',
    display: 'standalone',
    theme_color: colour,
    background_color: '#ffffff',
    icons: sizes.map(size => ({ src: iconPath(size), sizes: `${size}x${size}`, type: 'image/png', purpose: 'any' })),
  }
  const worker = workerScript(['/offline', ...keep])
  return [
    route('GET', '/manifest.webmanifest', () => ({
      bytes: Buffer.from(JSON.stringify(manifest)),
      type: 'application/manifest+json',
    })),
    ...sizes.map(size => {
      const bytes = icon(size, colour)
      return route('GET', iconPath(size), () => ({ bytes, type: 'image/png' }))
    }),
    route('GET', '/service-worker.js', () => ({
      bytes: Buffer.from(worker),
      type: 'text/javascript; charset=utf-8',
      headers: { 'cache-control': 'no-cache' },
    })),
    route('GET', '/offline', () => ({ html: offlinePage })),
  ]
}

/** Pages come from the network alone, for they hold what only one person may see; without it the offline page is shown. */
const workerScript = (kept: readonly string[]) => `const kept = ${JSON.stringify(kept)}
addEventListener('install', event => {
  event.waitUntil(caches.open('kept').then(cache => cache.addAll(kept)).then(() => skipWaiting()))
})
addEventListener('activate', event => event.waitUntil(clients.claim()))
addEventListener('fetch', event => {
  const { request } = event
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => caches.match('/offline')))
  else if (kept.includes(new URL(request.url).pathname))
    event.respondWith(fetch(request).catch(() => caches.match(request)))
})
`

/** A square PNG of one colour. */
function icon(size: number, colour: string): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data])
    return Buffer.concat([number(data.length), body, number(crc32(body))])
  }
  // One bit a point, all of them the first and only colour of the palette; each line begins with its filter.
  const points = deflateSync(Buffer.alloc(size * (1 + Math.ceil(size / 8))))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.concat([number(size), number(size), Buffer.from([1, 3, 0, 0, 0])])),
    chunk('PLTE', Buffer.from(colour.slice(1), 'hex')),
    chunk('IDAT', points),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
