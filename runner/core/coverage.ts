/** Which promise is held by what, and what would hold those that nothing does. */

import type { Problem } from './contracts.ts'
import type { System } from './definitions.ts'
import { describeLimit, limitsOf, type Requirement, type Verification } from './requirements.ts'

/** A check, a load run or an objective that holds a system to a promise. */
export interface Holder {
  readonly kind: 'check' | 'load' | 'objective'
  /** Of the check; `load/profile`; of the objective. */
  readonly id: string
}

/** One promise and what covers it. */
export interface Coverage {
  readonly requirement: Requirement
  /** The limits in words, with those of the entries that it refers to. */
  readonly limits: readonly string[]
  readonly by: readonly Holder[]
}

/** What would cover a promise, by its kind. */
export const wayToCover: Readonly<Record<Verification, string>> = {
  journey: 'a test tagged with its id',
  probe: 'a check that covers it',
  security: 'a test tagged with its id, or a check',
  audit: 'a check or a tagged test',
  load: 'a load run whose profile takes its limits from it',
  slo: 'an objective from it',
  heartbeat: 'a heartbeat that covers it',
  alert: 'the alarms themselves',
  gate: 'a smoke run judged as a whole',
}

const heldByChecks: readonly Verification[] = ['journey', 'probe', 'security', 'audit']

/** True for promises of the kinds that a check can hold a system to. */
export const wantsCheck = ({ verify }: Requirement): boolean => heldByChecks.includes(verify)

/** True when nothing covers a promise that a check could. */
export const isGap = ({ requirement, by }: Coverage): boolean => by.length === 0 && wantsCheck(requirement)

/** All promises of a system, in their order, each with what covers it. `checks`: probes and journeys. */
export function coverageOf(
  { requirements, load, objectives }: Pick<System, 'requirements' | 'load' | 'objectives'>,
  checks: readonly { readonly id: string; readonly covers: readonly string[] }[],
): readonly Coverage[] {
  const loads = load.flatMap(({ id, profiles }) =>
    // A profile with stages of its own is a lighter load than the promised one.
    Object.entries(profiles).map(([profile, { from, stages }]) => ({
      id: `${id}/${profile}`,
      from: stages === undefined ? from : undefined,
    })),
  )
  return requirements.map(requirement => ({
    requirement,
    limits: limitsOf(requirements, requirement.id).map(describeLimit),
    by: [
      ...checks
        .filter(({ covers }) => covers.includes(requirement.id))
        .map(({ id }) => ({ kind: 'check' as const, id })),
      ...loads.filter(({ from }) => from === requirement.id).map(({ id }) => ({ kind: 'load' as const, id })),
      ...objectives.filter(({ from }) => from === requirement.id).map(({ id }) => ({ kind: 'objective' as const, id })),
    ],
  }))
}

/** A warning for each promise that a check could hold and none does. */
export const gapProblems = (system: string, coverage: readonly Coverage[]): readonly Problem[] =>
  coverage.filter(isGap).map(({ requirement: { id, verify } }) => ({
    level: 'warning',
    path: [`system ${system}`, `requirement ${id}`],
    message: `expected a check that covers this promise (${verify}), found none; tag a test '@${id}', or name it in \`covers\` of a check`,
  }))

/** `59 promises, 40 covered; 16 of other kinds are not (10 gate, 6 alert)`. */
export function summarizeCoverage(coverage: readonly Coverage[]): string {
  const open = coverage.filter(({ by }) => by.length === 0)
  const others = open.filter(item => !isGap(item)).map(({ requirement }) => requirement.verify)
  const gaps = open.length - others.length
  const kinds = [...Map.groupBy(others, verify => verify)].map(([verify, same]) => `${same.length} ${verify}`)
  return [
    `${coverage.length} ${coverage.length === 1 ? 'promise' : 'promises'}, ${coverage.length - open.length} covered`,
    ...(gaps > 0 ? [`${gaps} without a check`] : []),
    ...(others.length > 0 ? [`${others.length} of other kinds not covered (${kinds.join(', ')})`] : []),
  ].join('; ')
}
