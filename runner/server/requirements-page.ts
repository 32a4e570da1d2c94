/** The pages of what systems promise. */

import type { FastifyInstance } from 'fastify'
import { loadPath, runPath } from '../../dashboards/web/paths.ts'
import {
  type Evidence,
  requirementsPage,
  type SystemPromises,
  systemRequirementsPage,
} from '../../dashboards/web/requirements.ts'
import { coverageOf, type Holder, isGap, summarizeCoverage, wayToCover } from '../core/coverage.ts'
import type { System } from '../core/definitions.ts'
import { checkKey, type LoadRun } from '../core/ports.ts'
import { found } from './api.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

export function serveRequirementsPages(app: FastifyInstance, rooms: Rooms): void {
  const { watch, clock } = rooms
  const render = renderer(rooms)

  app.get('/requirements', asks('read'), async (request, reply) => {
    const systems = await Promise.all(watch.systems().map(system => gather(rooms, system)))
    return render(request, reply, requirementsPage(systems))
  })
  app.get('/requirements/:system', asks('read'), async (request, reply) => {
    const { system: id } = request.params as { readonly system: string }
    const system = found(
      watch.systems().find(one => one.id === id),
      'a system that is watched',
      id,
    )
    return render(request, reply, systemRequirementsPage(await gather(rooms, system), clock.now()))
  })
}

async function gather({ watch, store }: Rooms, system: System): Promise<SystemPromises> {
  const own = watch.checks().filter(check => check.system === system.id)
  const coverage = coverageOf(
    system,
    own.map(({ check, covers }) => ({ id: check, covers })),
  )
  const loadRuns = coverage.some(({ by }) => by.some(({ kind }) => kind === 'load'))
    ? await store.loadRuns(system.id)
    : []
  const promises = await Promise.all(
    coverage.map(async item => ({
      ...item,
      isGap: isGap(item),
      way: wayToCover[item.requirement.verify],
      by: await Promise.all(
        item.by.map(async holder => {
          const last = await evidenceOf(holder, loadRuns)
          return last === undefined ? holder : { ...holder, last }
        }),
      ),
    })),
  )
  return { id: system.id, title: system.title, promises, summary: summarizeCoverage(coverage) }

  async function evidenceOf({ kind, id }: Holder, runs: readonly LoadRun[]): Promise<Evidence | undefined> {
    if (kind === 'load') {
      const newest = runs
        .filter(({ load, profile }) => `${load}/${profile}` === id)
        .toSorted((a, b) => b.startedAt - a.startedAt)[0]
      return newest && { verdict: newest.verdict, startedAt: newest.startedAt, path: loadPath(newest) }
    }
    if (kind !== 'check') return undefined
    const key = { system: system.id, check: id }
    const last = watch.check(checkKey(key))?.last ?? (await store.results({ ...key, limit: 1 }))[0]
    return last && { verdict: last.verdict, startedAt: last.startedAt, path: runPath(last) }
  }
}
