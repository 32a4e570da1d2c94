/** Incidents, maintenance, messages and objectives over the API. */

import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { acknowledge, addNote, findIncident, isWanted, pastIncidents } from './incidents.ts'
import { declareWindow, endWindow, pastMaintenance } from './maintenance.ts'
import { isWantedNotification, keptNotifications } from './notifications.ts'
import { about, answers, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'
import * as schemas from './trouble-schemas.ts'

const month = 30 * 86_400_000

export function serveTroubleApi(plain: FastifyInstance, rooms: Rooms): void {
  const { watch, clock } = rooms
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const one = z.object({ id: z.string() })

  app.get(
    '/api/v1/incidents',
    {
      ...asks('read'),
      schema: {
        ...about('incidents', 'Incidents: the open ones, then those that are over, each the newest first'),
        querystring: schemas.incidentsQuery,
        ...answers(z.object({ incidents: z.array(schemas.incident) })),
      },
    },
    async ({ query: { open, from = clock.now() - month, to, limit, ...wanted } }) => {
      const current = open === 'false' ? [] : watch.alarms.open().filter(isWanted(wanted))
      const past =
        open === 'true' ? [] : await pastIncidents(rooms, { ...wanted, from, ...(to === undefined ? {} : { to }) })
      return { incidents: [...current, ...past].slice(0, limit) } as never
    },
  )
  app.get(
    '/api/v1/incidents/:id',
    {
      ...asks('read'),
      schema: { ...about('incidents', 'One incident'), params: one, ...answers(schemas.incident) },
    },
    async ({ params: { id } }) => (await findIncident(rooms, id)) as never,
  )
  app.post(
    '/api/v1/incidents/:id/acknowledge',
    {
      ...asks('operate'),
      schema: {
        ...about('incidents', 'Says that somebody works on it: nobody else is told'),
        params: one,
        ...answers(schemas.incident),
      },
    },
    async request => (await acknowledge(rooms, request, request.params.id)) as never,
  )
  app.post(
    '/api/v1/incidents/:id/notes',
    {
      ...asks('operate'),
      schema: {
        ...about('incidents', 'Adds a note to its timeline'),
        params: one,
        body: schemas.note,
        ...answers(schemas.incident),
      },
    },
    async request => (await addNote(rooms, request, request.params.id, request.body.text)) as never,
  )

  app.get(
    '/api/v1/maintenance',
    {
      ...asks('read'),
      schema: {
        ...about('maintenance', 'Windows that hold or lie ahead, and those that are over, the newest first'),
        querystring: schemas.maintenanceQuery,
        ...answers(z.object({ windows: z.array(schemas.maintenanceWindow), past: z.array(schemas.maintenanceWindow) })),
      },
    },
    async ({ query: { limit } }) => {
      const past = await pastMaintenance(rooms, limit)
      const over = new Set(past.map(({ id }) => id))
      return { windows: watch.alarms.maintenance().filter(({ id }) => !over.has(id)), past } as never
    },
  )
  app.post(
    '/api/v1/maintenance',
    {
      ...asks('operate'),
      schema: {
        ...about('maintenance', 'Declares a window: nobody is told of what fails in it, and no objective counts it'),
        body: schemas.wantedWindow,
        ...answers(schemas.maintenanceWindow),
      },
    },
    async request => {
      const { from = clock.now(), ...wanted } = request.body
      return (await declareWindow(rooms, request, { ...wanted, from })) as never
    },
  )
  app.post(
    '/api/v1/maintenance/:id/end',
    {
      ...asks('operate'),
      schema: {
        ...about('maintenance', 'Ends a window that was declared, or takes it back'),
        params: one,
        ...answers(z.object({ id: z.string() })),
      },
    },
    async ({ params: { id } }) => {
      await endWindow(rooms, id)
      return { id }
    },
  )

  app.get(
    '/api/v1/notifications',
    {
      ...asks('read'),
      schema: {
        ...about('notifications', 'Messages, the newest first: to whom, when, why not'),
        querystring: schemas.notificationsQuery,
        ...answers(z.object({ notifications: z.array(schemas.notification) })),
      },
    },
    async ({ query: { from = clock.now() - month, to, limit, ...wanted } }) => {
      const kept = await keptNotifications(rooms, { from, to })
      return { notifications: kept.filter(isWantedNotification(wanted)).slice(0, limit) } as never
    },
  )
  app.get(
    '/api/v1/notifiers',
    {
      ...asks('read'),
      schema: {
        ...about('notifications', 'Notifiers of the configuration, and whether they deliver'),
        ...answers(z.object({ notifiers: z.array(schemas.notifier) })),
      },
    },
    async () => ({ notifiers: [...watch.alarms.notifiers()] }),
  )

  app.get(
    '/api/v1/objectives',
    {
      ...asks('read'),
      schema: {
        ...about('objectives', 'Objectives as of the last minute'),
        querystring: schemas.objectivesQuery,
        ...answers(z.object({ objectives: z.array(schemas.objectiveState) })),
      },
    },
    async ({ query: { system } }) =>
      ({
        objectives: watch.objectives().filter(state => system === undefined || state.system === system),
      }) as never,
  )
}
