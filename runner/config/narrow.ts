import type { Problem } from '../core/contracts.ts'
import type { Configuration } from '../core/definitions.ts'
import { isMeant, mayMeanJourneys, selectable, unfitting } from '../core/selection.ts'

/** Terms of the selection grammar, as far as they can be judged before journeys are listed. */
export interface Selection {
  readonly terms: readonly string[]
  /** Those that fit no probe, so that they must fit a journey. */
  readonly open: readonly string[]
}

/** The configuration with what the terms mean, and nothing else. Journeys stay where a term may mean one: who lists them selects. */
export function narrow(
  configuration: Configuration,
  terms: readonly string[],
): { readonly configuration: Configuration; readonly selection: Selection; readonly problems: readonly Problem[] } {
  if (terms.length === 0) return { configuration, selection: { terms, open: [] }, problems: [] }
  const { systems } = configuration
  const all = systems.flatMap(system => system.checks.map(check => selectable(system, check)))
  const unknown = unfitting(all, terms)
  const kept = systems.flatMap(system => {
    const checks = system.checks.filter(check => isMeant(selectable(system, check), terms))
    const journeys = mayMeanJourneys(terms, system, systems) ? system.journeys : []
    return checks.length + journeys.length === 0 ? [] : [{ ...system, checks, journeys }]
  })
  const problem = (message: string): Problem => ({ level: 'error', path: ['selection'], message })
  const found = kept.some(system => system.journeys.length > 0) ? [] : unknown.map(({ message }) => problem(message))
  const nothing = kept.length === 0 && found.length === 0
  return {
    configuration: { ...configuration, systems: kept },
    selection: { terms, open: unknown.map(({ term }) => term) },
    problems: nothing
      ? [
          problem(
            `expected a selection that leaves something to watch, found '${terms.join(' ')}', which leaves nothing`,
          ),
        ]
      : found,
  }
}
