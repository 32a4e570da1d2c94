/** The public page. It is served to everybody, and only where the configuration asks for it. */

import type { FastifyInstance } from 'fastify'
import { statusPage } from '../../dashboards/web/status.ts'
import type { Incident } from '../core/incidents.ts'
import { type CheckKey, checkKey, type SeriesPoint, type WatchedCheck } from '../core/ports.ts'
import { type Interval, publicChecks, publicDays, type StatusFacts, type StatusWindow } from '../core/public-part.ts'
import { type PublicStatus, publicStatus } from '../core/public-status.ts'
import { missing } from './api.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const day = 86_400_000
// The public comes in crowds when something is broken; what it sees must not be older than this.
const fresh = 2_000
// A day that lacks less of its runs counts as measured throughout.
const almostAll = 0.95
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
      measured: await measured(now),
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

const valid = ({ passed, degraded, failed }: SeriesPoint['runs']) => passed + degraded + failed

/** When anything was measured: whole days, and by the hour those that lack something. Asked again every few minutes. */
function createMeasured({ watch, store }: Rooms): (now: number) => Promise<StatusFacts['measured']> {
  let known: { readonly at: number; readonly answer: Promise<ReadonlyMap<CheckKey, readonly Interval[]>> } | undefined

  const measuredOf = async ({ system, check, interval }: WatchedCheck, now: number): Promise<readonly Interval[]> => {
    const seen = async (from: number, to: number, points: number): Promise<readonly SeriesPoint[]> =>
      (await store.series({ system, check, from, to, points })).filter(({ runs }) => valid(runs) > 0)
    // A run tells of the time until the next one.
    const lasting = ({ from, to }: SeriesPoint): Interval => [from, Math.max(to, from + interval)]
    const tomorrow = Math.floor(now / day) * day + day
    const days = await seen(tomorrow - publicDays * day, tomorrow, publicDays)
    const intervals = await Promise.all(
      days.map(async (point, index): Promise<readonly Interval[]> => {
        const { from, to, runs } = point
        // The first one began when the first run did.
        if (index > 0 && valid(runs) * interval >= almostAll * (Math.min(to, now) - from)) return [[from, to]]
        const [first, ...more] = await seen(from, to, 24)
        if (first === undefined) return [[from, to]]
        const [minute] = index === 0 ? await seen(first.from, first.to, 60) : []
        const [second] = minute === undefined ? [] : await seen(minute.from, minute.to, 60)
        return [[(second ?? minute ?? first).from, lasting(first)[1]], ...more.map(lasting)]
      }),
    )
    return intervals.flat()
  }
  const read = async (now: number) => {
    const shown = publicChecks({ systems: watch.systems(), checks: watch.checks() })
    return new Map(
      await Promise.all(shown.map(async check => [checkKey(check), await measuredOf(check, now)] as const)),
    )
  }
  return async now => {
    if (known === undefined || now - known.at >= measuredFor || now < known.at) {
      const answer = read(now)
      known = { at: now, answer }
      answer.catch(() => {
        known = undefined
      })
    }
    const { at, answer } = known
    const intervals = await answer
    return check => {
      const before = intervals.get(check) ?? []
      const { interval = 0, health } = watch.check(check) ?? {}
      const last = health?.lastRunAt
      // What ran since then counts at once.
      if (last === undefined || health?.lastVerdict === 'unknown') return before
      const goesOn = before.some(([from, to]) => from <= at && at <= to)
      return [...before, [goesOn ? Math.min(at, last) : last, last + interval]]
    }
  }
}
