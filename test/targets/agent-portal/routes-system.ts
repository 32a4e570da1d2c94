import { created, found, gone, idOf } from '../kit/answers.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { readUploads, type UploadedFile } from '../kit/multipart.ts'
import { isPng, readPng, toSquare, writePng } from '../kit/png.ts'
import { refuse } from '../kit/rules.ts'
import type { User } from './accounts.ts'
import openapi from './openapi.json' with { type: 'json' }
import { agentRoutes, type Portal } from './portal.ts'

/** Largest file that is kept. */
const mostBytes = 10 * 1024 * 1024
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

function healthOf({ accounts, broken, clock, parts, startedAt }: Portal) {
  const before = performance.now()
  const answers = !parts.isDown('database') && accounts.byEmail('admin-1@example.com') !== undefined
  const queryMs = broken('AGT-03') ? 250 : performance.now() - before + parts.latency
  // The fault about a database that is down needs one that is, and only health may say so.
  const isUp = answers && !broken('AGT-30')
  return {
    status: isUp || broken('AGT-30') ? 200 : 503,
    json: {
      status: isUp || broken('AGT-30') ? 'ok' : 'error',
      timestamp: new Date(clock.now()).toISOString(),
      uptime: (clock.now() - startedAt) / 1_000,
      database: { status: isUp ? 'ok' : 'down', queryMs: Math.round(queryMs * 1_000) / 1_000 },
    },
  }
}

/** What the dashboards show. */
function figureRoutes(portal: Portal): readonly Route[] {
  const { clinic, payments, tasks, clock } = portal
  const agent = agentRoutes(portal)
  const inState = (state: string) => clinic.appointments.list().filter(item => item.state === state).length
  const paid = () => payments.list().reduce((sum, payment) => sum + Number(payment['amount']), 0)
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return [
    agent('GET', '/api/dashboard/stats', () => ({
      json: {
        appointments: clinic.appointments.size,
        pending: inState('pending'),
        customers: clinic.customers.size,
        openTasks: tasks.list().filter(task => task['status'] !== 'done').length,
        revenue: paid(),
      },
    })),
    agent('GET', '/api/analytics/dashboard', () => ({
      json: { appointments: clinic.appointments.size, revenue: paid(), updatedAt: new Date(clock.now()).toISOString() },
    })),
    agent('GET', '/api/analytics/performance', () => ({
      json: { completed: inState('completed'), cancelled: inState('cancelled'), payments: payments.size },
    })),
    agent('GET', '/api/analytics/trends', () => {
      const days = Object.groupBy(clinic.appointments.list(), ({ startsAt }) => startsAt.slice(0, 10))
      const points = Object.entries(days).map(([date, items = []]) => ({ date, appointments: items.length }))
      return { json: { points: points.toSorted((a, b) => (a.date < b.date ? -1 : 1)) } }
    }),
    agent('GET', '/api/analytics/kpis', () => ({
      json: {
        completionRate: share(inState('completed'), clinic.appointments.size),
        cancellationRate: share(inState('cancelled'), clinic.appointments.size),
      },
    })),
  ]
}

function fileRoutes(portal: Portal): readonly Route[] {
  const { accounts, broken, files } = portal
  const agent = agentRoutes(portal)

  const checked = async (call: Call) => {
    const given = await readUploads(call)
    const wrong = given.flatMap(({ bytes, fileName }) => [
      ...(isPng(bytes) && /\.png$/i.test(fileName) ? [] : ['expected a PNG image']),
      ...(bytes.length <= mostBytes ? [] : [`expected ${mostBytes} bytes at most`]),
    ])
    if (!broken('AGT-42')) refuse(...wrong.map(message => ({ field: 'file', message })))
    return given
  }
  const keep = (file: UploadedFile, owner: User) => {
    const entry = files.add({ ownerId: owner.id, name: file.fileName, type: 'image/png', bytes: file.bytes })
    return { id: entry.id, url: `/api/files/${entry.id}`, bytes: file.bytes.length }
  }
  const resized = (file: UploadedFile): UploadedFile => {
    try {
      return { ...file, bytes: writePng(toSquare(readPng(file.bytes), imageSide)) }
    } catch (error) {
      if (broken('AGT-42')) return file
      throw new Refusal(400, { errors: [{ field: 'file', message: (error as Error).message }] })
    }
  }

  return [
    agent('POST', '/api/upload/single', async (call, user) => {
      const [file] = await checked(call)
      const kept = keep(broken('AGT-49') ? file! : resized(file!), user)
      accounts.change(user, { image: kept.id })
      return created(kept)
    }),
    agent('POST', '/api/upload/multiple', async (call, user) => {
      const items = (await checked(call)).map(file => keep(file, user))
      return created({ items, total: items.length })
    }),
    agent('DELETE', '/api/upload/:id', (call, user) => {
      const id = idOf(call)
      if (found(files.get(id)).ownerId !== user.id) throw new Refusal(403)
      return gone(files.remove(id))
    }),
    ...fileAccess(portal),
  ]
}

/** A file is its owner's alone. */
function fileAccess(portal: Portal): readonly Route[] {
  const { broken, files } = portal
  const send = (id: string) => {
    const { bytes, type } = found(files.get(id))
    return { bytes, type, headers: { 'cache-control': 'private, no-store' } }
  }
  const path = '/api/files/:id'
  if (broken('AGT-50')) return [route('GET', path, call => send(idOf(call)))]
  return [
    agentRoutes(portal)('GET', path, (call, user) => {
      const { ownerId } = found(files.get(idOf(call)))
      if (ownerId !== user.id && user.role !== 'admin') throw new Refusal(403)
      return send(idOf(call))
    }),
  ]
}
