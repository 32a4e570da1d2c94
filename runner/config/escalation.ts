/** What is wrong with an escalation, by itself and beside the notifiers that are to carry it. */

import { z } from 'zod'
import { hears } from '../core/audience.ts'
import type { Problem } from '../core/contracts.ts'
import type { Check, System } from '../core/definitions.ts'
import { type EscalationRule, isPlaceOf } from '../core/escalation.ts'
import type { Notifier } from '../core/notifications.ts'
import { limitsOf } from '../core/requirements.ts'
import { inSystem, selectable, unfitting } from '../core/selection.ts'
import { duration } from './options.ts'

export const escalationRule = z.strictObject({
  checks: z.array(z.string()).optional().describe('Checks of the system (ids, `@tag`, requirements). Default: all.'),
  causes: z
    .array(z.enum(['unreachable', 'wrong', 'slow', 'silent']))
    .optional()
    .describe('Kinds of trouble. Default: all.'),
  severity: z.enum(['p0', 'p1', 'p2']).describe('How bad it is.'),
  owner: z.string().min(1).describe('The team that is told.'),
  within: duration
    .optional()
    .describe("The team has the first message so soon after an incident opened: '1m'. Default: in the ordinary way."),
})

export const ruleOf = ({
  checks = [],
  causes = [],
  severity,
  owner,
  within,
}: z.output<typeof escalationRule>): EscalationRule =>
  Object.freeze({
    checks: Object.freeze([...checks]),
    causes: Object.freeze([...causes]),
    severity,
    owner,
    ...(within === undefined ? {} : { within }),
  })

const metric = 'misrouted_incidents'

const promisers = ({ requirements, objectives }: Pick<System, 'requirements' | 'objectives'>) =>
  objectives.filter(({ from }) => limitsOf(requirements, from).some(limit => limit.metric === metric))

/** By itself. */
export function escalationProblems(
  system: Pick<System, 'escalation' | 'requirements' | 'objectives'>,
): readonly Problem[] {
  const { escalation } = system
  const takesAll = escalation.findIndex(({ checks, causes }) => checks.length === 0 && causes.length === 0)
  return [
    ...(takesAll < 0 ? [] : escalation.slice(takesAll + 1)).map(
      (_, index): Problem => ({
        level: 'warning',
        path: ['escalation', String(takesAll + 1 + index)],
        message: `expected the rule for all the rest last, found it before this one, which never holds; move it up, or narrow rule ${takesAll}`,
      }),
    ),
    ...(escalation.length > 0 ? [] : promisers(system)).map(
      ({ id, from }): Problem => ({
        level: 'error',
        path: [`objective ${id}`, 'from'],
        message: `expected \`escalation\` in the system, which ${from} (${metric}) is measured by, found none`,
      }),
    ),
  ]
}

/** Terms of a rule as the grammar of selections has them. */
export const termsIn = ({ id, requirements }: System, terms: readonly string[]): readonly string[] =>
  terms.map(term =>
    inSystem(
      term,
      id,
      requirements.map(requirement => requirement.id),
    ),
  )

/** Terms of rules that mean no check, once all of them are listed. */
export const idleTerms = (system: System, checks: readonly Check[]): readonly Problem[] =>
  system.escalation.flatMap(({ checks: terms }, index) =>
    unfitting(
      checks.map(check => selectable(system, check)),
      termsIn(system, terms),
    ).map(
      ({ message }): Problem => ({
        level: 'warning',
        path: [`system ${system.id}`, 'escalation', String(index), 'checks'],
        message,
      }),
    ),
  )

/** Teams that nobody tells, and those whose trouble goes to places that are not theirs. Without notifiers somebody else tells people. */
export function unheardTeams(system: System, notifiers: readonly Notifier[]): readonly Problem[] {
  if (notifiers.length === 0) return []
  const isPromised = promisers(system).length > 0
  return system.escalation.flatMap((rule, index): readonly Problem[] => {
    const { severity, owner } = rule
    const hearing = notifiers.filter(({ audience }) => hears(audience, { severity, owner, system: system.id }))
    const told = (found: string): readonly Problem[] => [
      {
        level: 'warning',
        path: [`system ${system.id}`, 'escalation', String(index)],
        message: `expected a notifier for ${severity} of '${owner}', found ${found}; add one with for: { owners: ['${owner}'] }`,
      },
    ]
    if (hearing.length === 0) return told('none that hears of it')
    if (!isPromised || hearing.some(notifier => isPlaceOf(notifier, owner, system))) return []
    const names = hearing.map(({ id }) => `'${id}'`).join(', ')
    return told(`only ${names} for other teams as well, which is counted as ${metric}`)
  })
}
