/** Who asks: a person or the token of this Vedette with a session, a machine with a token of its own, or a stranger. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isExpired, isLive, type Right, rightsOf, rightsOfRole, type Session } from '../core/accounts.ts'
import { hashOfSecret, makeSecret } from '../system/secret-hash.ts'
import type { ServerOptions } from './rooms.ts'

/** Somebody whom we know. */
export interface Asker {
  /** Signs what is done: a person's name, `token ci`, `Somebody with the token`. */
  readonly name: string
  /** What they are, for themselves: `operator`. */
  readonly as: string
  readonly rights: ReadonlySet<Right>
}

/** Tells who a request is from, and keeps the sessions of browsers. */
export interface Access {
  /** Reading needs a sign-in as well. */
  readonly signIn: boolean
  /** Undefined for a stranger. A look-up that fails leaves one, and a line in the log. */
  asker(request: FastifyRequest): Promise<Asker | undefined>
  mayDo(request: FastifyRequest, right: Right): Promise<boolean>
  /** Whether an answer that goes on and on may go on: asks anew who it is. */
  mayStillRead(request: FastifyRequest): Promise<boolean>
  isToken(given: string): boolean
  /** Begins a session, in place of one that the browser had; without a person it is one of the token. */
  begin(request: FastifyRequest, reply: FastifyReply, person?: { name: string; stamp: string }): Promise<void>
  end(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

const cookieName = 'vedette_session'
const minute = 60_000
const cookieSeconds = 30 * 86_400

export function createAccess(options: ServerOptions): Access {
  const { accounts, token, clock, log, publicUrl, signIn = false } = options
  const tokenHash = Buffer.from(hashOfSecret(token))
  // A session of the token ends when the token changes.
  const tokenStamp = createHmac('sha256', token).update('vedette session').digest('base64url')
  const withToken: Asker = { name: 'Somebody with the token', as: 'admin', rights: rightsOf(['admin']) }
  const known = new WeakMap<FastifyRequest, Promise<Asker | undefined>>()
  const later = (what: string, work: Promise<unknown>) => {
    work.catch((error: unknown) => log.warn({ err: error }, what))
  }

  const isToken = (given: string) => timingSafeEqual(Buffer.from(hashOfSecret(given)), tokenHash)
  const bearer = async (given: string): Promise<Asker | undefined> => {
    if (isToken(given)) return withToken
    const machine = await accounts.token(hashOfSecret(given))
    const now = clock.now()
    if (machine === undefined || isExpired(machine, now)) return undefined
    if (now - (machine.lastUsedAt ?? 0) >= minute)
      later('the last use of a token is not noted', accounts.tokenUsed(machine.name, now))
    return { name: `token ${machine.name}`, as: machine.scopes.join(', '), rights: rightsOf(machine.scopes) }
  }
  const visitor = async (id: string): Promise<Asker | undefined> => {
    const hash = hashOfSecret(id)
    const found = await accounts.session(hash)
    const now = clock.now()
    if (found === undefined || !isLive(found.session, now)) return undefined
    const asker = askerOf(found)
    if (asker !== undefined && now - found.session.seenAt >= minute)
      later('a session is not kept awake', accounts.sessionSeen(hash, now))
    return asker
  }
  const askerOf = ({ session, person }: NonNullable<Awaited<ReturnType<typeof accounts.session>>>) => {
    if (session.person === undefined) return session.stamp === tokenStamp ? withToken : undefined
    if (person?.stamp !== session.stamp) return undefined
    return { name: person.name, as: person.role, rights: rightsOfRole(person.role) }
  }
  const lookUp = async (request: FastifyRequest): Promise<Asker | undefined> => {
    try {
      const { authorization } = request.headers
      if (authorization !== undefined) {
        const [, given] = /^bearer +(\S+)$/i.exec(authorization) ?? []
        return given === undefined ? undefined : await bearer(given)
      }
      const id = sessionOf(request)
      return id === undefined ? undefined : await visitor(id)
    } catch (error) {
      log.warn({ err: error }, 'whoever asks is taken for a stranger: people and tokens cannot be read')
      return undefined
    }
  }
  const asker = (request: FastifyRequest) => {
    const answer = known.get(request) ?? lookUp(request)
    known.set(request, answer)
    return answer
  }
  const cookie = (value: string, seconds: number) => {
    const secure = publicUrl?.()?.startsWith('https:') ? '; Secure' : ''
    // Lax: a link in a message leads to its page; no form of another site comes with it.
    return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}; Max-Age=${seconds}`
  }

  return {
    signIn,
    asker,
    isToken,
    mayDo: async (request, right) => (await asker(request))?.rights.has(right) ?? false,
    mayStillRead: async request => !signIn || ((await lookUp(request))?.rights.has('read') ?? false),
    async begin(request, reply, person) {
      const now = clock.now()
      const id = makeSecret()
      const session: Session = {
        stamp: person?.stamp ?? tokenStamp,
        createdAt: now,
        seenAt: now,
        ...(person === undefined ? {} : { person: person.name }),
      }
      const before = sessionOf(request)
      if (before !== undefined) await accounts.endSession(hashOfSecret(before))
      await accounts.addSession(session, hashOfSecret(id))
      reply.header('set-cookie', cookie(id, cookieSeconds))
    },
    async end(request, reply) {
      const before = sessionOf(request)
      if (before !== undefined) await accounts.endSession(hashOfSecret(before))
      reply.header('set-cookie', cookie('', 0))
    },
  }
}

function sessionOf({ headers: { cookie = '' } }: FastifyRequest): string | undefined {
  const [, id] =
    cookie
      .split(';')
      .map(part => /^\s*([^=]+)=(.+?)\s*$/.exec(part)?.slice(1) ?? [])
      .find(([name]) => name === cookieName) ?? []
  return id
}
