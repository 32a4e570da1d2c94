import type { FastifyInstance } from 'fastify'
import { asks } from './guard.ts'
import type { Rooms } from './rooms.ts'

/** `/health/live`: the process answers. `/health/ready`: it watches and can store. */
export function serveHealth(app: FastifyInstance, { watch }: Rooms): void {
  app.get('/health/live', asks('public'), async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  )
  app.get('/health/ready', asks('public'), async (_request, reply) => {
    const { ready, notReady = 'still starting', generation } = watch.self()
    reply.header('cache-control', 'no-store')
    return ready
      ? { status: 'ready', generation, checks: watch.checks().length }
      : reply.status(503).send({ status: 'not ready', reason: notReady })
  })
}
