/** The first page: all checks, worst first. */

import type { FastifyInstance } from 'fastify'
import {
  type OverviewFilter,
  overviewPage,
  shownChecks,
  type WindowName,
  windowNames,
} from '../../dashboards/web/overview.ts'
import { type HealthState, healthStates } from '../core/contracts.ts'
import { checkKey } from '../core/ports.ts'
import { renderer } from './pages.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const day = 86_400_000
const spans: Readonly<Record<WindowName, number>> = { '24h': day, '7d': 7 * day, '30d': 30 * day, '90d': 90 * day }

export function serveOverview(app: FastifyInstance, rooms: Rooms): void {
  const { watch, store, clock } = rooms
  const render = renderer(rooms)

  app.get('/', asks('read'), async (request, reply) => {
    const filter = filterOf(request.query)
    const checks = watch.checks()
    const { rows } = shownChecks(checks, filter)
    // Few questions however many checks there are, and only about those that are shown: counting is work for the thread that writes.
    const asked = rows.length < checks.length ? { checks: rows.map(checkKey) } : {}
    const now = clock.now()
    const span = spans[filter.window ?? '24h']
    const [strips, last, counted] = await Promise.all([
      store.strips(asked.checks),
      store.windows({ ...asked, from: now - day, to: now }),
      span === day ? undefined : store.windows({ ...asked, from: now - span, to: now, figures: 'counts' }),
    ])
    const page = overviewPage({
      now,
      checks,
      strips: byKey(strips),
      day: byKey(last),
      counted: byKey(counted ?? last),
      span,
      incidents: watch.alarms.open(),
      systems: watch.systems(),
      filter,
    })
    return render(request, reply, page)
  })
}

const byKey = <T extends { readonly system: string; readonly check: string }>(list: readonly T[]) =>
  new Map<string, T>(list.map(item => [checkKey(item), item]))

function filterOf(query: unknown): OverviewFilter {
  // A parameter that stands twice is a list and means nothing here.
  const single = Object.entries(query as object).filter(([, value]) => typeof value === 'string')
  const { system, state, tag, q, all, window } = Object.fromEntries(single) as Readonly<
    Record<string, string | undefined>
  >
  const span = windowNames.find(name => name === window)
  return {
    ...(span === undefined ? {} : { window: span }),
    ...(system ? { system } : {}),
    ...(isState(state) ? { state } : {}),
    ...(tag ? { tag } : {}),
    ...(q ? { text: q } : {}),
    ...(all ? { all: true } : {}),
  }
}

const isState = (word: string | undefined): word is HealthState => healthStates.some(state => state === word)
