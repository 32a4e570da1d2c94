/** Tells people: from what happened over what is planned and kept to what was delivered. */

import { channelSignal } from '../core/audience.ts'
import type { Artifact, Clock } from '../core/contracts.ts'
import type { Deploy } from '../core/deploys.ts'
import type { Happening, Incident, IncidentLine, Signal } from '../core/incidents.ts'
import type { Notification, Notifier, SendContext } from '../core/notifications.ts'
import {
  heldUntil,
  mayHaveTold,
  type Planning,
  planDrill,
  planNotifications,
  planReminders,
  reviewNotifications,
} from '../core/plan-notifications.ts'
import type { Keep, NotifierState, Store, WatchEvent } from '../core/ports.ts'
import { createChannelHealth } from './channel-health.ts'
import { type ComposeOptions, composeMessage } from './compose-message.ts'
import type { Log } from './log.ts'
import { createNotificationRecords } from './notification-records.ts'
import { createOutbox, type SendRequest } from './outbox.ts'
import { drillTargets, runDrill } from './run-drill.ts'
import { tellDeploy } from './tell-deploy.ts'

/** What the configuration of the current generation says about telling. */
export interface TellingSettings {
  readonly notifiers: readonly Notifier[]
  readonly group: number
  readonly publicUrl?: string
  readonly scrub: (text: string) => string
  readonly reveal: SendContext['reveal']
}

export interface NotificationsOptions {
  readonly store: Pick<Store, 'append' | 'kept' | 'keptOne' | 'result'>
  readonly clock: Clock
  readonly log: Log
  /** From 0 to 1. */
  readonly random: () => number
  /** Asked each time: a new generation may say something else. */
  settings(): TellingSettings
  /** `runner/system/notifier-request.ts`. */
  readonly request: SendRequest
  readArtifact?: ComposeOptions['artifact']
  /** Messages that changed, after they are stored. */
  onEvent(event: WatchEvent): void
  /** A channel does not deliver, or delivers again. */
  onSignal(signal: Signal): void
  /** For the timeline of an incident: somebody was called or reminded. */
  onLine?(incident: string, line: IncidentLine): void
}

export interface Notifications {
  /**
   * What follows from what happened, to be written in the transaction of the incidents. Each plan is followed by `stored` with the same
   * records, also when the store refused them: nothing of it leaves before.
   */
  plan(happenings: readonly Happening[]): readonly Keep[]
  stored(keeps: readonly Keep[]): void
  /** The same plan as it has become, for the next try of a store that refused it: by then some may be delivered. */
  newest(keeps: readonly Keep[]): readonly Keep[]
  /** Takes up what an earlier process left, and begins to send. */
  start(): Promise<void>
  /** After a new generation: messages of notifiers that are gone are dropped, refused openings are tried again. */
  review(): Promise<void>
  stop(): Promise<void>
  /** Sends a marked test to those whom it concerns, and resolves with what became of it when all is over, or at `signal`. */
  drill(options: {
    readonly incident: Incident
    readonly notifier?: string
    readonly signal: AbortSignal
  }): Promise<readonly Notification[]>
  /** Tells those notifiers that have a place for it. Never rejects. */
  deploy(deploy: Deploy): Promise<void>
  states(): readonly NotifierState[]
}

const mostLoaded = 10_000
// Enough to find when each notifier has delivered last, where there is a drill a day.
const mostLookedBack = 500

