/** How well the alarms themselves did: figures over incidents and messages, in seconds or counted, as promises name them. */

import type { Route } from './escalation.ts'
import { type Cause, type Incident, timesOf } from './incidents.ts'
import type { Notification } from './notifications.ts'

export interface AlarmFacts {
  /** Of one system, those that opened in the time that is looked at. */
  readonly incidents: readonly Incident[]
  readonly notifications: readonly Notification[]
  /** The public status page shows the system. */
  readonly isPublic: boolean
  /** How much later than expected the newest run is, ms; absent before the first. */
  readonly lag?: number
  /** Who is to be told of trouble of a check, where the system declares it. */
  route(check: string, cause: Cause): Route | undefined
  /** Whether a notifier is the place of a team, and of no other. */
  isPlaceOf(notifier: string, owner: string): boolean
  readonly now: number
}

/** Outages, as people meet them: what is slow, spends a budget or is about ourselves is none. */
const outages = ({ incidents }: AlarmFacts) =>
  incidents.filter(({ cause, drill }) => !drill && ['unreachable', 'wrong', 'silent'].includes(cause))

const about = ({ id }: Incident, { notifications }: AlarmFacts) =>
  notifications.filter(({ incidents, occasion }) => occasion !== 'drill' && incidents.includes(id))

const firstDelivered = (notifications: readonly Notification[]): number | undefined =>
  notifications
    .filter(({ state }) => state === 'delivered')
    .map(({ endedAt }) => endedAt ?? Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a - b)[0]

const told = (incident: Incident, facts: AlarmFacts) => firstDelivered(about(incident, facts))

const answeredAt = ({ acknowledgedAt, resolvedAt, timeline }: Incident): number | undefined =>
  [acknowledgedAt, resolvedAt, timeline.find(({ kind }) => kind === 'escalated')?.at]
    .filter(at => at !== undefined)
    .toSorted((a, b) => a - b)[0]

/**
 * Whether an incident went elsewhere than declared, was told as something else, or too late. Undefined where nobody knows yet, or needs to. It is
 * judged by what is declared now, so that a team may get another name.
 */
function isMisrouted(incident: Incident, route: Route, facts: AlarmFacts): boolean | undefined {
  const { openedAt, resolvedAt, severity } = incident
  const { within = Number.POSITIVE_INFINITY } = route
  const own = about(incident, facts).filter(({ notifier }) => facts.isPlaceOf(notifier, route.owner))
  const at = firstDelivered(own)
  if (at !== undefined) return severity !== route.severity || at - openedAt > within
  const isInTime = (resolvedAt ?? facts.now) - openedAt <= within
  // Quiet hours and groups hold a message back, and what ends before is told to nobody.
  const isHeld = own.some(({ state }) => state === 'waiting' || (state === 'dropped' && resolvedAt !== undefined))
  return isInTime && isHeld ? undefined : true
}

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
  /** Incidents that went elsewhere than the system declares: to another place, at another severity, or too late. */
  misrouted_incidents: facts => {
    const judged = facts.incidents
      .filter(({ drill }) => !drill)
      .map(incident =>
        incident.affected
          .flatMap(({ check }) => facts.route(check, incident.cause) ?? [])
          .map(route => isMisrouted(incident, route, facts)),
      )
      .filter(told => told.some(wrong => wrong !== undefined))
    return judged.length === 0 ? undefined : judged.filter(told => told.includes(true)).length
  },
  /** How old the newest run is that pages can show, beyond its interval. */
  dashboard_lag_s: ({ lag }) => (lag === undefined ? undefined : lag / 1_000),
}
