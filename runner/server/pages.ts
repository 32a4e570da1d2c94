/** Gathers what a page shows and gives it to dashboards/web. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Frame, layout, messagePage, type Page } from '../../dashboards/web/layout.ts'
import { loadRunPage, loadRunsPage } from '../../dashboards/web/load.ts'
import { found } from './api.ts'
import { withoutToken } from './heartbeat.ts'
import { toProblem } from './problem.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

export type Render = (request: FastifyRequest, reply: FastifyReply, page: Page) => Promise<FastifyReply>

export function renderer({ watch, clock, access }: Rooms): Render {
  return async (request, reply, page) => {
    const asker = await access.asker(request)
    const frame: Frame = {
      environment: watch.environment,
      location: watch.location,
      version: watch.version,
      now: clock.now(),
      self: watch.self(),
      ...(asker === undefined ? {} : { asker }),
      isAdmin: asker?.rights.has('admin') ?? false,
      isShut: access.signIn && !asker?.rights.has('read'),
      hasStatus: watch.publicStatus() !== undefined,
      isAnswer: request.method === 'POST',
    }
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(layout(frame, page))
  }
}

export function servePages(app: FastifyInstance, rooms: Rooms): void {
  const { store, clock } = rooms
  const render = renderer(rooms)

  app.get('/load', asks('read'), async (request, reply) =>
    render(request, reply, loadRunsPage(await store.loadRuns(), clock.now())),
  )
  app.get('/load/:id', asks('read'), async (request, reply) => {
    const { id } = request.params as { readonly id: string }
    const run = found(await store.loadRun(id), 'a load run that is kept', id)
    return render(request, reply, loadRunPage(run, clock.now()))
  })
}

/** Problems as JSON for programs, as a page for people. */
export function serveErrors(app: FastifyInstance, rooms: Rooms): void {
  const render = renderer(rooms)
  const answer = async (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
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
  app.setErrorHandler(async (error, request, reply) => answer(request, reply, error))
  app.setNotFoundHandler(async (request, reply) => {
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
