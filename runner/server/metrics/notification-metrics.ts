/** Metrics of messages: what became of them, how late, and what waits. Drills are in none of the counters. */

import { Counter, Histogram, Registry } from 'prom-client'
import type { Notification } from '../../core/notifications.ts'
import type { NotifierState } from '../../core/ports.ts'
import type { Family } from './exposition.ts'

const outcomes = ['delivered', 'dead', 'dropped'] as const
const delayBuckets = [1, 2.5, 5, 10, 15, 30, 60, 120, 300, 900, 3_600]

export interface NotificationMetrics {
  readonly registry: Registry
  /** Starts the counters of new notifiers at 0, and removes those that are gone. */
  follow(notifiers: readonly NotifierState[]): void
  record(notification: Notification): void
}

export function createNotificationMetrics(): NotificationMetrics {
  const registry = new Registry()
  const registers = [registry]
  const total = new Counter({
    name: 'vedette_notifications_total',
    help: 'Messages by what became of them: delivered, dead (refused, or not taken in time), dropped (not needed any more)',
    labelNames: ['notifier', 'outcome'],
    registers,
  })
  const retries = new Counter({
    name: 'vedette_notification_retries_total',
    help: 'Tries of messages after the first',
    labelNames: ['notifier'],
    registers,
  })
  const delay = new Histogram({
    name: 'vedette_notification_delay_seconds',
    help: 'Time from an incident that opened to the delivery of its first message, waiting for others and quiet hours included',
    labelNames: ['notifier'],
    buckets: delayBuckets,
    registers,
  })
  let known = new Set<string>()
  return {
    registry,
    follow(notifiers) {
      const present = new Set(notifiers.map(({ id }) => id))
      for (const notifier of known) {
        if (present.has(notifier)) continue
        for (const outcome of outcomes) total.remove({ notifier, outcome })
        retries.remove({ notifier })
        delay.remove({ notifier })
      }
      for (const notifier of present) {
        if (known.has(notifier)) continue
        for (const outcome of outcomes) total.inc({ notifier, outcome }, 0)
        retries.inc({ notifier }, 0)
        delay.zero({ notifier })
      }
      known = present
    },
    record({ notifier, occasion, state, createdAt, endedAt, tries }) {
      if (occasion === 'drill' || !known.has(notifier)) return
      if (state === 'waiting') return
      total.inc({ notifier, outcome: state })
      retries.inc({ notifier }, Math.max(0, tries - 1))
      if (occasion === 'opened' && state === 'delivered') delay.observe({ notifier }, (endedAt! - createdAt) / 1_000)
    },
  }
}

const gauge = (name: string, help: string, of: Family<NotifierState>['of']): Family<NotifierState> => ({
  name,
  help,
  type: 'gauge',
  of,
})

export const notifierFamilies: readonly Family<NotifierState>[] = [
  gauge(
    'vedette_notifications_waiting',
    'Messages whose time has come, and that have not arrived',
    ({ waiting }) => waiting,
  ),
  gauge('vedette_notifier_failing', '1 while the last try of a notifier did not succeed', ({ trouble }) =>
    Number(trouble !== undefined),
  ),
  gauge(
    'vedette_notifier_last_delivery_timestamp_seconds',
    'When it last delivered, drills included',
    ({ lastDeliveredAt }) => (lastDeliveredAt === undefined ? undefined : lastDeliveredAt / 1_000),
  ),
]
