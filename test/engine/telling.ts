/** Everything that tells people, on a driven clock: the store in memory, notifiers that do what a test says. */

import { onTestFinished } from 'vitest'
import type { Happening, Signal } from '../../runner/core/incidents.ts'
import type { Delivery, Message, Notification, Notifier } from '../../runner/core/notifications.ts'
import type { Store } from '../../runner/core/ports.ts'
import {
  createNotifications,
  type NotificationsOptions,
  type TellingSettings,
} from '../../runner/engine/notifications.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { noon } from '../support/incidents.ts'
import { quietLog } from '../support/quiet-log.ts'

export interface FakeNotifier extends Notifier {
  /** What it was asked to send, in order. */
  readonly asked: Message[]
  /** What it answers from now on; a function may wait. */
  answer: Delivery | 'hang' | ((message: Message) => Delivery | Promise<Delivery>)
}

export function fakeNotifier(id: string, change: Partial<Notifier> = {}): FakeNotifier {
  const notifier: FakeNotifier = {
    id,
    kind: 'fake',
    summary: `Fake ${id}`,
    audience: {},
    secrets: [],
    problems: [],
    asked: [],
    answer: { outcome: 'delivered' },
    async send(message) {
      notifier.asked.push(message)
      const { answer } = notifier
      if (answer === 'hang') return new Promise(() => {})
      return typeof answer === 'function' ? answer(message) : answer
    },
    ...change,
  }
  return notifier
}

export interface Telling {
  readonly clock: FakeClock
  readonly store: Store
  readonly log: ReturnType<typeof quietLog>
  readonly signals: Signal[]
  readonly events: Notification[]
  readonly notifications: ReturnType<typeof createNotifications>
  /** As the engine does: plans, stores with the incidents, and says so. */
  happen(...happenings: readonly Happening[]): Promise<void>
  records(): Promise<readonly Notification[]>
}

export async function telling(
  notifiers: readonly Notifier[],
  {
    store = createMemoryStore(),
    clock = fakeClock(noon),
    settings = {},
    ...change
  }: Partial<Omit<NotificationsOptions, 'settings' | 'store' | 'clock'>> & {
    readonly store?: Store
    readonly clock?: FakeClock
    readonly settings?: Partial<TellingSettings>
  } = {},
): Promise<Telling> {
  const log = quietLog()
  const signals: Signal[] = []
  const events: Notification[] = []
  const notifications = createNotifications({
    store,
    clock,
    log,
    random: () => 1,
    settings: () => ({ notifiers, group: 10_000, scrub: text => text, reveal: String, ...settings }),
    request: () => Promise.reject(new Error('fakes ask nobody')),
    onEvent: event => event.kind === 'notification' && events.push(event.notification),
    onSignal: signal => void signals.push(signal),
    ...change,
  })
  await notifications.start()
  onTestFinished(async () => {
    const stopped = notifications.stop()
    await clock.advance(60_000)
    await stopped
  })
  return {
    clock,
    store,
    log,
    signals,
    events,
    notifications,
    async happen(...happenings) {
      const keeps = notifications.plan(happenings)
      const incidents = happenings.map(({ incident }) => ({
        kind: 'incident' as const,
        id: incident.id,
        at: incident.openedAt,
        open: incident.resolvedAt === undefined,
        value: incident,
      }))
      await store.append({ results: [], health: [], keep: [...incidents, ...keeps] }).catch(() => {})
      notifications.stored(keeps)
      await clock.advance(0)
    },
    records: () => store.kept('notification'),
  }
}
