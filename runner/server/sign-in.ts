/** Signing in and out. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { signInPage } from '../../dashboards/web/sign-in.ts'
import { longestPassword, nameKey } from '../core/accounts.ts'
import { field, rawField } from './acting.ts'
import { renderer } from './pages.ts'
import { HttpProblem, sentence } from './problem.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'
import { ownOriginOnly } from './security.ts'
import { createSignInLimit, waitOf } from './sign-in-limit.ts'

export function serveSignIn(app: FastifyInstance, rooms: Rooms): void {
  const { access, accounts, passwords, publicUrl, log } = rooms
  const render = renderer(rooms)
  const limit = createSignInLimit({ clock: rooms.clock, proxies: rooms.proxies ?? [] })

  const page = async (request: FastifyRequest, reply: FastifyReply, next: string, wrong?: string) => {
    const name = field(request, 'name')
    const asker = await access.asker(request)
    return render(
      request,
      reply,
      signInPage({
        next,
        hasPeople: await hasPeople(),
        free: !access.signIn,
        ...(asker === undefined ? {} : { asker }),
        ...(wrong === undefined ? {} : { wrong, name, byToken: isByToken(request) }),
      }),
    )
  }
  // What is wrong with the store is for the log: whoever reads this is a stranger.
  const unanswered = (error: unknown): never => {
    log.error({ err: error }, 'nobody can sign in')
    throw new HttpProblem(503, {
      expected: 'people and passwords to be readable',
      found: 'that they are not, or that many sign in at once',
      mend: 'try again in a moment; the log of Vedette says why',
    })
  }
  const hasPeople = async () => {
    try {
      return (await accounts.people()).length > 0
    } catch (error) {
      log.warn({ err: error }, 'people cannot be read')
      return true
    }
  }

  app.get('/sign-in', asks('public'), async (request, reply) => {
    const { next } = request.query as { readonly next?: unknown }
    return page(request, reply, ownPath(next))
  })

  app.post('/sign-in', asks('public'), async (request, reply) => {
    ownOriginOnly(request, publicUrl?.())
    const next = ownPath(field(request, 'next'))
    try {
      const wrong = isByToken(request) ? await byToken(request, reply) : await byPassword(request, reply)
      if (wrong !== undefined) return await page(request, reply.status(401), next, wrong)
    } catch (error) {
      const wait = waitOf(error)
      if (wait === undefined) throw error
      reply.status(429).header('retry-after', String(wait))
      return page(request, reply, next, sentence((error as Error).message))
    }
    return reply.redirect(next, 303)
  })

  app.post('/sign-out', asks('public'), async (request, reply) => {
    ownOriginOnly(request, publicUrl?.())
    await access.end(request, reply).catch(unanswered)
    return reply.redirect('/', 303)
  })

  async function byToken(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    limit.take(request)
    if (!access.isToken(field(request, 'token'))) return 'Expected the token of this Vedette, found another text.'
    limit.right(request)
    await access.begin(request, reply).catch(unanswered)
    return undefined
  }

  async function byPassword(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined> {
    const name = nameKey(field(request, 'name')).slice(0, 100)
    const password = rawField(request, 'password').slice(0, longestPassword + 1)
    limit.take(request, name)
    const person = await accounts.person(name).catch(unanswered)
    const matches = await passwords.matches(password, person?.password).catch(unanswered)
    if (person === undefined || !matches) {
      log.warn({ person: person?.name ?? 'a name that is unknown' }, 'somebody could not sign in')
      return 'Expected a name and its password, found that they do not belong together.'
    }
    limit.right(request, name)
    await access.begin(request, reply, person).catch(unanswered)
    log.info({ person: person.name }, 'signed in')
    return undefined
  }
}

const isByToken = (request: FastifyRequest): boolean => field(request, 'token') !== ''

/** A place on this page and nowhere else. */
function ownPath(path: unknown): string {
  const base = 'http://vedette.invalid'
  if (typeof path !== 'string' || !URL.canParse(path, base)) return '/'
  const url = new URL(path, base)
  // Two slashes at the front would name another host, and `/.//host` becomes that.
  const isOwn = path.startsWith('/') && url.origin === base && !url.pathname.startsWith('//')
  return isOwn ? `${url.pathname}${url.search}` : '/'
}
