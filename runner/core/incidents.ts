/** Incidents: the time between opened and resolved, as they are kept. */

import type { Reason, Severity } from './contracts.ts'

/**
 * What incidents of a system are merged by. `unreachable`: nothing answers; `wrong`: an answer that is not right; `slow`: over a threshold;
 * `silent`: a heartbeat that is late, missing or reports failure; `budget`: an error budget that burns; `blind`: our own trouble;
 * `channel`: a notifier that does not deliver.
 */
export const causes = ['unreachable', 'wrong', 'slow', 'silent', 'budget', 'blind', 'channel'] as const
export type Cause = (typeof causes)[number]

/** Of an incident that is about Vedette itself, in place of a system. */
export const ourselves = 'vedette'

/** One check in an incident. */
export interface Affected {
  readonly check: string
  readonly title: string
  /** When it joined. */
  readonly since: number
  /** When it was up again; it stays in the list. */
  readonly until?: number
  readonly reason?: Reason
  readonly detail?: string
  /** Run ids: the first failure, and the last run before it that passed. */
  readonly firstFailure?: string
  readonly lastPass?: string
}

/** A line of the timeline of an incident. */
export interface IncidentLine {
  readonly at: number
  readonly kind:
    | 'opened'
    | 'joined'
    | 'recovered'
    | 'acknowledged'
    | 'noted'
    | 'flapping'
    | 'escalated'
    | 'reminded'
    | 'resolved'
  /** A person or the id of a check. */
  readonly by?: string
  readonly text?: string
}

export interface Incident {
  /** Stable, safe in a URL segment and as a key at receivers: `cod-admin~unreachable~1764000000000`. */
  readonly id: string
  readonly system: string
  readonly environment: string
  readonly cause: Cause
  readonly severity: Severity
  readonly owner?: string
  /** In words, without figures that change: `COD Admin: health does not answer`. */
  readonly title: string
  readonly runbook?: string
  /** Earliest moment at which the trouble can have begun: the end of the last run that passed; without one the first failure. */
  readonly startedAt: number
  readonly openedAt: number
  readonly acknowledgedAt?: number
  readonly acknowledgedBy?: string
  readonly resolvedAt?: number
  readonly affected: readonly Affected[]
  readonly timeline: readonly IncidentLine[]
  /** Changes of health are damped: it stays open until they have ended for a while. */
  readonly flapping?: boolean
  /** Made by `vedette drill`: marked everywhere, and in no statistic. */
  readonly drill?: boolean
}

/** Milliseconds of one incident; undefined for what has not happened yet. */
export const timesOf = (incident: Incident) => ({
  detect: incident.openedAt - incident.startedAt,
  ...(incident.acknowledgedAt === undefined ? {} : { acknowledge: incident.acknowledgedAt - incident.openedAt }),
  ...(incident.resolvedAt === undefined ? {} : { recover: incident.resolvedAt - incident.startedAt }),
})

/** Trouble that no single check has: a budget that burns, our own blindness, a channel that does not deliver. */
export interface Signal {
  /** Names the trouble; the same while it lasts: `objective/availability`, `channel/oncall`. */
  readonly id: string
  /** `ourselves` for what is about Vedette. */
  readonly system: string
  readonly cause: 'budget' | 'blind' | 'channel'
  readonly severity: Severity
  readonly owner?: string
  readonly title: string
  readonly detail: string
  /** False: it is over. */
  readonly firing: boolean
  readonly at: number
}

/** A change of an incident: what the store keeps, the pages show and people are told of. */
export interface Happening {
  /** As it is afterwards. */
  readonly incident: Incident
  readonly line: IncidentLine
}
