/** The pages of deploys. */

import type { FastifyInstance } from 'fastify'
import { deployPage, deploysPage } from '../../dashboards/web/deploys.ts'
import { found } from './api.ts'
import { deployComparison, deploysBetween, findDeploy } from './deploy-comparison.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const month = 30 * 86_400_000

export function serveDeployPages(app: FastifyInstance, rooms: Rooms): void {
  const { watch, store, clock } = rooms
  const render = renderer(rooms)
  const titleOf = (id: string) => watch.systems().find(system => system.id === id)?.title ?? id

  app.get('/deploys', asks('read'), async (request, reply) => {
    const now = clock.now()
    const deploys = await deploysBetween(store, { from: now - month, to: now })
    const titled = deploys.toReversed().map(deploy => ({ ...deploy, title: titleOf(deploy.system) }))
    return render(request, reply, deploysPage({ now, deploys: titled }))
  })
  app.get('/deploys/:id', asks('read'), async (request, reply) => {
    const { id } = request.params as { readonly id: string }
    const now = clock.now()
    const deploy = found(await findDeploy(store, id), 'a deploy that is kept', id)
    const comparison = await deployComparison(store, deploy, now)
    return render(request, reply, deployPage({ ...comparison, now, title: titleOf(deploy.system) }))
  })
}
