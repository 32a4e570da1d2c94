/** Who may do what: loopback names only, the token for changes, and no other site in the user's name. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'

const cookieName = 'vedette_session'
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

export interface Guard {
  /** Refuses a request that may not change something. */
  mayChange(request: FastifyRequest): void
  isSignedIn(request: FastifyRequest): boolean
  /** True and signed in when the token is right. */
  signIn(token: string, reply: FastifyReply): boolean
  signOut(reply: FastifyReply): void
}

export function createGuard(token: string): Guard {
  // The cookie is worth nothing without the token it was made of, and ends when the token changes.
  const session = createHmac('sha256', token).update('vedette session').digest('base64url')
  const attributes = 'Path=/; HttpOnly; SameSite=Strict'
  const hasToken = (request: FastifyRequest) => {
    const [scheme, value] = (request.headers.authorization ?? '').split(' ')
    return scheme?.toLowerCase() === 'bearer' && value !== undefined && same(value, token)
  }
  const isSignedIn = (request: FastifyRequest) =>
    cookiesOf(request).some(([name, value]) => name === cookieName && same(value, session))
  return {
    isSignedIn,
    mayChange(request) {
      if (hasToken(request)) return
      if (request.headers.authorization !== undefined) {
        throw new HttpProblem(401, {
          expected: 'the token of this Vedette',
          found: 'another one',
          mend: 'send Authorization: Bearer <token>; Vedette prints it at its first start',
        })
      }
      if (!isSignedIn(request)) {
        throw new HttpProblem(401, {
          expected: 'the token of this Vedette',
          found: 'none',
          mend: 'send Authorization: Bearer <token>, or sign in at /sign-in',
        })
      }
      ownOriginOnly(request)
    },
    signIn(given, reply) {
      if (!same(given, token)) return false
      reply.header('set-cookie', `${cookieName}=${session}; ${attributes}; Max-Age=${30 * 86_400}`)
      return true
    },
    signOut(reply) {
      reply.header('set-cookie', `${cookieName}=; ${attributes}; Max-Age=0`)
    },
  }
}

/** A form of another site must not act in the name of whoever is signed in. */
export function ownOriginOnly(request: FastifyRequest): void {
  const { origin, host } = request.headers
  const site = request.headers['sec-fetch-site']
  const isOwn =
    (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) &&
    (site === undefined || site === 'same-origin' || site === 'none')
  if (isOwn) return
  throw new HttpProblem(403, {
    expected: `a request of this page (${host})`,
    found: `one of ${origin ?? 'another site'}`,
    mend: 'send it from the page itself, or with Authorization: Bearer <token>',
  })
}

/** Against DNS rebinding: on loopback only the names of loopback are ours. */
export function guardHost(app: FastifyInstance, host: string): void {
  if (!isLoopback(host)) return
  app.addHook('onRequest', async request => {
    const name = hostName(request.headers.host)
    if (name !== undefined && (isLoopback(name) || name.endsWith('.localhost'))) return
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

function cookiesOf(request: FastifyRequest): readonly (readonly [string, string])[] {
  return (request.headers.cookie ?? '').split(';').map(part => {
    const [name = '', ...rest] = part.trim().split('=')
    return [name, rest.join('=')]
  })
}

/** Compares in constant time, whatever the lengths. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
