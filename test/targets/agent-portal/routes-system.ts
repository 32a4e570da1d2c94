import { created, gone, idOf } from '../kit/answers.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import type { StoredImage } from '../kit/images.ts'
import { readPng, toSquare, writePng } from '../kit/png.ts'
import type { User } from './accounts.ts'
import openapi from './openapi.json' with { type: 'json' }
import type { Portal } from './portal.ts'

/** Side of a profile image in pixels. */
const imageSide = 256

/** Health, version, figures, files. */
export function systemRoutes(portal: Portal): readonly Route[] {
  const { broken, revision } = portal
  const paths = Object.entries(openapi.paths).filter(
    ([path]) => !(broken('AGT-57') && path.startsWith('/api/time-slots')),
  )
  const description = { ...openapi, paths: Object.fromEntries(paths) }
  return [
    route('GET', '/api/health', () => healthOf(portal)),
    route('GET', '/version', () => ({ json: { revision: revision.current } })),
    ...figureRoutes(portal),
    ...fileRoutes(portal),
    route('GET', '/api/openapi.json', () => ({ json: description })),
  ]
}

function healthOf({ broken, clock, parts, queries, startedAt }: Portal) {
  const { httpStatus, status, states } = parts.health(broken('AGT-30') ? 'database' : undefined)
  const queryMs = broken('AGT-03') ? 250 : queries.p95() + parts.latency
  return {
    status: httpStatus,
    json: {
      status,
      timestamp: new Date(clock.now()).toISOString(),
      uptime: (clock.now() - startedAt) / 1_000,
      database: { status: states.database, queryMs },
    },
  }
}

/** What the dashboards show. */
function figureRoutes({ agent, clinic, clock, payments, tasks }: Portal): readonly Route[] {
  const inState = (state: string) => clinic.appointments.list().filter(item => item.state === state).length
  const share = (state: string) => (clinic.appointments.size === 0 ? 0 : inState(state) / clinic.appointments.size)
  const figures: Readonly<Record<string, () => object>> = {
    'dashboard/stats': () => ({
      appointments: clinic.appointments.size,
      pending: inState('pending'),
      customers: clinic.customers.size,
      openTasks: tasks.list().filter(task => task['status'] !== 'done').length,
    }),
    'analytics/dashboard': () => ({
      appointments: clinic.appointments.size,
      revenue: payments.list().reduce((sum, payment) => sum + Number(payment['amount']), 0),
      updatedAt: new Date(clock.now()).toISOString(),
    }),
    'analytics/performance': () => ({
      completed: inState('completed'),
      cancelled: inState('cancelled'),
      payments: payments.size,
    }),
    'analytics/trends': () => {
      const days = Object.groupBy(clinic.appointments.list(), ({ startsAt }) => startsAt.slice(0, 10))
      const points = Object.entries(days).map(([date, items = []]) => ({ date, appointments: items.length }))
      return { points: points.toSorted((a, b) => (a.date < b.date ? -1 : 1)) }
    },
    'analytics/kpis': () => ({ completionRate: share('completed'), cancellationRate: share('cancelled') }),
  }
  return Object.entries(figures).map(([path, read]) => agent('GET', `/api/${path}`, () => ({ json: read() })))
}

function fileRoutes({ accounts, agent, broken, files }: Portal): readonly Route[] {
  const show = ({ name: id, bytes }: StoredImage) => ({ id, url: `/api/files/${id}`, bytes: bytes.length })
  const send = ({ bytes, type }: StoredImage) => ({ bytes, type, headers: { 'cache-control': 'private, no-store' } })
  /** A file is for its owner and for administrators alone. */
  const seen = (call: Call, user: User) => {
    const file = files.get(idOf(call))
    if (file.owner !== user.id && user.role !== 'admin') throw new Refusal(403)
    return file
  }
  const address = '/api/files/:id'
  return [
    agent('POST', '/api/upload/single', async (call, user) => {
      const [image] = await files.keep(call, user.id, broken('AGT-49') ? undefined : toProfile)
      accounts.change(user, { image: image!.name })
      return created(show(image!))
    }),
    agent('POST', '/api/upload/multiple', async (call, user) => {
      const items = (await files.keep(call, user.id)).map(show)
      return created({ items, total: items.length })
    }),
    agent('DELETE', '/api/upload/:id', (call, user) => gone(files.remove(seen(call, user).name))),
    broken('AGT-50')
      ? route('GET', address, call => send(files.get(idOf(call))))
      : agent('GET', address, (call, user) => send(seen(call, user))),
  ]
}

function toProfile(bytes: Buffer): Buffer {
  try {
    return writePng(toSquare(readPng(bytes), imageSide))
  } catch (error) {
    throw new Refusal(400, { errors: [{ field: 'file', message: (error as Error).message }] })
  }
}
