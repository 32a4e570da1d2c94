/** What may explain the lines of a chart of one check. */

import type { ChartEvent } from '../../dashboards/web/chart.ts'
import { deployPath, incidentPath } from '../../dashboards/web/paths.ts'
import type { Incident } from '../core/incidents.ts'
import { type Maintenance, spansBetween } from '../core/maintenance.ts'
import type { WatchedCheck } from '../core/ports.ts'
import { isMeant } from '../core/selection.ts'
import type { Rooms } from './rooms.ts'

const longest = 30 * 86_400_000
const most = 1_000

/** Deploys of its system, incidents that it was part of, and windows that meant it. `incidents`: those that affected the check. */
export async function chartEvents(
  { watch, store, clock }: Rooms,
  check: WatchedCheck,
  incidents: readonly Incident[],
  from: number,
): Promise<readonly ChartEvent[]> {
  const now = clock.now()
  const [deploys, declared] = await Promise.all([
    store.kept('deploy', { from, limit: most }),
    store.kept('maintenance', { from: from - longest, limit: most }),
  ])
  const windows = new Map<string, Maintenance>([...declared, ...watch.alarms.maintenance()].map(one => [one.id, one]))
  return [
    ...deploys
      .filter(({ system }) => system === check.system)
      .map(deploy => ({ kind: 'deploy', at: deploy.at, name: deploy.revision, path: deployPath(deploy) }) as const),
    ...incidents.map(incident => ({
      kind: 'incident' as const,
      at: incident.startedAt,
      to: incident.resolvedAt ?? now,
      isOpen: incident.resolvedAt === undefined,
      name: incident.title,
      path: incidentPath(incident),
    })),
    ...[...windows.values()]
      .filter(({ selection }) => isMeant({ ...check, smoke: true }, selection))
      .flatMap(window => {
        // Of a rule nothing is kept: its past is what it would have been as it is now.
        const isRule = 'cron' in window.when
        const spans = isRule ? watch.alarms.maintenanceSpans(window.id, from, now) : spansBetween(window, from, now)
        return spans
          .slice(-most)
          .map(
            span =>
              ({ kind: 'maintenance', at: span.from, to: span.to, name: window.title, path: '/maintenance' }) as const,
          )
      }),
  ]
}
