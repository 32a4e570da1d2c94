import type { Problem } from '../core/contracts.ts'
import type { Check, System } from '../core/definitions.ts'
import { objectiveProblems } from '../core/objective-problems.ts'
import { feederOf } from '../core/sli.ts'
import { below } from './options.ts'

const isWrong = ({ problems = [] }: { readonly problems?: readonly Problem[] }) =>
  problems.some(({ level }) => level === 'error')

export interface ObjectivesSetting {
  readonly locations: readonly string[]
  readonly rawDays: number
  /** Once they are listed. */
  readonly journeys?: readonly Check[]
  /** The mean interval of a calendar schedule, from whoever can read it. */
  intervalOf?(check: Check): number
}

/**
 * What is wrong with the objectives of a system, by its probes and, once they are listed, its journeys. Parts that are wrong by themselves
 * were told already: nothing can be said about them.
 */
export function objectivesIn(system: System, setting: ObjectivesSetting): readonly Problem[] {
  const { id, requirements, objectives, checks } = system
  const { locations, rawDays, journeys, intervalOf } = setting
  if ((system.problems ?? []).some(({ path }) => path[1]?.startsWith('requirements'))) return []
  const sound = checks.filter(check => check.probe !== undefined && !isWrong(check))
  const problems = objectiveProblems({
    system: { id, requirements, objectives: objectives.filter(objective => !isWrong(objective)) },
    feeders: [...sound, ...(journeys ?? [])].map(check => feederOf(check, intervalOf?.(check))),
    complete: sound.length === checks.length && (journeys !== undefined || system.journeys.length === 0),
    locations: locations.length,
    rawKept: rawDays * 86_400_000,
  })
  return below([`system ${id}`], problems)
}
