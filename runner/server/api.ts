/** The JSON API under /api/v1. */

import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { healthStates, type Result } from '../core/contracts.ts'
import { type CheckKey, checkKey, runId, type SeriesPoint, type WatchedCheck, type WindowStats } from '../core/ports.ts'
import { actorOf } from './acting.ts'
import { HttpProblem } from './problem.ts'
import { about, answers, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'
import * as schemas from './schemas.ts'

const day = 86_400_000

export function serveApi(plain: FastifyInstance, rooms: Rooms): void {
  const { watch, store, clock, recent } = rooms
  const app = plain.withTypeProvider<ZodTypeProvider>()

  app.get(
    '/api/v1/systems',
    {
      ...asks('read'),
      schema: {
        ...about('systems', 'All systems, with their checks counted by state'),
        ...answers(z.object({ systems: z.array(schemas.system) })),
      },
    },
    async () => ({
      systems: watch.systems().map(({ id, title, requirements }) => {
        const checks = watch.checks().filter(check => check.system === id)
        const many = (state: string) => checks.filter(check => check.health.state === state).length
        return {
          id,
          title,
          environment: watch.environment,
          urls: Object.fromEntries(Object.entries(watch.urlsOf(id)).map(([name, url]) => [name, withoutSecrets(url)])),
          requirements: requirements.length,
          checks: Object.fromEntries(healthStates.map(state => [state, many(state)])) as Record<
            (typeof healthStates)[number],
            number
          >,
        }
      }),
    }),
  )

  app.get(
    '/api/v1/checks',
    {
      ...asks('read'),
      schema: {
        ...about('checks', 'Checks with their health and their last runs'),
        querystring: schemas.checksQuery,
        ...answers(z.object({ checks: z.array(schemas.watchedCheck) })),
      },
    },
    async ({ query: { system, state, tag, q } }) => {
      const strips = new Map((await store.strips()).map(strip => [checkKey(strip), strip.runs]))
      const checks = watch
        .checks()
        .filter(
          check =>
            (system === undefined || check.system === system) &&
            (state === undefined || check.health.state === state) &&
            (tag === undefined || check.tags.includes(tag) || check.covers.includes(tag)) &&
            (q === undefined || `${checkKey(check)} ${check.title}`.toLowerCase().includes(q.toLowerCase())),
        )
      return { checks: checks.map(check => shownCheck(check, strips.get(checkKey(check)))) }
    },
  )

  app.get(
    '/api/v1/checks/:system/*',
    {
      config: { right: 'read', path: '/api/v1/checks/:system/:check' },
      schema: { ...about('checks', 'One check'), ...answers(schemas.watchedCheck) },
    },
    async ({ params }) => {
      const check = found(watch.check(keyOf(params)), `a check, as /api/v1/checks lists them`, keyOf(params))
      const strip = (await store.strips()).find(strip => checkKey(strip) === checkKey(check))
      return shownCheck(check, strip?.runs)
    },
  )

  app.post(
    '/api/v1/checks/:system/*',
    {
      config: { right: 'run', path: '/api/v1/checks/:system/:check/run' },
      schema: { ...about('checks', 'Runs a check once, now, and waits for its result'), ...answers(schemas.result) },
    },
    async request => {
      const key = keyOf(request.params)
      if (!key.endsWith('/run')) throw missing('POST /api/v1/checks/<system>/<check>/run', `POST ${request.url}`)
      const check = key.slice(0, -'/run'.length) as CheckKey
      canRun(found(watch.check(check), 'a check, as /api/v1/checks lists them', check))
      const result = await watch.runNow(check, await actorOf(rooms, request))
      recent.add(result)
      return shownResult(result)
    },
  )

  app.get(
    '/api/v1/results',
    {
      ...asks('read'),
      schema: {
        ...about('results', 'Results of runs, the newest first'),
        querystring: schemas.resultsQuery,
        ...answers(z.object({ results: z.array(schemas.result) })),
      },
    },
    async ({ query: { system, check, verdict, trigger, from, to, limit } }) => {
      const results = await store.results({
        ...(system === undefined ? {} : { system }),
        ...(check === undefined ? {} : { check }),
        ...(verdict === undefined ? {} : { verdicts: verdict }),
        ...(trigger === undefined ? {} : { triggers: trigger }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        limit,
      })
      return { results: results.map(shownResult) }
    },
  )

  app.get(
    '/api/v1/runs/:id',
    { ...asks('read'), schema: { ...about('results', 'One run'), ...answers(schemas.result) } },
    async ({ params }) => {
      const id = normalRunId((params as { readonly id: string }).id)
      return shownResult(found(await recent.find(id), 'a run that is still kept', id))
    },
  )

  app.get(
    '/api/v1/windows',
    {
      ...asks('read'),
      schema: {
        ...about('results', 'Counts and percentiles of the scheduled runs of a time, check by check'),
        querystring: schemas.windowsQuery,
        ...answers(z.object({ windows: z.array(schemas.windowStats) })),
      },
    },
    async ({ query: { system, check, to = clock.now(), from = to - day } }) => {
      const where = { ...(system === undefined ? {} : { system }), ...(check === undefined ? {} : { check }) }
      return { windows: (await store.windows({ from, to, ...where })).map(shownStatistics) }
    },
  )

  app.get(
    '/api/v1/series',
    {
      ...asks('read'),
      schema: {
        ...about('results', 'The same over time, for one check'),
        querystring: schemas.seriesQuery,
        ...answers(z.object({ points: z.array(schemas.seriesPoint) })),
      },
    },
    async ({ query: { system, check, to = clock.now(), from = to - day, points } }) => ({
      points: (await store.series({ system, check, from, to, points })).map(shownStatistics),
    }),
  )

  const loadRuns = z.object({ loadRuns: z.array(schemas.loadRun) })
  app.get(
    '/api/v1/load-runs',
    { ...asks('read'), schema: { ...about('load runs', 'Load runs, the newest first'), ...answers(loadRuns) } },
    async () => ({ loadRuns: await store.loadRuns() }) as never,
  )
  app.get(
    '/api/v1/load-runs/:id',
    { ...asks('read'), schema: { ...about('load runs', 'One load run'), ...answers(schemas.loadRun) } },
    async ({ params }) => {
      const { id } = params as { readonly id: string }
      return found(await store.loadRun(id), 'a load run, as /api/v1/load-runs lists them', id) as never
    },
  )
}

export const keyOf = (params: unknown): CheckKey => {
  const { system, '*': check } = params as { readonly system: string; readonly '*': string }
  return `${system}/${check}`
}

/** The id of a run as the store knows it, however often the way here decoded it. */
export const normalRunId = (id: string): string =>
  id
    .split('~')
    .map(part => encodeURIComponent(decodable(part)))
    .join('~')

function decodable(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function found<T>(value: T | undefined, expected: string, asked: string): T {
  if (value === undefined) throw missing(expected, `'${asked}', which is none`)
  return value
}

/** Refuses a run of what is never run. */
export function canRun(check: WatchedCheck): void {
  if (check.kind !== 'heartbeat') return
  throw new HttpProblem(409, {
    expected: 'a check that can be run',
    found: `that ${checkKey(check)} is a heartbeat, which waits for the signal of somebody else`,
    mend: 'let its job send one; `vedette heartbeats` shows the address',
  })
}

export const missing = (expected: string, what: string): HttpProblem =>
  new HttpProblem(404, { expected, found: what, mend: 'look for it from the first page' })

function shownResult(result: Result) {
  const artifacts = result.artifacts.map(artifact => ({
    ...artifact,
    url: `/artifacts/${artifact.path.split('/').map(encodeURIComponent).join('/')}`,
  }))
  return { run: runId(result), ...result, artifacts } as unknown as z.infer<typeof schemas.result>
}

function shownCheck({ last, ...check }: WatchedCheck, strip: unknown) {
  const shown = { ...check, ...(last === undefined ? {} : { last: shownResult(last) }), strip }
  return shown as unknown as z.infer<typeof schemas.watchedCheck>
}

function shownStatistics<T extends WindowStats | SeriesPoint>(stats: T) {
  const numbers = Object.fromEntries(
    Object.entries(stats).map(([name, value]) => [name, Number.isNaN(value) ? null : value]),
  )
  return numbers as unknown as T
}

/** Credentials in an address stay with us. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  url.username = ''
  url.password = ''
  return url.href
}
