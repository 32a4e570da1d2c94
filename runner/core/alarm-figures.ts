/** How well the alarms themselves did: figures over incidents and messages, in seconds, as promises name them. */

import { type Incident, timesOf } from './incidents.ts'
import type { Notification } from './notifications.ts'

export interface AlarmFacts {
  /** Of one system, those that opened in the time that is looked at. */
  readonly incidents: readonly Incident[]
  readonly notifications: readonly Notification[]
  /** The public status page shows the system. */
  readonly isPublic: boolean
  /** How much later than expected the newest run is, ms; absent before the first. */
  readonly lag?: number
  readonly now: number
}

/** Outages, as people meet them: what is slow, spends a budget or is about ourselves is none. */
const outages = ({ incidents }: AlarmFacts) =>
  incidents.filter(({ cause, drill }) => !drill && ['unreachable', 'wrong', 'silent'].includes(cause))

const told = (incident: Incident, { notifications }: AlarmFacts): number | undefined =>
  notifications
    .filter(
      ({ state, incidents, occasion }) =>
        state === 'delivered' && occasion !== 'drill' && incidents.includes(incident.id),
    )
    .map(({ endedAt }) => endedAt ?? Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a - b)[0]

const answeredAt = ({ acknowledgedAt, resolvedAt, timeline }: Incident): number | undefined =>
  [acknowledgedAt, resolvedAt, timeline.find(({ kind }) => kind === 'escalated')?.at]
    .filter(at => at !== undefined)
    .toSorted((a, b) => a - b)[0]

const average = (list: readonly number[]) =>
  list.length === 0 ? undefined : list.reduce((sum, ms) => sum + ms, 0) / list.length / 1_000
const worst = (list: readonly number[]) => (list.length === 0 ? undefined : Math.max(...list) / 1_000)

/**
 * By metric. What has not happened yet counts as if it happened now, so that an incident without an end, an answer or a message is seen. Times
 * begin when the trouble can have begun at the earliest.
 */
export const alarmFigures: Readonly<Record<string, (facts: AlarmFacts) => number | undefined>> = {
  /** Mean time to detect. */
  mttd_s: facts => average(outages(facts).map(incident => timesOf(incident).detect)),
  /** Mean time to recover. */
  mttr_s: facts => average(outages(facts).map(({ startedAt, resolvedAt = facts.now }) => resolvedAt - startedAt)),
  /** Longest time without an answer or, for want of one, a call to somebody else. */
  ack_s: facts => worst(outages(facts).map(incident => (answeredAt(incident) ?? facts.now) - incident.openedAt)),
  /** Longest time until somebody had a message. */
  alert_delay_s: facts =>
    worst(outages(facts).map(incident => (told(incident, facts) ?? facts.now) - incident.startedAt)),
  /** Longest time until the public page told of something critical. */
  status_notice_delay_s: facts =>
    worst(
      outages(facts)
        .filter(({ severity }) => severity === 'p0')
        .map(({ startedAt, openedAt }) => (facts.isPublic ? openedAt : facts.now) - startedAt),
    ),
  /** How old the newest run is that pages can show, beyond its interval. */
  dashboard_lag_s: ({ lag }) => (lag === undefined ? undefined : lag / 1_000),
}
