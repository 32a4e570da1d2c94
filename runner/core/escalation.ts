/** Who is told of what, as a system declares it once: its checks take severity and owner from it, and messages are held to it. */

import type { Severity } from './contracts.ts'
import type { Check, System } from './definitions.ts'
import type { Cause } from './incidents.ts'
import type { Notifier } from './notifications.ts'
import { inSystem, isMeant } from './selection.ts'

/** How bad trouble is, and whose. */
export interface Route {
  readonly severity: Severity
  readonly owner: string
  /** The owner has the first message so soon after the incident opened, ms. */
  readonly within?: number
}

/** The first rule of a system that fits holds. */
export interface EscalationRule extends Route {
  /** Selections within the system. Empty: all. */
  readonly checks: readonly string[]
  /** Empty: all. */
  readonly causes: readonly Cause[]
}

/** The rules that mean a check, in their order. */
export const rulesFor = (
  system: Pick<System, 'id' | 'escalation'>,
  { id, tags, covers }: Pick<Check, 'id' | 'tags' | 'covers'>,
): readonly EscalationRule[] =>
  system.escalation.filter(({ checks }) =>
    isMeant(
      { system: system.id, check: id, tags, covers, smoke: true },
      checks.map(term => inSystem(term, system.id, covers)),
    ),
  )

/** Of the rules that mean a check, the one for trouble of a cause. */
export const ruleAt = (rules: readonly EscalationRule[], cause: Cause): EscalationRule | undefined =>
  rules.find(({ causes }) => causes.length === 0 || causes.includes(cause))

/** Nobody is called out of bed because something is slow, unless a rule says so of slowness itself. */
export const severityAt = (severity: Severity, cause: Cause): Severity =>
  cause === 'slow' && severity === 'p0' ? 'p1' : severity

/** What is declared of trouble of a check, whatever the check itself says. */
export function routeAt(rules: readonly EscalationRule[], cause: Cause): Route | undefined {
  const rule = ruleAt(rules, cause)
  if (rule === undefined || rule.causes.length > 0) return rule
  return { ...rule, severity: severityAt(rule.severity, cause) }
}

/** What a check says of itself, and something else is declared. */
export interface Contradiction {
  readonly option: 'severity' | 'owner'
  readonly declared: string
  readonly found: string
}

/** A check with the severity and the owner that are declared for it, where it has none of its own. */
export function escalated<C extends Check>(
  check: C,
  rules: readonly EscalationRule[],
): { readonly check: C; readonly contradictions: readonly Contradiction[] } {
  const rule = rules.find(({ causes }) => causes.length === 0)
  if (rule === undefined) return { check, contradictions: [] }
  const severity = check.unrated ? rule.severity : check.severity
  const owner = check.owner ?? rule.owner
  return {
    check: { ...check, severity, owner },
    contradictions: [
      ...(severity === rule.severity
        ? []
        : [{ option: 'severity', declared: rule.severity, found: severity } as const]),
      ...(owner === rule.owner ? [] : [{ option: 'owner', declared: rule.owner, found: owner } as const]),
    ],
  }
}

export const describeContradiction = ({ option, declared, found }: Contradiction): string =>
  `expected the ${option} that \`escalation\` declares for it, '${declared}', found '${found}', which would be sent; leave it out, or change the rule`

/** Whether a notifier is the place of a team: it hears of that team's trouble, and of no other team's. */
export const isPlaceOf = (
  { audience: { owners = [] } }: Pick<Notifier, 'audience'>,
  owner: string,
  { escalation }: Pick<System, 'escalation'>,
): boolean => owners.includes(owner) && escalation.every(rule => rule.owner === owner || !owners.includes(rule.owner))
