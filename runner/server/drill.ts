/** `POST /api/v1/drill`: a marked test through the whole path of an alarm, and what became of it. */

import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RunnerFault } from '../core/fault.ts'
import type { CheckKey } from '../core/ports.ts'
import { actorOf } from './acting.ts'
import { HttpProblem } from './problem.ts'
import { about, answers, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const drillBody = z.strictObject({
  check: z.string().optional().describe('system/check: as if this one failed, to whom that would be told'),
  channel: z.string().optional().describe('the id of a notifier: to this one alone'),
  timeout: z.int().min(1_000).max(600_000).default(60_000).describe('how long to wait for deliveries, milliseconds'),
})

const delivery = z.object({
  id: z.string(),
  channel: z.string(),
  state: z.enum(['waiting', 'delivered', 'dead', 'dropped']),
  tries: z.number(),
  /** From the start of the drill to its end at this channel. */
  delay: z.number().optional().describe('milliseconds'),
  trouble: z.string().optional(),
})

export function serveDrill(plain: FastifyInstance, rooms: Rooms): void {
  const { watch, clock } = rooms
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.post(
    '/api/v1/drill',
    {
      ...asks('run'),
      schema: {
        ...about(
          'notifications',
          'Sends a marked test through the whole path of an alarm, and waits for its deliveries',
        ),
        body: drillBody,
        ...answers(z.object({ deliveries: z.array(delivery) })),
      },
    },
    async (request, reply) => {
      const { check, channel, timeout } = request.body
      if (check !== undefined && watch.check(check as CheckKey) === undefined)
        throw new HttpProblem(404, {
          expected: 'a check as system/check',
          found: `'${check}'`,
          mend: '/api/v1/checks lists them',
        })
      const gone = new AbortController()
      reply.raw.once('close', () => gone.abort(new Error('nobody waits any more')))
      using deadline = clock.deadline(timeout, gone.signal)
      const records = await watch.alarms
        .drill({
          ...(check === undefined ? {} : { check: check as CheckKey }),
          ...(channel === undefined ? {} : { notifier: channel }),
          by: await actorOf(rooms, request),
          signal: deadline.signal,
        })
        .catch(explain)
      return {
        deliveries: records.map(({ id, notifier, state, tries, createdAt, endedAt, trouble }) => ({
          id,
          channel: notifier,
          state,
          tries,
          ...(endedAt === undefined ? {} : { delay: endedAt - createdAt }),
          ...(trouble === undefined ? {} : { trouble }),
        })),
      }
    },
  )
}

/** A drill for nobody is a mistake of whoever asked. */
function explain(error: unknown): never {
  const [, expected, found] =
    /^expected (.+?), found (.+)$/s.exec(error instanceof RunnerFault ? error.message : '') ?? []
  if (expected === undefined || found === undefined) throw error
  throw new HttpProblem(404, { expected, found })
}
