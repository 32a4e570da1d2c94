/** Gathers what a page shows and gives it to dashboards/web. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Frame, layout, messagePage, type Page, signInPage } from '../../dashboards/web/layout.ts'
import { loadRunPage, loadRunsPage } from '../../dashboards/web/load.ts'
import { found } from './api.ts'
import { withoutToken } from './heartbeat.ts'
import { toProblem } from './problem.ts'
import type { Rooms } from './rooms.ts'
import { ownOriginOnly } from './security.ts'

export type Render = (request: FastifyRequest, reply: FastifyReply, page: Page) => FastifyReply

export function renderer({ watch, clock, guard }: Rooms): Render {
  return (request, reply, page) => {
    const frame: Frame = {
      environment: watch.environment,
      location: watch.location,
      version: watch.version,
      now: clock.now(),
      self: watch.self(),
      signedIn: guard.isSignedIn(request),
      hasStatus: watch.publicStatus() !== undefined,
    }
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(layout(frame, page))
  }
}

export function servePages(app: FastifyInstance, rooms: Rooms): void {
  const { store, clock, guard } = rooms
  const render = renderer(rooms)

  app.get('/load', async (request, reply) => render(request, reply, loadRunsPage(await store.loadRuns(), clock.now())))
  app.get('/load/:id', async (request, reply) => {
    const { id } = request.params as { readonly id: string }
    const run = found(await store.loadRun(id), 'a load run that is kept', id)
    return render(request, reply, loadRunPage(run, clock.now()))
  })

  app.get('/sign-in', async (request, reply) => {
    const { next = '/' } = request.query as { readonly next?: string }
    return render(request, reply, signInPage({ next: ownPath(next) }))
  })
  app.post('/sign-in', async (request, reply) => {
    ownOriginOnly(request)
    const { token = '', next = '/' } = (request.body ?? {}) as { readonly token?: string; readonly next?: string }
    if (guard.signIn(token, reply)) return reply.redirect(ownPath(next), 303)
    return render(request, reply.status(401), signInPage({ next: ownPath(next), wrong: true }))
  })
  app.post('/sign-out', async (request, reply) => {
    ownOriginOnly(request)
    guard.signOut(reply)
    return reply.redirect('/', 303)
  })
}

/** Problems as JSON for programs, as a page for people. */
export function serveErrors(app: FastifyInstance, rooms: Rooms): void {
  const render = renderer(rooms)
  const answer = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
    const problem = toProblem(error)
    if (problem.status >= 500) rooms.log.error({ err: error, url: withoutToken(request.url) }, 'request failed')
    reply.status(problem.status)
    if (isForPeople(request)) {
      return render(request, reply, messagePage(problem.title, [`${problem.detail}.`]))
    }
    return reply
      .type('application/problem+json')
      .serializer((body: unknown) => JSON.stringify(body))
      .send(problem)
  }
  app.setErrorHandler((error, request, reply) => answer(request, reply, error))
  app.setNotFoundHandler((request, reply) => {
    const found = `${request.method} ${request.url.split('?')[0]}`
    return answer(
      request,
      reply,
      Object.assign(new Error(`expected the address of a page, found ${found}; look for it from the first page`), {
        statusCode: 404,
      }),
    )
  })
}

function isForPeople(request: FastifyRequest): boolean {
  return !/^\/(api|metrics|health)\b/.test(request.url) && (request.headers.accept ?? '').includes('text/html')
}

/** A place on this page and nowhere else. */
export function ownPath(path: string): string {
  const base = 'http://vedette.invalid'
  if (!URL.canParse(path, base)) return '/'
  const url = new URL(path, base)
  // Two slashes at the front would name another host, and `/.//host` becomes that.
  const isOwn = path.startsWith('/') && url.origin === base && !url.pathname.startsWith('//')
  return isOwn ? `${url.pathname}${url.search}` : '/'
}
