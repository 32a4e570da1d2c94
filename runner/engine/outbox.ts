/**
 * Sends the messages that wait: at least once, in order for each incident and notifier. A message that fails holds up nothing but what comes
 * after it about the same incident; a notifier that hangs holds up no other.
 */

import type { Clock } from '../core/contracts.ts'
import type { Delivery, Message, Notification, Notifier, SendContext } from '../core/notifications.ts'
import type { ChannelHealth } from './channel-health.ts'
import type { Log } from './log.ts'
import type { NotificationRecords } from './notification-records.ts'

/** `request` of a send context, with what ends it. */
export type SendRequest = (
  options: Parameters<SendContext['request']>[0] & { readonly signal: AbortSignal },
) => ReturnType<SendContext['request']>

export interface OutboxOptions {
  readonly clock: Clock
  readonly log: Log
  /** From 0 to 1. */
  readonly random: () => number
  readonly records: NotificationRecords
  readonly health: ChannelHealth
  notifiers(): readonly Notifier[]
  readonly reveal: SendContext['reveal']
  readonly request: SendRequest
  /** Takes secrets out of what a receiver or a library said. */
  scrub(text: string): string
  /** The message as it is now; undefined when there is nothing to say any more, with the reason in `why`. */
  compose(record: Notification): Promise<Message | { readonly why: string }>
  /** What a notifier is told again and again; undefined when there is nothing. */
  repeat(notifier: Notifier): Promise<Message | undefined>
  /** Not before: quiet hours. */
  held(record: Notification, at: number): number
  /** After each try, with what became of it. */
  onSettled(record: Notification): void
}

export interface Outbox {
  /** Looks at what waits. To be called when something new does. */
  wake(): void
  /** Gives what is being sent a moment, and ends the rest: that is sent again after the next start. */
  stop(): Promise<void>
}

/** One try takes this long at most. */
export const longestTry = 30_000
const mostAtOnce = 4
const firstPause = 5_000
const longestPause = 300_000
// A receiver that asks for a day must not silence a night.
const longestWish = 3_600_000
const grace = 5_000
// What nobody could be told within a day is history. Openings are tried as long as the incident is open.
const lives: Partial<Record<Notification['occasion'], number>> = {
  changed: 86_400_000,
  acknowledged: 86_400_000,
  reminder: 86_400_000,
  resolved: 86_400_000,
  drill: 600_000,
}

interface Flight {
  readonly notifier: string
  /** Empty: everything of the notifier. */
  readonly incidents: readonly string[]
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { clock, log, records, health } = options
  const stopping = new AbortController()
  const flights = new Map<string, Flight>()
  const landings = new Set<Promise<void>>()
  // Asked for by receivers; epoch ms.
  const pausedUntil = new Map<string, number>()
  const repeatedAt = new Map<string, number>()
  let cancelTimer: (() => void) | undefined
  let stopped = false
  let seen = { wall: clock.now(), mono: clock.monotonic() }

  const notifierOf = (id: string) => options.notifiers().find(notifier => notifier.id === id)

  const wake = () => {
    cancelTimer?.()
    cancelTimer = undefined
    if (stopped) return
    const now = clock.now()
    let next = Number.POSITIVE_INFINITY
    followClock(now)
    for (const { record, at } of [...ready(records, flights, now)]) {
      const due = Math.max(at, pausedUntil.get(record.notifier) ?? 0)
      if (due > now) next = Math.min(next, due)
      else if (countOf(flights, record.notifier) < mostAtOnce) fly(record.id, record, () => send(record))
    }
    next = Math.min(next, repeats(now))
    // Wall clocks are set, machines sleep: never trust one timer for long.
    if (next < Number.POSITIVE_INFINITY) cancelTimer = clock.timer(Math.min(next - now, 60_000), wake)
  }

