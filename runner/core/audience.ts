import { type Incident, ourselves } from './incidents.ts'
import type { Notifier } from './notifications.ts'

/** What planning has to know of a notifier. */
export type Recipient = Pick<Notifier, 'id' | 'audience' | 'quiet' | 'remindEvery' | 'single'>

/** The id of the signal that a notifier does not deliver, which is also the check that its incident affects. */
export const channelSignal = (notifier: string): string => `channel/${notifier}`

/**
 * Who is told of an incident. Trouble of Vedette itself concerns everybody, whatever owners and systems they are for. A channel that does
 * not deliver is never told of that through itself; when nobody else is for it, everybody else is.
 */
export function recipientsOf<R extends Recipient>(incident: Incident, notifiers: readonly R[]): readonly R[] {
  const able = notifiers.filter(({ id }) => !isAbout(incident, id))
  const meant = able.filter(({ audience }) => hears(audience, incident))
  return meant.length === 0 && incident.cause === 'channel' ? able : meant
}

const isAbout = ({ cause, affected }: Incident, notifier: string) =>
  cause === 'channel' && affected.some(({ check, until }) => check === channelSignal(notifier) && until === undefined)

/** Whether a notifier with such an audience is for trouble like this. */
export function hears(
  { severities, owners, systems }: Notifier['audience'],
  incident: Pick<Incident, 'severity' | 'owner' | 'system'>,
): boolean {
  if (severities !== undefined && !severities.includes(incident.severity)) return false
  if (incident.system === ourselves) return true
  if (owners !== undefined && (incident.owner === undefined || !owners.includes(incident.owner))) return false
  return systems === undefined || systems.includes(incident.system)
}
