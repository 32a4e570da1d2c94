/** `npm run dashboards`: writes the dashboards that are committed. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboards, textOf } from './files.ts'

for (const [name, dashboard] of Object.entries(dashboards)) {
  writeFileSync(join(import.meta.dirname, '../grafana', name), textOf(dashboard))
}