  /** A wall clock that was set back must not put messages off by as much. One that was set forward, or a machine that slept, makes them due. */
  const followClock = (now: number) => {
    const back = seen.wall + (clock.monotonic() - seen.mono) - now
    seen = { wall: now, mono: clock.monotonic() }
    if (back < 1_000) return
    for (const [notifier, until] of pausedUntil) pausedUntil.set(notifier, until - back)
    for (const [notifier, at] of repeatedAt) repeatedAt.set(notifier, at - back)
    const late = [...records.all.values()].filter(({ state, dueAt }) => state === 'waiting' && dueAt > now)
    void records.change(...late.map(record => ({ ...record, dueAt: options.held(record, record.dueAt - back) })))
  }

  /** Starts the repeats that are due; returns when the next one is. */
  const repeats = (now: number) => {
    let next = Number.POSITIVE_INFINITY
    for (const notifier of options.notifiers()) {
      if (notifier.repeatEvery === undefined) continue
      const due = (repeatedAt.get(notifier.id) ?? now) + notifier.repeatEvery
      if (!repeatedAt.has(notifier.id)) repeatedAt.set(notifier.id, now)
      // Alone, so that nothing old arrives after something new.
      if (due <= now && countOf(flights, notifier.id) === 0) {
        repeatedAt.set(notifier.id, now)
        fly(`repeat ${notifier.id}`, { notifier: notifier.id, incidents: [] }, () => repeat(notifier))
      }
      next = Math.min(next, Math.max(due, now + 1_000))
    }
    return next
  }

  const fly = (name: string, flight: Flight, journey: () => Promise<void>) => {
    flights.set(name, flight)
    const landing = journey()
      .catch((error: unknown) => log.error({ err: error, notification: name }, 'the outbox broke'))
      .finally(() => {
        flights.delete(name)
        landings.delete(landing)
        wake()
      })
    landings.add(landing)
  }

  const repeat = async (notifier: Notifier) => {
    const message = await options.repeat(notifier)
    if (message === undefined) return
    const delivery = await deliver(notifier, message)
    if (!stopping.signal.aborted) health.note(notifier.id, delivery, clock.now())
  }

  const send = async (planned: Notification) => {
    const drop = (record: Notification, why: string) =>
      records.change({ ...record, state: 'dropped', endedAt: clock.now(), why })
    const notifier = notifierOf(planned.notifier)
    if (notifier === undefined) return drop(planned, 'its notifier is not configured any more')
    // Written before it leaves: after a kill somebody may have been told.
    await records.change({ ...planned, tries: planned.tries + 1 })
    const record = records.all.get(planned.id)
    if (record?.state !== 'waiting' || stopping.signal.aborted) return
    const message = await options.compose(record)
    if ('why' in message) return drop({ ...record, tries: planned.tries }, message.why)
    const delivery = await deliver(notifier, message)
    if (stopping.signal.aborted && delivery.outcome !== 'delivered') return
    await settle(notifier, planned.id, delivery)
  }

  const deliver = async (notifier: Notifier, message: Message): Promise<Delivery> => {
    using deadline = clock.deadline(longestTry, stopping.signal)
    const { signal } = deadline
    const cut = new Promise<Delivery>(resolve => {
      const trouble = 'expected it to be taken within 30s, found no end'
      signal.addEventListener('abort', () => resolve({ outcome: 'later', trouble }), { once: true })
    })
    const attempt = async () => notifier.send(message, sendContext(options, signal))
    const delivery = await Promise.race([attempt().catch(broken), cut])
    return delivery.trouble === undefined ? delivery : { ...delivery, trouble: options.scrub(delivery.trouble) }
  }

  const settle = async (notifier: Notifier, id: string, delivery: Delivery) => {
    const now = clock.now()
    const record = records.all.get(id)
    const settled = record === undefined ? undefined : after(record, delivery, now)
    if (delivery.outcome === 'later' && delivery.after !== undefined)
      pausedUntil.set(notifier.id, now + Math.min(delivery.after, longestWish))
    if (delivery.outcome === 'delivered' && health.isSilent(notifier.id)) hurry(notifier.id, now)
    const written = settled === undefined ? undefined : records.change(settled)
    log[delivery.outcome === 'delivered' ? 'info' : 'warn'](
      { notification: id, notifier: notifier.id, ...delivery },
      delivery.outcome === 'delivered' ? 'told' : 'not told',
    )
    health.note(
      notifier.id,
      settled?.state === 'dead' ? { outcome: 'never', trouble: settled.trouble! } : delivery,
      now,
    )
    if (settled !== undefined) options.onSettled(settled)
    records.prune()
    await written
  }

