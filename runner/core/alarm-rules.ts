/** What the configuration says about the trouble of a check: who owns it, what explains it, what keeps it silent. */

import type { HealthPolicy, Reason, Severity } from './contracts.ts'
import type { Quarantine } from './definitions.ts'
import { type EscalationRule, type Route, ruleAt, severityAt } from './escalation.ts'
import type { Cause } from './incidents.ts'
import type { CheckKey } from './ports.ts'

export interface AlarmRule {
  readonly system: string
  readonly check: string
  readonly title: string
  readonly systemTitle: string
  readonly severity: Severity
  readonly owners: Readonly<Record<string, string>>
  readonly owner?: string
  /** Those rules of its system that mean the check. */
  readonly escalation: readonly EscalationRule[]
  readonly runbook?: string
  /** Keys of checks, and ids of systems; of a name that may be either, both. */
  readonly dependsOn: readonly string[]
  readonly quarantine?: Quarantine
  readonly startGrace?: number
  readonly policy: HealthPolicy
  /** Time between two runs at one place, ms; of a calendar the mean. */
  readonly interval: number
  readonly heartbeat: boolean
}

export interface AlarmRules {
  readonly environment: string
  /** Undefined: it is not watched, or not listed yet. */
  rule(key: CheckKey): AlarmRule | undefined
  /** It is certain that it is watched no longer. */
  isGone(key: CheckKey): boolean
  inMaintenance(key: CheckKey, now: number): boolean
  /** When the newest revision of a system went live. */
  deployedAt(system: string): number | undefined
  /** All from which the systems are watched, whether or not they report. */
  readonly locations: readonly string[]
  readonly flapping: { readonly changes: number; readonly within: number }
}

const unreachable: readonly Reason[] = ['timeout', 'connect', 'dns', 'tls', 'protocol']

/** What incidents about a failed check are merged by. */
export function causeOf(reason: Reason | undefined, { heartbeat }: Pick<AlarmRule, 'heartbeat'>): Cause {
  if (heartbeat) return 'silent'
  return reason !== undefined && unreachable.includes(reason) ? 'unreachable' : 'wrong'
}

/**
 * How bad trouble of a check is, and whose. `isDeclared`: by an escalation. A rule for the cause itself goes before what the check says of its
 * failures at large.
 */
export function routeOf(
  rule: AlarmRule,
  cause: Cause,
): Pick<Route, 'severity'> & { readonly owner?: string; readonly isDeclared: boolean } {
  const declared = ruleAt(rule.escalation, cause)
  if (declared !== undefined && declared.causes.length > 0)
    return { severity: declared.severity, owner: declared.owner, isDeclared: true }
  const severity = severityAt(rule.severity, cause)
  if (declared !== undefined) return { severity, owner: rule.owner ?? declared.owner, isDeclared: true }
  const owner = rule.owners[cause] ?? rule.owner ?? rule.owners[severity]
  return { severity, ...(owner === undefined ? {} : { owner }), isDeclared: false }
}

export const severities: readonly Severity[] = ['p0', 'p1', 'p2']

export const worst = (one: Severity, other: Severity): Severity =>
  severities.find(severity => severity === one || severity === other)!

/** What a title says of a check, by cause. */
export const complaint: Readonly<Record<Cause, string>> = {
  unreachable: 'does not answer',
  wrong: 'answers wrongly',
  slow: 'is slow',
  silent: 'sends no good signal',
  budget: 'spends its error budget too fast',
  blind: 'cannot see',
  channel: 'does not deliver',
}
