/** What keeps the beginning of an incident silent. Nothing ever keeps its end. */

import type { AlarmRules } from './alarm-rules.ts'
import type { AlarmState, Trouble } from './alarm-state.ts'
import type { CheckKey } from './ports.ts'

/** The name of what explains a trouble; undefined: nothing does. */
export type Explain = (trouble: Trouble) => string | undefined

/** Why a trouble opens no incident now, in words; undefined when nothing keeps it silent. */
export function whySilent(
  state: AlarmState,
  trouble: Trouble,
  at: number,
  rules: AlarmRules,
  explain: Explain = explanations(state, at, rules),
): string | undefined {
  if (trouble.isSignal) return undefined
  const key = trouble.key as CheckKey
  const rule = rules.rule(key)
  if (rule === undefined) return 'it is not watched'
  if (rule.quarantine !== undefined && at < rule.quarantine.until) return `quarantine: ${rule.quarantine.reason}`
  if (rules.inMaintenance(key, at)) return 'maintenance'
  const deployed = rules.deployedAt(rule.system)
  if (rule.startGrace !== undefined && deployed !== undefined && at >= deployed && at < deployed + rule.startGrace)
    return 'it has just been deployed'
  const cause = explain(trouble)
  if (cause !== undefined) return `${cause} is in trouble, which explains it`
  return trouble.explainedAt === undefined ? undefined : 'what explained it is over; its next run tells'
}

/**
 * Explains troubles by the dependencies that are in trouble. Where some wait for each other in a circle, the one that was noticed first
 * speaks for them: it is explained by nothing within the circle, so that somebody is told.
 */
export function explanations({ troubles }: AlarmState, at: number, rules: AlarmRules): Explain {
  const ruleOf = ({ key }: Trouble) => rules.rule(key as CheckKey)
  // What is slow explains no failure, and what is known to be flaky explains nothing.
  const able = [...troubles.values()].filter(
    trouble => !trouble.isSignal && trouble.cause !== 'slow' && at >= (ruleOf(trouble)?.quarantine?.until ?? 0),
  )
  const byName = new Map<string, Trouble[]>()
  for (const trouble of able)
    for (const name of [trouble.key, trouble.system]) byName.set(name, [...(byName.get(name) ?? []), trouble])
  const namesOf = (trouble: Trouble) => ruleOf(trouble)?.dependsOn ?? []
  const meant = (trouble: Trouble, name: string) => (byName.get(name) ?? []).filter(({ key }) => key !== trouble.key)

  const known = new Map<string, ReadonlySet<string>>()
  /** Keys of all that lie behind a trouble. */
  const behind = (trouble: Trouble): ReadonlySet<string> => {
    const before = known.get(trouble.key)
    if (before !== undefined) return before
    const found = new Set<string>()
    const open = [trouble]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const other of namesOf(next).flatMap(name => meant(next!, name))) {
        if (found.has(other.key)) continue
        found.add(other.key)
        open.push(other)
      }
    }
    known.set(trouble.key, found)
    return found
  }
  const inCircle = (trouble: Trouble, other: Trouble) =>
    namesOf(other).length > 0 && behind(other).has(trouble.key) && behind(trouble).has(other.key)
  const speaks = (trouble: Trouble) =>
    able.every(other => other.key === trouble.key || !inCircle(trouble, other) || isBefore(trouble, other))

  return trouble =>
    namesOf(trouble).find(name => meant(trouble, name).some(other => !inCircle(trouble, other) || !speaks(trouble)))
}

/** Who speaks already goes on; else who was noticed first. */
function isBefore(one: Trouble, other: Trouble): boolean {
  const told = ({ incident }: Trouble) => (incident === undefined ? 1 : 0)
  return told(one) - told(other) || one.at - other.at
    ? (told(one) - told(other) || one.at - other.at) < 0
    : one.key < other.key
}

/** What is silent because something explains it remembers how long that was so. */
export function stampExplained(state: AlarmState, at: number, rules: AlarmRules): AlarmState {
  const silent = [...state.troubles.values()].filter(({ incident, isSignal }) => incident === undefined && !isSignal)
  if (silent.length === 0) return state
  const explain = explanations(state, at, rules)
  const explained = silent.filter(trouble => explain(trouble) !== undefined)
  if (explained.length === 0) return state
  const troubles = new Map(state.troubles)
  for (const trouble of explained) troubles.set(trouble.key, { ...trouble, explainedAt: at })
  return { ...state, troubles }
}
