/** The public page. It is served to everybody, and only where the configuration asks for it. */

import type { FastifyInstance } from 'fastify'
import { statusPage } from '../../dashboards/web/status.ts'
import type { Incident } from '../core/incidents.ts'
import { type CheckKey, checkKey } from '../core/ports.ts'
import { publicChecks, publicDays, type StatusFacts, type StatusWindow } from '../core/public-part.ts'
import { type PublicStatus, publicStatus } from '../core/public-status.ts'
import { missing } from './api.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const day = 86_400_000
// The public comes in crowds when something is broken; what it sees must not be older than this.
const fresh = 2_000
// Days that are over hardly change.
const measuredFor = 300_000

export interface Status {
  /** What the public may see now, two seconds old at most; undefined where no page is configured. */
  read(): Promise<PublicStatus | undefined>
  close(): void
}

export function createStatus(rooms: Rooms): Status {
  const { watch, store, clock } = rooms
  const measured = createMeasured(rooms)
  let known: { readonly at: number; readonly title: string; readonly answer: Promise<PublicStatus> } | undefined

  const gather = async (title: string, now: number): Promise<PublicStatus> => {
    const open = watch.alarms.open()
    const past = await store.kept('incident', { from: now - (publicDays + 10) * day, limit: 10_000 })
    // The alarms know of an incident before the store has written it.
    const incidents = new Map<string, Incident>([...past, ...open].map(incident => [incident.id, incident]))
    return publicStatus({
      title,
      now,
      systems: watch.systems(),
      checks: watch.checks(),
      incidents: [...incidents.values()],
      windows: windowsOf(rooms, now),
      wasMeasured: await measured(now),
    })
  }
  // What just opened or ended is shown at once.
  const close = watch.on(event => {
    if (event.kind === 'incident' || event.kind === 'transition' || event.kind === 'generation') known = undefined
  })
  const read = async () => {
    const page = watch.publicStatus()
    if (page === undefined) return undefined
    const now = clock.now()
    const age = now - (known?.at ?? 0)
    if (known && known.title === page.title && age >= 0 && age < fresh) return known.answer
    const answer = gather(page.title, now)
    const mine = { at: now, title: page.title, answer }
    known = mine
    answer.catch(() => {
      if (known === mine) known = undefined
    })
    return answer
  }
  return { read, close }
}

export function serveStatusPage(app: FastifyInstance, status: Status): void {
  app.addHook('preClose', async () => status.close())
  app.get('/status', asks('public'), async (request, reply) => {
    const found = await status.read()
    if (found === undefined) throw missing('the address of a page', `GET ${request.url.split('?')[0]}`)
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(statusPage(found))
  })
}

function windowsOf({ watch }: Rooms, now: number): readonly StatusWindow[] {
  return watch.alarms
    .maintenance()
    .flatMap(({ selection, when, active, until, next, nextUntil, endedAt }): readonly StatusWindow[] => {
      if (active) return [{ selection, from: 'from' in when ? when.from : now, to: until ?? now + 1 }]
      if (endedAt !== undefined) return []
      if ('from' in when) return [{ selection, ...when }]
      return next === undefined || nextUntil === undefined ? [] : [{ selection, from: next, to: nextUntil }]
    })
}

/** On which days anything was measured, asked again every few minutes; today counts as soon as a check has run. */
function createMeasured({ watch, store }: Rooms): (now: number) => Promise<StatusFacts['wasMeasured']> {
  let known: { readonly at: number; readonly answer: Promise<ReadonlySet<string>> } | undefined
  const name = (check: CheckKey, at: number) => `${check} ${Math.floor(at / day)}`

  const read = async (now: number): Promise<ReadonlySet<string>> => {
    const to = Math.floor(now / day) * day + day
    const shown = publicChecks({ systems: watch.systems(), checks: watch.checks() })
    const days = await Promise.all(
      shown.map(async check => {
        const points = await store.series({
          system: check.system,
          check: check.check,
          from: to - publicDays * day,
          to,
          points: publicDays,
        })
        return points
          .filter(({ runs }) => runs.passed + runs.degraded + runs.failed > 0)
          .map(({ from }) => name(checkKey(check), from + 1))
      }),
    )
    return new Set(days.flat())
  }
  return async now => {
    if (known === undefined || now - known.at >= measuredFor || now < known.at) {
      const answer = read(now)
      known = { at: now, answer }
      answer.catch(() => {
        known = undefined
      })
    }
    const days = await known.answer
    return (check, at) => {
      const last = watch.check(check)?.health.lastRunAt
      return days.has(name(check, at)) || (last !== undefined && name(check, last) === name(check, at))
    }
  }
}
