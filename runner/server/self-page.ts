/** The page of the monitor itself. */

import { basename } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { checkPath } from '../../dashboards/web/paths.ts'
import { type SelfData, selfPage, type UnknownTime } from '../../dashboards/web/self.ts'
import type { Result } from '../core/contracts.ts'
import { checkKey, runId } from '../core/ports.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const day = 86_400_000
const mostUnknown = 10_000
const mostReasons = 20

export function serveSelfPage(app: FastifyInstance, rooms: Rooms): void {
  const { watch, store, clock } = rooms
  const render = renderer(rooms)

  app.get('/self', asks('read'), async (request, reply) => {
    const now = clock.now()
    const [stats, windows, unknown] = await Promise.all([
      store.stats(),
      store.windows({ from: now - day, to: now, figures: 'counts' }),
      store.results({ triggers: ['schedule'], verdicts: ['unknown'], from: now - day, to: now, limit: mostUnknown }),
    ])
    const sum = (of: (stats: (typeof windows)[number]) => number) => windows.reduce((all, one) => all + of(one), 0)
    const page = selfPage({
      now,
      self: watch.self(),
      store: stats,
      day: {
        runs: sum(({ runs }) => runs.passed + runs.degraded + runs.failed + runs.unknown),
        failed: sum(({ runs }) => runs.failed),
        unknown: sum(({ runs }) => runs.unknown),
        retried: sum(({ retried }) => retried),
      },
      unknown: byReason(unknown),
      isCut: unknown.length === mostUnknown,
      quarantined: quarantined(),
      checks: watch.checks().length,
    })
    return render(request, reply, page)
  })

  /** Most time first. Figures in what was said are left out, so that the same trouble is one line. */
  function byReason(results: readonly Result[]): readonly UnknownTime[] {
    const groups = Map.groupBy(
      results,
      ({ reason, detail }) => `${reason ?? ''} ${(detail ?? '').replace(/\d+/g, '#')}`,
    )
    return [...groups.values()]
      .map(group => {
        const newest = group[0]!
        return {
          reason: newest.reason ?? 'runner',
          detail: newest.detail ?? '',
          runs: group.length,
          checks: new Set(group.map(checkKey)).size,
          time: group.reduce((sum, result) => sum + (watch.check(checkKey(result))?.interval ?? 0), 0),
          newestRun: runId(newest),
          newestAt: newest.startedAt,
        }
      })
      .toSorted((a, b) => b.time - a.time)
      .slice(0, mostReasons)
  }

  function quarantined(): SelfData['quarantined'] {
    return watch
      .systems()
      .flatMap(({ id: system, checks, journeys }) => [
        ...checks.flatMap(({ id: check, quarantine }) =>
          quarantine === undefined
            ? []
            : [{ name: `${system}/${check}`, path: checkPath({ system, check }), ...quarantine }],
        ),
        ...journeys.flatMap(({ dir, quarantine }) =>
          quarantine === undefined ? [] : [{ name: `journeys of ${system} in ${basename(dir)}`, ...quarantine }],
        ),
      ])
  }
}