  /** What a try makes of its record; nothing when it was withdrawn meanwhile and did not arrive. */
  const after = (record: Notification, delivery: Delivery, now: number): Notification | undefined => {
    const { trouble: _, why: _why, ...rest } = record
    if (delivery.outcome === 'delivered') {
      const beside = delivery.trouble === undefined ? {} : { trouble: delivery.trouble }
      return { ...rest, state: 'delivered', endedAt: now, ...beside }
    }
    if (record.state !== 'waiting') return undefined
    const { trouble } = delivery
    if (delivery.outcome === 'never') return { ...rest, state: 'dead', endedAt: now, trouble }
    const end = record.createdAt + (lives[record.occasion] ?? Number.POSITIVE_INFINITY)
    if (now >= end) return { ...rest, state: 'dead', endedAt: now, trouble: `not taken in time: ${trouble}` }
    return { ...rest, trouble, dueAt: options.held(record, now + pauseAfter(record.tries, delivery.after)) }
  }

  const pauseAfter = (tries: number, wish = 0) => {
    const whole = Math.min(firstPause * 2 ** (tries - 1), longestPause)
    return Math.max(Math.round(whole * (0.5 + options.random() / 2)), Math.min(wish, longestWish))
  }

  /** It delivers again: what failed before need not wait for its turn. */
  const hurry = (notifier: string, now: number) => {
    const late = [...records.all.values()].filter(
      record => record.notifier === notifier && record.state === 'waiting' && record.tries > 0 && record.dueAt > now,
    )
    void records.change(
      ...late.filter(({ id }) => !flights.has(id)).map(record => ({ ...record, dueAt: options.held(record, now) })),
    )
  }

  return {
    wake,
    async stop() {
      stopped = true
      cancelTimer?.()
      const cancel = clock.timer(grace, () => stopping.abort(new Error('Vedette stops')))
      await Promise.all(landings)
      cancel()
    },
  }
}

/** What a notifier gets for one try. */
export const sendContext = (
  { clock, reveal, request }: Pick<OutboxOptions, 'clock' | 'reveal' | 'request'>,
  signal: AbortSignal,
): SendContext => ({ signal, now: clock.now(), reveal, request: given => request({ ...given, signal }) })

/** A notifier that throws has not delivered. */
export const broken = (error: unknown): Delivery => ({
  outcome: 'later',
  trouble: error instanceof Error ? error.message : String(error),
})

const countOf = (flights: ReadonlyMap<string, Flight>, notifier: string) =>
  [...flights.values()].filter(flight => flight.notifier === notifier).length

/** What may leave as soon as it is due: nothing older about one of its incidents is under way or has its turn first. */
function* ready(
  records: NotificationRecords,
  flights: ReadonlyMap<string, Flight>,
  now: number,
): Generator<{ readonly record: Notification; readonly at: number }> {
  const taken = new Set<string>()
  const lane = (notifier: string, incident = '*') => `${notifier} ${incident}`
  for (const { notifier, incidents } of flights.values()) {
    for (const incident of incidents) taken.add(lane(notifier, incident))
    if (incidents.length === 0) taken.add(lane(notifier))
  }
  for (const record of records.all.values()) {
    if (record.state !== 'waiting' || !records.isStored(record.id)) continue
    const lanes = record.incidents.map(incident => lane(record.notifier, incident))
    if (taken.has(lane(record.notifier)) || lanes.some(name => taken.has(name))) continue
    yield { record, at: record.dueAt }
    // A reminder of tomorrow holds up nothing; a message whose turn has come does, until it has arrived.
    if (record.tries > 0 || record.dueAt <= now) for (const name of lanes) taken.add(name)
  }
}
