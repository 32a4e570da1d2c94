/** Who may do what: one right for each route, declared where the route is, and one place that asks for it. */

import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { z } from 'zod'
import type { Right } from '../core/accounts.ts'
import type { Access, Asker } from './access.ts'
import { HttpProblem } from './problem.ts'
import type { ServerOptions } from './rooms.ts'
import { ownOriginOnly } from './security.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request of this route needs; `public`: nothing, whatever the configuration says. Every route says so. */
    right?: Right | 'public'
    /** The address as the description of the API has it, where it is another one than the router's. */
    path?: string
  }
}

/** For the options of routes. */
export const asks = <Name extends Right | 'public'>(right: Name) => ({ config: { right } })

/** What the description of the API says of a route. One without it is no part of the API. */
export const about = (tag: string, summary: string) => ({ tags: [tag], summary })
export const answers = <Answer extends z.ZodType>(answer: Answer) => ({ response: { 200: answer } })
export const answersText = (...types: readonly string[]) => ({
  response: {
    200: {
      description: 'As the type says.',
      content: Object.fromEntries(types.map(type => [type, { schema: z.string() }])),
    },
  },
})

export interface GuardedRoute {
  readonly method: string
  readonly url: string
  readonly right: Right | 'public'
  /** As the description of the API has it, where it is another one than `url`. */
  readonly path?: string
  readonly schema?: FastifySchema
}

/** Has every route say what it needs, and asks for it before anything of a request is read. */
export function guardRoutes(app: FastifyInstance, access: Access, { publicUrl, log }: ServerOptions): GuardedRoute[] {
  const routes: GuardedRoute[] = []
  app.addHook('onRoute', ({ method, url, config, schema }) => {
    const right = config?.right
    if (right === undefined) throw new Error(`expected ${method} ${url} to declare its right, found none`)
    for (const one of [method].flat())
      routes.push({
        method: one,
        url,
        right,
        ...(config?.path === undefined ? {} : { path: config.path }),
        ...(schema === undefined ? {} : { schema }),
      })
  })
  app.addHook('onRequest', async (request, reply) => {
    // A page that is not there is nobody's.
    const { right = 'public' } = request.routeOptions.config
    if (right === 'public' || (right === 'read' && !access.signIn)) return
    const asker = await access.asker(request)
    if (asker === undefined) return refuseStranger(request, reply, right)
    if (!asker.rights.has(right)) throw mayNot(asker, right)
    if (isChange(request) && request.headers.authorization === undefined) ownOriginOnly(request, publicUrl?.())
  })
  app.addHook('onResponse', async (request, reply) => {
    const { right = 'public' } = request.routeOptions.config
    if (right === 'public' || !isChange(request)) return
    const by = (await access.asker(request))?.name ?? 'a stranger'
    log.info({ by, method: request.method, url: request.url, status: reply.statusCode }, 'asked to change something')
  })
  return routes
}

/** People are led to the sign-in, programs are told. */
function refuseStranger(request: FastifyRequest, reply: FastifyReply, right: Right): FastifyReply {
  const { authorization, accept = '' } = request.headers
  if (authorization === undefined && !isChange(request) && accept.includes('text/html'))
    return reply.redirect(`/sign-in?next=${encodeURIComponent(request.url)}`, 303)
  reply.header('www-authenticate', 'Bearer')
  if (authorization === undefined)
    throw new HttpProblem(401, {
      expected: `the token of this Vedette, or somebody who may ${right}`,
      found: 'none',
      mend: 'send Authorization: Bearer <token>, or sign in at /sign-in',
    })
  throw new HttpProblem(401, {
    expected: 'the token of this Vedette, or one that `vedette tokens add` made',
    found: 'another one, or one that has expired or was removed',
    mend: 'send Authorization: Bearer <token>; `vedette tokens list` shows which there are',
  })
}

const mayNot = ({ name, rights }: Asker, right: Right): HttpProblem =>
  new HttpProblem(403, {
    expected: `somebody who may ${right}`,
    found: `${name}, who may ${[...rights].join(', ')}`,
    mend: `ask an admin for it: /people or \`vedette people role\` changes what people may, \`vedette tokens add --scope ${right}\` makes a token`,
  })

const isChange = ({ method }: FastifyRequest): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method)
