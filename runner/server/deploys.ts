/** Deploy markers over the API: told by gates and people, read by whoever draws them. */

import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { actorOf } from './acting.ts'
import { found } from './api.ts'
import { deployComparison, deploysBetween, findDeploy } from './deploy-comparison.ts'
import { HttpProblem } from './problem.ts'
import { about, answers, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'
import * as schemas from './schemas.ts'

const month = 30 * 86_400_000
// A clock that is a little ahead tells of no future.
const ahead = 300_000

export function serveDeploys(plain: FastifyInstance, rooms: Rooms): void {
  const { watch, store, clock } = rooms
  const app = plain.withTypeProvider<ZodTypeProvider>()

  app.post(
    '/api/v1/deploys',
    {
      ...asks('deploy'),
      schema: {
        ...about('deploys', 'Marks a deploy; the same one once more adds to it'),
        body: schemas.deployMark,
        ...answers(schemas.deploy),
      },
    },
    async request => {
      const { environment, at = clock.now(), by = 'hand', note, decision, ...mark } = request.body
      if (environment !== undefined && environment !== watch.environment) {
        throw new HttpProblem(409, {
          expected: `a deploy of ${watch.environment}, which is watched here`,
          found: `one of ${environment}`,
          mend: 'tell it to the watch of that environment',
        })
      }
      const systems = watch.systems().map(({ id }) => id)
      if (!systems.includes(mark.system)) {
        throw new HttpProblem(404, { expected: `a system that is watched (${systems.join(', ')})`, found: mark.system })
      }
      if (at > clock.now() + ahead) {
        throw new HttpProblem(400, {
          expected: 'a deploy that has happened',
          found: `one at ${new Date(at).toISOString()}`,
          mend: 'leave `at` out, or give it in epoch milliseconds',
        })
      }
      return watch.alarms.markDeploy({
        ...mark,
        at,
        by,
        markedBy: (await actorOf(rooms, request)).name,
        ...(note === undefined ? {} : { note }),
        ...(decision === undefined ? {} : { decision }),
      })
    },
  )

  app.get(
    '/api/v1/deploys',
    {
      ...asks('read'),
      schema: {
        ...about('deploys', 'Deploys, the newest first'),
        querystring: schemas.deploysQuery,
        ...answers(z.object({ deploys: z.array(schemas.deploy) })),
      },
    },
    async ({ query: { system, to = clock.now(), from = to - month } }) => {
      const deploys = await deploysBetween(store, { from, to, ...(system === undefined ? {} : { system }) })
      return { deploys: deploys.toReversed() }
    },
  )

  app.get(
    '/api/v1/deploys/:id/comparison',
    {
      ...asks('read'),
      schema: {
        ...about('deploys', 'The runs before a deploy against those since'),
        ...answers(schemas.deployComparison),
      },
    },
    async request => {
      const { id } = request.params as { readonly id: string }
      const deploy = found(await findDeploy(store, id), 'a deploy, as /api/v1/deploys lists them', id)
      const comparison = await deployComparison(store, deploy, clock.now())
      return { ...comparison, figures: comparison.figures.map(withoutNaN) } as never
    },
  )
}

const withoutNaN = <T extends { readonly before: number; readonly after: number }>(figure: T) => ({
  ...figure,
  before: Number.isNaN(figure.before) ? null : figure.before,
  after: Number.isNaN(figure.after) ? null : figure.after,
})
