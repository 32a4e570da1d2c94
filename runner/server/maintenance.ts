/** What pages and API do with maintenance windows. */

import type { FastifyRequest } from 'fastify'
import type { Maintenance } from '../core/maintenance.ts'
import { unfitting } from '../core/selection.ts'
import { actorOf, granted } from './acting.ts'
import { detailsOf, HttpProblem, type ProblemDetails } from './problem.ts'
import type { Rooms } from './rooms.ts'

const day = 86_400_000
const remembered = 400 * day

/** A window as somebody asks for it. */
export interface WantedWindow {
  readonly title: string
  readonly selection: readonly string[]
  readonly from: number
  readonly to: number
}

/** Those that are over, the newest first. */
export async function pastMaintenance({ store, clock }: Rooms, limit: number): Promise<readonly Maintenance[]> {
  const now = clock.now()
  const kept = await store.kept('maintenance', { from: now - remembered, limit: 1_000 })
  return kept.filter(window => isOver(window, now)).slice(0, limit)
}

/** Refuses with 400 what makes no sense. */
export async function declareWindow(rooms: Rooms, request: FastifyRequest, wanted: WantedWindow): Promise<Maintenance> {
  const { watch, clock } = rooms
  const trouble = troubleOf(rooms, wanted)
  if (trouble !== undefined) throw new HttpProblem(400, trouble)
  const { title, selection, from, to } = wanted
  // Two that are declared in the same moment are told apart by what they are about.
  const id = `declared-${clock.now()}-${selection.join('-').replace(/[^\w-]+/g, '-')}`.slice(0, 100)
  const window = { id, title, selection, when: { from, to }, by: (await actorOf(rooms, request)).name }
  await granted(watch.alarms.declareMaintenance(window))
  return window
}

export const endWindow = (rooms: Rooms, id: string): Promise<void> => granted(rooms.watch.alarms.endMaintenance(id))

function troubleOf({ watch, clock }: Rooms, { title, selection, from, to }: WantedWindow): ProblemDetails | undefined {
  if (title.trim() === '') return { expected: 'a title that says what is done', found: 'none' }
  if (selection.length === 0) return { expected: 'what is in maintenance, such as a system', found: 'nothing' }
  const [wrong] = unfitting(
    watch.checks().map(check => ({ ...check, smoke: true })),
    selection,
  )
  if (wrong) return detailsOf(wrong.message)
  if (to <= from) return { expected: 'an end after the beginning', found: 'it before', mend: 'change one of them' }
  if (to <= clock.now()) return { expected: 'an end that lies ahead', found: 'one that is over' }
  return undefined
}

const isOver = ({ endedAt, when }: Maintenance, now: number): boolean =>
  endedAt !== undefined || ('to' in when && when.to <= now)
