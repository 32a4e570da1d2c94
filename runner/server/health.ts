import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { about, answers, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const live = z.object({ status: z.literal('live') })
const ready = z.object({ status: z.literal('ready'), generation: z.number(), checks: z.number() })
const notReady = z.object({ status: z.literal('not ready'), reason: z.string() })

/** `/health/live`: the process answers. `/health/ready`: it watches and can store. */
export function serveHealth(plain: FastifyInstance, { watch }: Rooms): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get(
    '/health/live',
    { ...asks('public'), schema: { ...about('health', 'The process answers'), ...answers(live) } },
    async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'live' }),
  )
  app.get(
    '/health/ready',
    {
      ...asks('public'),
      schema: { ...about('health', 'It watches and can store'), response: { 200: ready, 503: notReady } },
    },
    async (_request, reply) => {
      const { ready: isReady, notReady: reason = 'still starting', generation } = watch.self()
      reply.header('cache-control', 'no-store')
      return isReady
        ? { status: 'ready' as const, generation, checks: watch.checks().length }
        : reply.status(503).send({ status: 'not ready', reason })
    },
  )
}
