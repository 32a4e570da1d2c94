/** The pages of one check and one run. */

import { open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type CheckData, checkPage, type Promised, type Range, ranges } from '../../dashboards/web/check.ts'
import { runPath } from '../../dashboards/web/paths.ts'
import { runPage } from '../../dashboards/web/run.ts'
import { type Result, type Verdict, verdicts } from '../core/contracts.ts'
import type { Incident } from '../core/incidents.ts'
import { type CheckKey, checkKey, type WatchedCheck } from '../core/ports.ts'
import { describeLimit, limitsOf, type Requirement } from '../core/requirements.ts'
import { actorOf } from './acting.ts'
import { canRun, found, keyOf, missing, normalRunId } from './api.ts'
import { chartEvents } from './chart-events.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const lengths: Readonly<Record<Range, number>> = { '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 }
const points = 120
const mostConsole = 64_000
const remembered = 90 * 86_400_000
const mostIncidents = 5

export function serveCheckPages(app: FastifyInstance, rooms: Rooms): void {
  const { watch, recent, clock, access, artifacts } = rooms
  const render = renderer(rooms)

  app.get('/checks/:system/*', asks('read'), async (request, reply) => {
    const key = keyOf(request.params)
    const check = found(watch.check(key), 'a check that is watched', key)
    return render(
      request,
      reply,
      checkPage(await gather(rooms, check, viewOf(request), await access.mayDo(request, 'run'))),
    )
  })

  app.post('/checks/:system/*', asks('run'), async (request, reply) => {
    const key = keyOf(request.params)
    if (!key.endsWith('/run')) throw missing('the form of a check', `POST ${request.url}`)
    const check = found(watch.check(key.slice(0, -'/run'.length) as CheckKey), 'a check that is watched', key)
    canRun(check)
    const result = await watch.runNow(checkKey(check), await actorOf(rooms, request))
    recent.add(result)
    return reply.redirect(runPath(result), 303)
  })

  app.get('/runs/:id', asks('read'), async (request, reply) => {
    const id = normalRunId((request.params as { readonly id: string }).id)
    const result = found(await recent.find(id), 'a run that is still kept', id)
    const check = watch.check(checkKey(result))
    const said = await consoleOf(artifacts, result)
    const page = runPage({
      now: clock.now(),
      result,
      ...(check === undefined ? {} : { check }),
      ...(said === undefined ? {} : { console: said }),
    })
    return render(request, reply, page)
  })
}

interface View {
  readonly range: Range
  readonly verdict?: Verdict
}

function viewOf({ query }: FastifyRequest): View {
  const { range, verdict } = query as { readonly range?: unknown; readonly verdict?: unknown }
  const wanted = verdicts.find(name => name === verdict)
  return { range: ranges.find(name => name === range) ?? '24h', ...(wanted === undefined ? {} : { verdict: wanted }) }
}

async function gather(
  rooms: Rooms,
  check: WatchedCheck,
  { range, verdict }: View,
  mayRun: boolean,
): Promise<CheckData> {
  const { watch, store, clock } = rooms
  const now = clock.now()
  // Whole steps: the chart changes when there is a new figure, not because time passes.
  const step = lengths[range] / points
  const to = Math.ceil(now / step) * step
  const of = { system: check.system, check: check.check }
  const system = watch.systems().find(({ id }) => id === check.system)
  const [recent, troubles, series, kept, ...windows] = await Promise.all([
    store.results({ ...of, triggers: ['schedule'], limit: 60 }),
    store.results(
      verdict
        ? { ...of, triggers: ['schedule'], verdicts: [verdict], from: now - lengths[range], limit: 200 }
        : { ...of, verdicts: ['failed', 'degraded', 'unknown'], limit: 10 },
    ),
    store.series({ ...of, from: to - lengths[range], to, points }),
    store.kept('incident', { from: now - remembered, limit: 10_000 }),
    ...ranges.map(name => store.windows({ ...of, from: now - lengths[name], to: now })),
  ])
  const incidents = affecting(check, [...watch.alarms.open(), ...kept])
  return {
    now,
    check,
    systemTitle: system?.title ?? check.system,
    promises: check.covers.flatMap(id => promised(system?.requirements ?? [], id)),
    windows: ranges.map((name, index) => {
      const stats = windows[index]?.[0]
      return { range: name, length: lengths[name], ...(stats === undefined ? {} : { stats }) }
    }),
    range,
    series,
    recent,
    troubles,
    ...(verdict === undefined ? {} : { verdict }),
    incidents: incidents.slice(0, mostIncidents),
    events: await chartEvents(rooms, check, incidents, to - lengths[range]),
    mayRun,
  }
}

/** Each once: the alarms know of an incident before the store has written it. */
function affecting({ system, check }: WatchedCheck, all: readonly Incident[]): readonly Incident[] {
  const mine = all.filter(
    incident => incident.system === system && incident.affected.some(affected => affected.check === check),
  )
  return mine.filter((incident, index) => mine.findIndex(({ id }) => id === incident.id) === index)
}

function promised(requirements: readonly Requirement[], id: string): readonly Promised[] {
  const requirement = requirements.find(entry => entry.id === id)
  if (!requirement) return []
  const { need, broken, source } = requirement
  return [{ id, need, broken, source, limits: limitsOf(requirements, id).map(describeLimit) }]
}

/** The console of a journey's page as text; undefined when none is kept. */
async function consoleOf(artifacts: string, { artifacts: kept }: Result): Promise<string | undefined> {
  const artifact = kept.find(({ kind }) => kind === 'console')
  if (!artifact) return undefined
  try {
    const root = await realpath(artifacts)
    const path = await realpath(join(root, artifact.path))
    if (!path.startsWith(root + sep)) return undefined
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostConsole), 0, mostConsole)
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    // Its time is over, or it never came to be: the page is complete without it.
    return undefined
  }
}