export function createNotifications(options: NotificationsOptions): Notifications {
  const { store, clock, log } = options
  const incidents = new Map<string, Incident>()
  const followers = new Set<() => void>()
  const stopping = new AbortController()
  const write = (keep: readonly Keep[]) => store.append({ results: [], health: [], keep })
  const summaryOf = (id: string) => options.settings().notifiers.find(notifier => notifier.id === id)?.summary ?? 'gone'
  const health = createChannelHealth({ summaryOf, onSignal: options.onSignal })
  const records = createNotificationRecords({
    clock,
    log,
    write,
    incident: id => incidents.get(id),
    onStored: notification => options.onEvent({ kind: 'notification', notification }),
  })
  const planning = (): Planning => {
    const { notifiers, group } = options.settings()
    return { notifiers, group, known: records.known(), incident: id => incidents.get(id), now: clock.now() }
  }
  const aboutOf = (record: Pick<Notification, 'incidents'>) => record.incidents.flatMap(id => incidents.get(id) ?? [])
  const compose = (record: Pick<Notification, 'id' | 'occasion' | 'incidents'>) => {
    const { publicUrl, scrub } = options.settings()
    return composeMessage(
      record,
      {
        ...(publicUrl === undefined ? {} : { publicUrl }),
        scrub,
        incident: async id => incidents.get(id),
        result: run => withinMoment(store.result(run)),
        artifact: options.readArtifact ?? (async (_: Artifact) => undefined),
      },
      clock.now(),
    )
  }
  /** What the store does not say at once is left out. */
  const withinMoment = async <T>(asked: Promise<T>): Promise<T | undefined> => {
    using deadline = clock.deadline(2_000)
    const { promise, resolve } = Promise.withResolvers<undefined>()
    deadline.signal.addEventListener('abort', () => resolve(undefined), { once: true })
    return await Promise.race([asked, promise])
  }
  const reveal: SendContext['reveal'] = text => options.settings().reveal(text)
  const outbox = createOutbox({
    clock,
    log,
    random: options.random,
    records,
    health,
    notifiers: () => options.settings().notifiers,
    reveal,
    request: options.request,
    scrub: text => options.settings().scrub(text),
    compose,
    async repeat({ id }) {
      const open = openTold(id)
      if (open.length === 0) return undefined
      const message = await compose({ id: `repeat~${id}~${clock.now()}`, occasion: 'changed', incidents: open })
      return 'why' in message ? undefined : message
    },
    held(record, at) {
      const notifier = options.settings().notifiers.find(({ id }) => id === record.notifier)
      return notifier === undefined || record.occasion === 'drill' ? at : heldUntil(notifier, aboutOf(record), at).dueAt
    },
    onSettled(record) {
      if (record.state === 'delivered') {
        addLines(record)
        void records.change(...planReminders(planning(), record))
      }
      for (const look of followers) look()
    },
  })
  const openTold = (notifier: string) => [
    ...new Set(
      [...records.all.values()]
        .filter(record => record.notifier === notifier && record.occasion !== 'drill' && mayHaveTold(record))
        .flatMap(record => record.incidents)
        .filter(id => incidents.get(id)?.resolvedAt === undefined),
    ),
  ]
  const addLines = ({ occasion, incidents: ids, notifier }: Notification) => {
    const kind = occasion === 'escalated' ? 'escalated' : occasion === 'reminder' ? 'reminded' : undefined
    if (kind !== undefined) for (const id of ids) options.onLine?.(id, { at: clock.now(), kind, by: notifier })
  }
  /** An incident that nothing can follow from any more is forgotten. */
  const forget = () => {
    records.prune()
    const needed = new Set([...records.all.values()].flatMap(record => record.incidents))
    for (const { id, resolvedAt } of incidents.values())
      if (resolvedAt !== undefined && !needed.has(id)) incidents.delete(id)
  }
  const review = async () => {
    const now = clock.now()
    await records.change(...reviewNotifications(planning()))
    const known = new Set(options.settings().notifiers.map(({ id }) => channelSignal(id)))
    for (const { cause, affected, resolvedAt } of incidents.values()) {
      if (cause !== 'channel' || resolvedAt !== undefined) continue
      for (const { check, until } of affected)
        if (until === undefined && !known.has(check)) health.forget(check.replace(/^channel\//, ''), now)
    }
    outbox.wake()
  }

  return {
    plan(happenings) {
      for (const { incident } of happenings) if (!incident.drill) incidents.set(incident.id, incident)
      const { notifiers, group, ...rest } = planning()
      const planned = planNotifications({ notifiers, group, ...rest, happenings })
      for (const { incident, line } of happenings) {
        const isTold = [...records.all.values(), ...planned].some(record => record.incidents.includes(incident.id))
        if (line.kind === 'opened' && !isTold && !incident.drill)
          log.warn({ incident: incident.id, severity: incident.severity }, 'nobody is told: no notifier is for it')
      }
      return records.planned(planned)
    },
    stored(keeps) {
      records.stored(keeps.filter(({ kind }) => kind === 'notification').map(({ id }) => id))
      forget()
      outbox.wake()
    },
    newest: records.newest,
    async start() {
      const [open, waiting, recent] = await Promise.all([
        store.kept('incident', { open: true, limit: mostLoaded }),
        store.kept('notification', { open: true, limit: mostLoaded }),
        store.kept('notification', { limit: mostLookedBack }),
      ])
      for (const { notifier, state, endedAt } of recent)
        if (state === 'delivered' && endedAt !== undefined) health.delivered(notifier, endedAt)
      for (const incident of open) incidents.set(incident.id, incident)
      const strangers = new Set(waiting.flatMap(record => record.incidents).filter(id => !incidents.has(id)))
      for (const id of strangers) {
        const incident = await store.keptOne('incident', id)
        if (incident !== undefined) incidents.set(id, incident)
      }
      // A drill that was cut short is over, whatever still waits of it.
      for (const drill of [...incidents.values()].filter(({ drill }) => drill))
        incidents.set(drill.id, { ...drill, resolvedAt: drill.resolvedAt ?? clock.now() })
      records.load(waiting.toSorted((a, b) => a.createdAt - b.createdAt))
      await review()
      forget()
    },
    review,
    async stop() {
      stopping.abort(new Error('Vedette stops'))
      await outbox.stop()
      await records.close()
    },
    async drill({ incident, notifier, signal }) {
      const targets = drillTargets(incident, options.settings().notifiers, notifier)
      const keep = (value: Incident) => {
        incidents.set(value.id, value)
        // Never open: nobody is to take it up as trouble.
        return write([{ kind: 'incident', id: value.id, at: value.openedAt, open: false, value }]).catch(
          (error: unknown) => log.error({ err: error }, 'the drill is not kept'),
        )
      }
      const ended = await runDrill({
        incident,
        planned: planDrill({ ...planning(), notifiers: targets }, incident),
        records,
        signal: AbortSignal.any([signal, stopping.signal]),
        clock,
        keep,
        wake: outbox.wake,
        followers,
      })
      forget()
      return ended
    },
    deploy: deploy =>
      tellDeploy(deploy, options.settings().notifiers, {
        clock,
        log,
        reveal,
        request: options.request,
        signal: stopping.signal,
      }),
    states: () =>
      options.settings().notifiers.map(({ id, kind, summary }) => ({
        id,
        kind,
        summary,
        waiting: [...records.all.values()].filter(
          record =>
            record.notifier === id && record.state === 'waiting' && (record.tries > 0 || record.dueAt <= clock.now()),
        ).length,
        ...health.state(id),
      })),
  }
}
