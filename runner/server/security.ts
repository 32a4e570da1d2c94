/** What browsers may do with our pages: loopback names only, nothing that others wrote, and no other site in the user's name. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'

const loopback = new Set(['localhost', '::1'])

export const isLoopback = (host: string): boolean => loopback.has(host) || /^127(\.\d{1,3}){3}$/.test(host)

/** Directives of the Content-Security-Policy of all pages. Neither inline script nor inline style is needed. */
export const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
} as const

/** Playwright's trace viewer brings inline styles and script, workers and frames made from the trace. It cannot send a form. */
export const traceViewerPolicy = [
  "default-src 'self' data: blob:",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline' data: blob:",
  'img-src * data: blob:',
  'font-src * data: blob:',
  "worker-src 'self' blob:",
  "frame-src 'self' blob: data:",
  "connect-src 'self' data: blob:",
  "form-action 'none'",
  "base-uri 'self'",
  "frame-ancestors 'self'",
].join('; ')

/** Kept files come from the target: whatever they are, they run nothing. */
export const artifactPolicy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"

/** A form of another site must not act in the name of whoever is signed in. A proxy may ask us by another name than people use. */
export function ownOriginOnly(request: FastifyRequest, publicUrl: string | undefined): void {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  const own = publicUrl === undefined ? [host] : [host, new URL(publicUrl).host]
  const isOwn =
    (origin === undefined || (URL.canParse(origin) && own.includes(new URL(origin).host))) &&
    (site === undefined || site === 'same-origin' || site === 'none')
  if (isOwn) return
  throw new HttpProblem(403, {
    expected: `a request of this page (${host})`,
    found: `one of ${origin ?? 'another site'}`,
    mend: 'send it from the page itself, or with Authorization: Bearer <token>',
  })
}

/** Against DNS rebinding: on loopback only the names of loopback are ours, and the public one, which a proxy in front hands on. */
export function guardHost(app: FastifyInstance, host: string, publicUrl: () => string | undefined): void {
  if (!isLoopback(host)) return
  app.addHook('onRequest', async request => {
    const name = hostName(request.headers.host)
    const known = publicUrl()
    if (name !== undefined && (isLoopback(name) || name.endsWith('.localhost'))) return
    if (name !== undefined && known !== undefined && name === new URL(known).hostname) return
    throw new HttpProblem(421, {
      expected: 'the name of this machine itself (localhost, 127.0.0.1)',
      found: `Host ${name ?? 'missing'}`,
      mend: 'open the address that Vedette prints, or let it listen on the address that you mean with --host',
    })
  })
}

function hostName(header: string | undefined): string | undefined {
  if (header === undefined || !URL.canParse(`http://${header}`)) return undefined
  return new URL(`http://${header}`).hostname.replace(/^\[|\]$/g, '').toLowerCase()
}
