/** What pages and API do with incidents. */

import type { FastifyRequest } from 'fastify'
import type { Incident } from '../core/incidents.ts'
import { actorOf, granted } from './acting.ts'
import { found } from './api.ts'
import { HttpProblem } from './problem.ts'
import type { Rooms } from './rooms.ts'

export const longestNote = 4_000
const mostRead = 10_000

export interface WantedIncidents {
  readonly system?: string | undefined
  readonly severity?: Incident['severity'] | undefined
  readonly cause?: Incident['cause'] | undefined
}

export const isWanted =
  ({ system, severity, cause }: WantedIncidents) =>
  (incident: Incident): boolean =>
    (system === undefined || incident.system === system) &&
    (severity === undefined || incident.severity === severity) &&
    (cause === undefined || incident.cause === cause)

/** Those that are over and were opened in this time, the newest first. */
export const pastIncidents = async (
  { store }: Rooms,
  { from, to, ...wanted }: WantedIncidents & { readonly from: number; readonly to?: number },
): Promise<readonly Incident[]> => {
  const kept = await store.kept('incident', {
    from,
    ...(to === undefined ? {} : { to }),
    open: false,
    limit: mostRead,
  })
  return kept.filter(isWanted(wanted))
}

export async function findIncident({ watch, store }: Rooms, id: string): Promise<Incident> {
  // The alarms know of an incident before the store has written it.
  const open = watch.alarms.open().find(incident => incident.id === id)
  return found(open ?? (await store.keptOne('incident', id)), 'an incident that is kept', id)
}

export async function acknowledge(rooms: Rooms, request: FastifyRequest, id: string): Promise<Incident> {
  const incident = await findIncident(rooms, id)
  return granted(rooms.watch.alarms.acknowledge(incident.id, await actorOf(rooms, request)))
}

export async function addNote(rooms: Rooms, request: FastifyRequest, id: string, text: string): Promise<Incident> {
  const incident = await findIncident(rooms, id)
  if (text === '' || text.length > longestNote) {
    throw new HttpProblem(400, {
      expected: `a note of 1 to ${longestNote} characters`,
      found: `${text.length}`,
      mend: 'go back and write it again',
    })
  }
  return granted(rooms.watch.alarms.note(incident.id, await actorOf(rooms, request), text))
}
