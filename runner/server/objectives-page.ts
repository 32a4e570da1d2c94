/** The page of what systems promise over a time. */

import type { FastifyInstance } from 'fastify'
import { objectivesPage } from '../../dashboards/web/objectives.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

export function serveObjectivesPage(app: FastifyInstance, rooms: Rooms): void {
  const { watch, clock } = rooms
  const render = renderer(rooms)
  app.get('/objectives', asks('read'), async (request, reply) => {
    const states = watch.objectives()
    const systems = watch
      .systems()
      .map(({ id, title }) => ({ id, title, objectives: states.filter(({ system }) => system === id) }))
    return render(request, reply, objectivesPage({ now: clock.now(), systems }))
  })
}
