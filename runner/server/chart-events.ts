/** What may explain the lines of a chart of one check. */

import type { ChartEvent } from '../../dashboards/web/chart.ts'
import { deployPath, incidentPath } from '../../dashboards/web/paths.ts'
import type { Incident } from '../core/incidents.ts'
import type { Maintenance } from '../core/maintenance.ts'
import type { WatchedCheck } from '../core/ports.ts'
import { isMeant } from '../core/selection.ts'
import type { Rooms } from './rooms.ts'

const longest = 30 * 86_400_000

/** Deploys of its system, incidents that it was part of, and windows that meant it. `incidents`: those that affected the check. */
export async function chartEvents(
  { watch, store, clock }: Rooms,
  check: WatchedCheck,
  incidents: readonly Incident[],
  from: number,
): Promise<readonly ChartEvent[]> {
  const now = clock.now()
  const [deploys, declared] = await Promise.all([
    store.kept('deploy', { from, limit: 1_000 }),
    store.kept('maintenance', { from: from - longest, limit: 1_000 }),
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
    // Windows by a rule leave no record of when they were; the runs in them do, and are not in the figures.
    ...[...windows.values()].flatMap(({ title, selection, when, endedAt }): readonly ChartEvent[] => {
      if (!('from' in when) || !isMeant({ ...check, smoke: true }, selection)) return []
      const to = Math.min(when.to, endedAt ?? when.to)
      return to <= when.from ? [] : [{ kind: 'maintenance', at: when.from, to, name: title, path: '/maintenance' }]
    }),
  ]
}
