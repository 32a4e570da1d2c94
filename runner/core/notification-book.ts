import type { Notification, Occasion } from './notifications.ts'

/** The records while messages are planned: looked up by whom and what they are for, and changed. */
export interface Book {
  /** All records of a notifier about an incident, the oldest first. */
  about(notifier: string, incident: string): readonly Notification[]
  /** Those of them that wait. */
  waiting(notifier: string, incident: string): readonly Notification[]
  /** A message that another incident may join: it waits and nothing of it has left. */
  host(notifier: string, occasion: Occasion, fits: (record: Notification) => boolean): Notification | undefined
  /** When the newest message of a kind left, or was to leave if it is about to, in which `about` holds for an incident; minus infinity when there is none. */
  lastLeft(notifier: string, occasion: Occasion, about: (incident: string) => boolean): number
  add(notifier: string, incident: string, occasion: Occasion, dueAt: number, why?: string): void
  change(record: Notification): void
  /** Takes one incident out of a message that waits, and keeps the reason on record. */
  withdraw(record: Notification, incident: string, why: string): void
  /** What is new or changed. */
  changes(): readonly Notification[]
}

export function openBook({ known, now }: { readonly known: Iterable<Notification>; readonly now: number }): Book {
  const records = new Map<string, Notification>()
  const byNotifier = new Map<string, Set<string>>()
  const byIncident = new Map<string, Set<string>>()
  const changed = new Set<string>()
  const enter = (record: Notification) => {
    records.set(record.id, record)
    note(byNotifier, record.notifier, record.id)
    for (const incident of record.incidents) note(byIncident, incident, record.id)
  }
  for (const record of known) enter(record)
  const change = (record: Notification) => {
    enter(record)
    changed.add(record.id)
  }
  const all = (ids: Iterable<string> = []) => [...ids].map(id => records.get(id)!)
  const about = (notifier: string, incident: string) =>
    all(byIncident.get(incident)).filter(record => record.notifier === notifier && record.incidents.includes(incident))
  /** Made of what it is about, so that it reads well in a log; unique, because receivers drop doubles by it. */
  const newId = (...parts: readonly (string | number)[]) => {
    const id = parts.join('~')
    let free = id
    for (let next = 2; records.has(free); next++) free = `${id}~${next}`
    return free
  }

  return {
    about,
    waiting: (notifier, incident) => about(notifier, incident).filter(({ state }) => state === 'waiting'),
    host: (notifier, occasion, fits) =>
      all(byNotifier.get(notifier)).find(
        record => record.state === 'waiting' && record.tries === 0 && record.occasion === occasion && fits(record),
      ),
    lastLeft: (notifier, occasion, about) =>
      all(byNotifier.get(notifier))
        .filter(
          record =>
            record.occasion === occasion &&
            (record.state === 'delivered' ||
              (record.state === 'waiting' && (record.tries > 0 || record.dueAt <= now))) &&
            record.incidents.some(about),
        )
        .map(({ createdAt, dueAt, endedAt }) => endedAt ?? (dueAt <= now ? dueAt : createdAt))
        .reduce((latest, at) => Math.max(latest, at), Number.NEGATIVE_INFINITY),
    add(notifier, incident, occasion, dueAt, why) {
      change({
        id: newId(incident, notifier, occasion, now),
        notifier,
        occasion,
        incidents: [incident],
        createdAt: now,
        dueAt,
        tries: 0,
        state: 'waiting',
        ...(why === undefined ? {} : { why }),
      })
    },
    change,
    withdraw(record, incident, why) {
      const dropped = { ...record, incidents: [incident], state: 'dropped', endedAt: now, why } as const
      const left = record.incidents.filter(id => id !== incident)
      if (left.length === 0) return change(dropped)
      change({ ...record, incidents: left })
      change({ ...dropped, id: newId(record.id, incident) })
    },
    changes: () => all(changed),
  }
}

function note(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key)
  if (ids === undefined) index.set(key, new Set([id]))
  else ids.add(id)
}
