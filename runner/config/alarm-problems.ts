/** Names in what alarms are told that must exist elsewhere: dependencies, windows of maintenance, parts of the status page. */

import type { Problem } from '../core/contracts.ts'
import type { System } from '../core/definitions.ts'
import type { Maintenance } from '../core/maintenance.ts'
import { mayMeanJourneys, selectable, unfitting } from '../core/selection.ts'
import { termsIn } from './escalation.ts'
import { below, didYouMean } from './options.ts'

export function alarmProblems(systems: readonly System[], windows: readonly Maintenance[]): readonly Problem[] {
  return [
    ...systems.flatMap(system => below([`system ${system.id}`], dependencyProblems(system, systems))),
    ...cycles(systems),
    ...systems.flatMap(system =>
      Object.entries(system.status?.parts ?? {}).flatMap(([part, terms]) =>
        unfittingTerms(
          terms.filter(term => !system.checks.some(({ id }) => id === term.replace(/^!/, ''))),
          [system],
          [`system ${system.id}`, 'status', part],
        ),
      ),
    ),
    ...systems.flatMap(system =>
      system.escalation.flatMap(({ checks }, index) =>
        unfittingTerms(
          termsIn(system, checks),
          [system],
          [`system ${system.id}`, 'escalation', String(index), 'checks'],
        ),
      ),
    ),
    ...windows.flatMap(({ title, selection }) =>
      unfittingTerms(
        selection.filter(term => term !== '*'),
        systems,
        [`maintenance ${title}`, 'selection'],
      ),
    ),
  ]
}

const wrong = (path: readonly string[], message: string): Problem => ({ level: 'error', path, message })

function dependencyProblems(system: System, systems: readonly System[]): readonly Problem[] {
  const known = [
    ...system.checks.map(({ id }) => id),
    ...systems.map(({ id }) => id),
    ...systems.flatMap(({ id, checks }) => checks.map(check => `${id}/${check.id}`)),
  ]
  const unknown = (name: string) => !known.includes(name) && !mayBeJourney(name, system, systems)
  const told = (path: readonly string[], name: string) =>
    wrong(path, `expected a check or a system, found '${name}'${didYouMean(name, known)}`)
  return [
    ...system.dependsOn
      .filter(name => !systems.some(({ id }) => id === name))
      .map(name =>
        wrong(
          ['dependsOn'],
          `expected another system, found '${name}'${didYouMean(
            name,
            systems.map(({ id }) => id),
          )}`,
        ),
      ),
    ...system.checks.flatMap(check =>
      check.dependsOn.filter(unknown).map(name => told([`check ${check.id}`, 'dependsOn'], name)),
    ),
    ...system.journeys.flatMap(source =>
      source.dependsOn.filter(unknown).map(name => told(['playwright', 'dependsOn'], name)),
    ),
  ]
}

/** Journeys have no names before they are listed. */
const mayBeJourney = (name: string, system: System, systems: readonly System[]): boolean => {
  const [head = ''] = name.split('/')
  const owner = systems.find(({ id }) => id === head) ?? system
  return owner.journeys.length > 0
}

/** Two that wait for each other would both be silent for ever. */
function cycles(systems: readonly System[]): readonly Problem[] {
  const edges = new Map<string, readonly string[]>()
  for (const system of systems) {
    edges.set(system.id, system.dependsOn)
    for (const check of system.checks) {
      const names = check.dependsOn.map(name =>
        system.checks.some(({ id }) => id === name) ? `${system.id}/${name}` : name,
      )
      edges.set(`${system.id}/${check.id}`, [...names, ...system.dependsOn])
    }
  }
  const inside = (name: string): readonly string[] =>
    [...edges.keys()].filter(key => key === name || key.startsWith(`${name}/`))
  const found: Problem[] = []
  const done = new Set<string>()
  const visit = (key: string, way: readonly string[]) => {
    const at = way.indexOf(key)
    if (at >= 0) {
      const circle = [...way.slice(at), key]
      found.push(wrong(['dependsOn'], `expected dependencies without a circle, found ${circle.join(' → ')}`))
      return
    }
    if (done.has(key)) return
    for (const name of edges.get(key) ?? []) for (const next of inside(name)) visit(next, [...way, key])
    done.add(key)
  }
  for (const key of edges.keys()) if (found.length === 0) visit(key, [])
  return found
}

/** Terms that fit nothing and can mean no journey. */
function unfittingTerms(
  terms: readonly string[],
  systems: readonly System[],
  path: readonly string[],
): readonly Problem[] {
  const all = systems.flatMap(system => system.checks.map(check => selectable(system, check)))
  return unfitting(all, terms)
    .filter(
      ({ term }) => !systems.some(system => system.journeys.length > 0 && mayMeanJourneys([term], system, systems)),
    )
    .map(({ message }) => wrong(path, message))
}
