/** The pages of incidents: all of them, and one. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Evidence } from '../../dashboards/web/evidence.ts'
import { type IncidentData, incidentPage } from '../../dashboards/web/incident.ts'
import {
  type IncidentFilter,
  type IncidentsData,
  incidentsPage,
  type MeanTimes,
  type PastRange,
  pastRanges,
} from '../../dashboards/web/incidents.ts'
import { incidentPath } from '../../dashboards/web/paths.ts'
import { type Affected, causes, type Incident, ourselves, timesOf } from '../core/incidents.ts'
import { field } from './acting.ts'
import { acknowledge, addNote, findIncident, pastIncidents } from './incidents.ts'
import { isWantedNotification, keptNotifications } from './notifications.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const day = 86_400_000
const lengths: Readonly<Record<PastRange, number>> = {
  '7d': 7 * day,
  '30d': 30 * day,
  '90d': 90 * day,
  '400d': 400 * day,
}
const mostPast = 200

export function serveIncidentPages(app: FastifyInstance, rooms: Rooms): void {
  const { watch, clock } = rooms
  const render = renderer(rooms)

  app.get('/incidents', asks('read'), async (request, reply) =>
    render(request, reply, incidentsPage(await gatherAll(rooms, filterOf(request)))),
  )
  app.get('/incidents/:id', asks('read'), async (request, reply) => {
    const incident = await findIncident(rooms, idOf(request))
    return render(request, reply, incidentPage(await gatherOne(rooms, request, incident)))
  })
  app.post('/incidents/:id/acknowledge', asks('operate'), async (request, reply) => {
    const incident = await acknowledge(rooms, request, idOf(request))
    return reply.redirect(incidentPath(incident), 303)
  })
  app.post('/incidents/:id/note', asks('operate'), async (request, reply) => {
    const incident = await addNote(rooms, request, idOf(request), field(request, 'text'))
    return reply.redirect(`${incidentPath(incident)}#timeline`, 303)
  })

  function filterOf({ query }: FastifyRequest): IncidentFilter {
    const { system, severity, cause, range } = query as Readonly<Record<string, unknown>>
    const asked = {
      system: nameOf(system),
      severity: (['p0', 'p1', 'p2'] as const).find(name => name === severity),
      cause: causes.find(name => name === cause),
      range: pastRanges.find(name => name === range),
    }
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as IncidentFilter
  }

  function nameOf(system: unknown): string | undefined {
    return [ourselves, ...watch.systems().map(({ id }) => id)].find(id => id === system)
  }

  async function gatherAll({ store }: Rooms, filter: IncidentFilter): Promise<IncidentsData> {
    const now = clock.now()
    const systems = titled(rooms)
    const [month, shown] = await Promise.all([
      store.kept('incident', { from: now - lengths['30d'], limit: 10_000 }),
      pastIncidents(rooms, { ...filter, from: now - lengths[filter.range ?? '30d'] }),
    ])
    return {
      now,
      open: watch.alarms.open().toSorted((a, b) => a.severity.localeCompare(b.severity) || a.openedAt - b.openedAt),
      past: shown.slice(0, mostPast),
      isCut: shown.length > mostPast,
      means: systems.flatMap(({ id, title }) =>
        meansOf(
          title,
          month.filter(incident => incident.system === id),
        ),
      ),
      filter,
      systems,
    }
  }
}

const idOf = ({ params }: FastifyRequest): string => (params as { readonly id: string }).id

const titled = ({ watch }: Rooms) => [
  ...watch.systems().map(({ id, title }) => ({ id, title })),
  { id: ourselves, title: 'Vedette itself' },
]

function meansOf(title: string, all: readonly Incident[]): readonly MeanTimes[] {
  const incidents = all.filter(incident => !incident.drill)
  if (incidents.length === 0) return []
  const times = incidents.map(timesOf)
  const mean = (name: 'detect' | 'acknowledge' | 'recover') => {
    const known = times.flatMap(time => time[name] ?? [])
    return known.length === 0 ? {} : { [name]: known.reduce((sum, ms) => sum + ms, 0) / known.length }
  }
  return [{ title, incidents: incidents.length, ...mean('detect'), ...mean('acknowledge'), ...mean('recover') }]
}

async function gatherOne(rooms: Rooms, request: FastifyRequest, incident: Incident): Promise<IncidentData> {
  const { store, clock } = rooms
  const { check } = request.query as { readonly check?: unknown }
  const shown = incident.affected.filter(({ firstFailure }) => firstFailure !== undefined)
  const compared = shown.find(affected => affected.check === check) ?? shown[0]
  const [deploys, notifications, evidence] = await Promise.all([
    store.kept('deploy', { from: incident.startedAt - day, to: incident.openedAt + 1, limit: 1_000 }),
    // A message that was made for others before, and waited no longer than for the end of quiet hours, may have taken it in.
    keptNotifications(rooms, { from: incident.openedAt - day }),
    evidenceOf(rooms, compared),
  ])
  return {
    now: clock.now(),
    incident,
    systemTitle: titled(rooms).find(({ id }) => id === incident.system)?.title ?? incident.system,
    ...(evidence === undefined ? {} : { evidence }),
    deploys: deploys.filter(({ system }) => system === incident.system).slice(0, 5),
    notifications: notifications.filter(isWantedNotification({ incident: incident.id })).toReversed(),
    ...(compared === undefined ? {} : { compared: compared.check }),
    mayAct: await rooms.access.mayDo(request, 'operate'),
  }
}

async function evidenceOf({ recent }: Rooms, of: Affected | undefined): Promise<Evidence | undefined> {
  const find = async (id: string | undefined) => (id === undefined ? undefined : recent.find(id))
  const [failure, pass] = await Promise.all([find(of?.firstFailure), find(of?.lastPass)])
  if (failure === undefined && pass === undefined) return undefined
  return {
    ...(failure === undefined ? {} : { failure }),
    ...(pass === undefined ? {} : { pass }),
    neverPassed: of?.lastPass === undefined,
  }
}
