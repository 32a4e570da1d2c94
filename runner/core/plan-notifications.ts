/**
 * Which messages follow from what happened. A message is a record that waits until it is due, so that whatever lies in the future (a group
 * that fills, the end of quiet hours, an escalation, a reminder) survives a restart and can be seen; what makes it needless withdraws it.
 */

import { type Recipient, recipientsOf } from './audience.ts'
import { formatDuration } from './duration.ts'
import type { Happening, Incident, IncidentLine } from './incidents.ts'
import { type Book, openBook } from './notification-book.ts'
import type { Notification, Occasion } from './notifications.ts'
import { afterQuiet, timeOfDayText } from './quiet-hours.ts'

export interface Planning {
  readonly notifiers: readonly Recipient[]
  /** What waits, and all records about incidents that are open. */
  readonly known: Iterable<Notification>
  /** The newest state of an incident; undefined when it is kept no longer. */
  incident(id: string): Incident | undefined
  /** Messages wait so long for others that belong to them, ms; longer when one of their kind has just left. */
  readonly group: number
  readonly now: number
}

// So long even the worst waits, so that what breaks in one moment is told at once and not one by one.
const moment = 1_000
// What has one cause breaks in many places within so long, one interval of most checks.
const storm = 30_000
// What joins or recovers while everybody knows already may come together.
const changePause = 60_000

/** Records that are new or changed. */
export function planNotifications(
  planning: Planning & { readonly happenings: readonly Happening[] },
): readonly Notification[] {
  const book = openBook(planning)
  for (const { incident, line } of planning.happenings) {
    // What we ourselves did is no news.
    if (incident.drill || line.kind === 'escalated' || line.kind === 'reminded') continue
    const meant = new Set(recipientsOf(incident, planning.notifiers))
    for (const notifier of planning.notifiers) {
      if (line.kind === 'resolved') resolve(book, planning, notifier, incident)
      else if (incident.resolvedAt === undefined) {
        if (line.kind === 'acknowledged') withdrawAnswered(book, notifier, incident, line)
        tell(book, planning, notifier, incident, line, meant.has(notifier))
      }
    }
  }
  return book.changes()
}

/** The reminders that follow a message which was delivered. */
export function planReminders(planning: Planning, delivered: Notification): readonly Notification[] {
  const book = openBook(planning)
  const notifier = planning.notifiers.find(({ id }) => id === delivered.notifier)
  if (notifier?.remindEvery === undefined || !reminding.includes(delivered.occasion)) return []
  for (const id of delivered.incidents) {
    const incident = planning.incident(id)
    if (incident === undefined || incident.resolvedAt !== undefined || incident.acknowledgedAt !== undefined) continue
    if (book.waiting(notifier.id, id).some(({ occasion }) => occasion === 'reminder')) continue
    put(book, planning, notifier, incident, 'reminder', planning.now + notifier.remindEvery)
  }
  return book.changes()
}

const reminding: readonly Occasion[] = ['opened', 'escalated', 'reminder']

/** A marked test, for these notifiers, at once. */
export function planDrill(planning: Planning, incident: Incident): readonly Notification[] {
  const book = openBook(planning)
  for (const { id } of planning.notifiers) book.add(id, incident.id, 'drill', planning.now)
  return book.changes()
}

/**
 * What becomes of the records when the program starts or its configuration has changed: messages of notifiers that are gone are dropped,
 * and openings that were refused are tried again, because what made them fail may have been mended.
 */
export function reviewNotifications(planning: Planning): readonly Notification[] {
  const { now, notifiers } = planning
  const configured = new Set(notifiers.map(({ id }) => id))
  return [...planning.known].flatMap((record): readonly Notification[] => {
    const incidents = record.incidents.flatMap(id => planning.incident(id) ?? [])
    const drop = (why: string): readonly Notification[] => [{ ...record, state: 'dropped', endedAt: now, why }]
    if (record.state === 'waiting') {
      if (!configured.has(record.notifier)) return drop('its notifier is not configured any more')
      return incidents.length === 0 ? drop('what it is about is not kept any more') : []
    }
    const open = incidents.some(({ resolvedAt }) => resolvedAt === undefined)
    if (record.state !== 'dead' || !open || !configured.has(record.notifier) || !isFirst(record)) return []
    const { endedAt: _, ...rest } = record
    // The try that was refused told nobody.
    return [{ ...rest, state: 'waiting', dueAt: now, tries: record.tries - 1, why: 'tried again after a change' }]
  })
}

/** Not before: the quiet hours of a notifier, except for incidents so severe. */
export function heldUntil(
  { quiet }: Pick<Recipient, 'quiet'>,
  incidents: readonly Pick<Incident, 'severity'>[],
  at: number,
): { readonly dueAt: number; readonly why?: string } {
  if (quiet === undefined || incidents.some(({ severity }) => quiet.except.includes(severity))) return { dueAt: at }
  const dueAt = afterQuiet(quiet, at)
  return dueAt === at ? { dueAt } : { dueAt, why: `quiet hours until ${timeOfDayText(quiet.to)} ${quiet.timezone}` }
}

/** Somebody may know of the incident through it. */
export const mayHaveTold = ({ state, tries }: Notification): boolean =>
  state === 'delivered' || (state === 'dead' ? tries > 1 : tries > 0)

/** The first that somebody hears of an incident. */
const isFirst = ({ occasion }: Notification) => occasion === 'opened' || occasion === 'escalated'

