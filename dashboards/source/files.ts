import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { check } from './check.ts'
import { journey } from './journey.ts'
import { load } from './load.ts'
import { monitor } from './monitor.ts'
import { objectives } from './objectives.ts'
import { overview } from './overview.ts'

/** The dashboards by the name of their file in dashboards/grafana. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  'overview.json': overview,
  'check.json': check,
  'journey.json': journey,
  'objectives.json': objectives,
  'load.json': load,
  'monitor.json': monitor,
}

/** As they are committed: a change of a panel is a readable difference. */
export const textOf = (dashboard: Dashboard): string => `${JSON.stringify(dashboard, undefined, 2)}\n`
