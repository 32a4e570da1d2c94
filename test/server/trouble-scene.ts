/** A shop with one check and a blog, with alarms that are what a test says. */

import type { Incident } from '../../runner/core/incidents.ts'
import type { Keep } from '../../runner/core/ports.ts'
import { createFakeWatch, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { type PageAlarms, pageAlarms } from '../support/page-alarms.ts'
import { type Scene, type Serving, serve } from './support.ts'

export const minute = 60_000
export const day: number = 1_440 * minute
export const home = watchedCheck('shop', 'home')

export const kept = (value: Incident): Keep => ({
  kind: 'incident',
  id: value.id,
  at: value.openedAt,
  open: value.resolvedAt === undefined,
  value,
})

export async function scene(alarms: PageAlarms = pageAlarms(), more: Scene = {}): Promise<Serving> {
  const systems = [systemOf('shop', { title: 'The Shop' }), systemOf('blog')]
  return serve({ watch: createFakeWatch({ systems, checks: [home], alarms }), ...more })
}