function resolve(book: Book, planning: Planning, notifier: Recipient, incident: Incident): void {
  const about = book.about(notifier.id, incident.id)
  if (about.some(({ occasion }) => occasion === 'resolved')) return
  for (const record of book.waiting(notifier.id, incident.id)) {
    const why = mayHaveTold(record) ? 'the incident ended: that is told in its place' : 'the incident ended before'
    book.withdraw(record, incident.id, why)
  }
  if (!about.some(mayHaveTold)) return
  const { now, group } = planning
  const at = notifier.single ? now : Math.max(now + group, stormUntil(book, planning, notifier, 'resolved'))
  put(book, planning, notifier, incident, 'resolved', at)
}

/** Somebody takes care: nobody has to be called or reminded any more. */
function withdrawAnswered(book: Book, notifier: Recipient, incident: Incident, line: IncidentLine): void {
  for (const record of book.waiting(notifier.id, incident.id)) {
    const needless = record.occasion === 'reminder' || (record.occasion === 'escalated' && record.tries === 0)
    if (needless) book.withdraw(record, incident.id, `acknowledged${line.by === undefined ? '' : ` by ${line.by}`}`)
  }
}

function tell(
  book: Book,
  planning: Planning,
  notifier: Recipient,
  incident: Incident,
  line: IncidentLine,
  isMeant: boolean,
): void {
  const about = book.about(notifier.id, incident.id)
  const first = about.find(record => record.state === 'waiting' && isFirst(record))
  if (first?.tries === 0) hasten(book, planning, notifier, incident, first)
  else if (about.some(mayHaveTold)) update(book, planning, notifier, incident, line)
  // What was refused stays so until something was mended: `reviewNotifications`.
  else if (isMeant && about.every(({ state }) => state === 'dropped')) open(book, planning, notifier, incident)
}

function open(book: Book, planning: Planning, notifier: Recipient, incident: Incident): void {
  const { unacknowledgedFor } = notifier.audience
  if (unacknowledgedFor === undefined) {
    put(book, planning, notifier, incident, 'opened', openingAt(book, planning, notifier, incident))
  } else if (incident.acknowledgedAt === undefined) {
    const at = Math.max(planning.now, incident.openedAt + unacknowledgedFor)
    put(
      book,
      planning,
      notifier,
      incident,
      'escalated',
      at,
      `unless somebody acknowledges within ${formatDuration(unacknowledgedFor)}`,
    )
  }
}

/** The worst goes at once, and everything soon. */
function openingAt(book: Book, planning: Planning, notifier: Recipient, incident: Incident): number {
  if (notifier.single) return planning.now
  const isWorst = incident.severity === 'p0'
  const soon = planning.now + (isWorst ? Math.min(planning.group, moment) : planning.group)
  // The worst waits for no news of what is less bad.
  const about = (id: string) => !isWorst || planning.incident(id)?.severity === 'p0'
  return Math.max(soon, stormUntil(book, planning, notifier, 'opened', about))
}

/** Whoever was told just now hears the rest of a storm in one message, when it has passed, and not one message each few seconds. */
const stormUntil = (
  book: Book,
  { group }: Planning,
  notifier: Recipient,
  occasion: Occasion,
  about: (incident: string) => boolean = () => true,
): number => book.lastLeft(notifier.id, occasion, about) + Math.max(group, storm)

/** An incident that became worse while its message waited, for others or for the morning. */
function hasten(book: Book, planning: Planning, notifier: Recipient, incident: Incident, first: Notification): void {
  if (first.occasion !== 'opened') return
  const at = openingAt(book, planning, notifier, incident)
  if (heldUntil(notifier, [incident], at).dueAt >= first.dueAt) return
  const others = first.incidents.filter(id => id !== incident.id)
  if (others.length > 0) {
    book.change({ ...first, incidents: others })
    put(book, planning, notifier, incident, 'opened', at)
  } else {
    const { why: _, ...rest } = first
    book.change({ ...rest, ...heldUntil(notifier, [incident], at) })
  }
}

/** News for those who know. While something about the incident waits, that will say the newest anyway. */
function update(book: Book, planning: Planning, notifier: Recipient, incident: Incident, line: IncidentLine): void {
  const occasion = line.kind === 'acknowledged' ? 'acknowledged' : 'changed'
  const { occasions } = notifier.audience
  if (line.kind === 'opened' || (occasions !== undefined && !occasions.includes(occasion))) return
  const waiting = book
    .waiting(notifier.id, incident.id)
    .find(record => record.tries === 0 && (record.occasion === 'changed' || record.occasion === 'acknowledged'))
  const at = planning.now + (occasion === 'changed' ? Math.max(planning.group, changePause) : 0)
  if (waiting === undefined) put(book, planning, notifier, incident, occasion, at)
  else if (occasion === 'acknowledged') {
    book.change({ ...waiting, occasion, ...heldUntil(notifier, [incident], at) })
  }
}

/** Adds a message, or the incident to one that is of the same kind, waits, and is due at nearly the same time. */
function put(
  book: Book,
  planning: Planning,
  notifier: Recipient,
  incident: Incident,
  occasion: Occasion,
  at: number,
  why?: string,
): void {
  const due = { ...(why === undefined ? {} : { why }), ...heldUntil(notifier, [incident], at) }
  const near = ({ dueAt }: Notification) => Math.abs(dueAt - due.dueAt) <= planning.group
  const host = notifier.single || !grouped.includes(occasion) ? undefined : book.host(notifier.id, occasion, near)
  if (host === undefined) book.add(notifier.id, incident.id, occasion, due.dueAt, due.why)
  else book.change({ ...host, incidents: [...host.incidents, incident.id], dueAt: Math.min(host.dueAt, due.dueAt) })
}

const grouped: readonly Occasion[] = ['opened', 'escalated', 'reminder', 'resolved']
