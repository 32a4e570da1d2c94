/** What the public is shown: the parts that were made public, in words that were made public. Nothing else gets out of here. */

import type { Incident } from './incidents.ts'
import {
  affectedOf,
  isInWindow,
  levelOf,
  type Part,
  type PartState,
  type PublicPart,
  partStates,
  partsOf,
  publicPart,
  type StatusFacts,
  type StatusWindow,
} from './public-part.ts'

export interface PublicSystem {
  readonly title: string
  readonly parts: readonly PublicPart[]
}

/** An incident in public words: what, where, since when, and whether somebody is on it. */
export interface PublicIncident {
  /** Of the page alone: says nothing of the inside, and stays the same. */
  readonly anchor: string
  readonly system: string
  readonly parts: readonly string[]
  readonly level: 'outage' | 'degraded'
  readonly startedAt: number
  readonly openedAt: number
  readonly acknowledgedAt?: number
  readonly resolvedAt?: number
}

export interface PublicMaintenance {
  readonly parts: readonly string[]
  readonly from: number
  readonly to: number
}

export interface PublicStatus {
  readonly title: string
  readonly at: number
  readonly state: PartState
  readonly systems: readonly PublicSystem[]
  /** Newest first; those of the last two weeks, and whatever is open. */
  readonly incidents: readonly PublicIncident[]
  /** That holds or is planned, soonest first. */
  readonly maintenance: readonly PublicMaintenance[]
}

const shownFor = 14 * 86_400_000

export function publicStatus(facts: StatusFacts): PublicStatus {
  const { now } = facts
  const incidents = facts.incidents.filter(incident => !incident.drill)
  const parts = facts.systems.flatMap(system => partsOf(system, facts.checks))
  const shown = parts.map(part => ({ part, shown: publicPart(part, incidents, facts) }))
  const systems = Map.groupBy(shown, ({ part }) => part.system)
  return {
    title: facts.title,
    at: now,
    state: worstOf(shown.map(item => item.shown.state)),
    systems: [...systems.values()].map(group => ({
      title: group[0]!.part.systemTitle,
      parts: group.map(item => item.shown),
    })),
    incidents: publicIncidents(parts, incidents, now),
    maintenance: publicMaintenance(parts, facts.windows, now),
  }
}

const worstOf = (states: readonly PartState[]): PartState =>
  partStates.find(state => states.includes(state)) ?? 'unknown'

// ---- incidents and maintenance in public words -------------------------------------------------------------------------

function publicIncidents(
  parts: readonly Part[],
  incidents: readonly Incident[],
  now: number,
): readonly PublicIncident[] {
  return incidents
    .filter(({ resolvedAt }) => resolvedAt === undefined || resolvedAt > now - shownFor)
    .toSorted((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? -1 : 1))
    .flatMap((incident, index, all) => {
      const hit = parts.filter(part => affectedOf(incident, part).length > 0)
      if (hit.length === 0) return []
      const isOutage = hit.some(part => levelOf(incident.cause, affectedOf(incident, part), part) === 'outage')
      const { startedAt, openedAt, acknowledgedAt, resolvedAt } = incident
      // The same whatever opens later: links and feeds keep it.
      const twins = all.slice(0, index).filter(other => other.openedAt === openedAt).length
      return [
        {
          anchor: `incident-${openedAt}${twins === 0 ? '' : `-${twins + 1}`}`,
          system: hit[0]!.systemTitle,
          parts: hit.map(part => part.title),
          level: isOutage ? 'outage' : 'degraded',
          startedAt,
          openedAt,
          ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
          ...(resolvedAt === undefined ? {} : { resolvedAt }),
        } as const,
      ]
    })
}

function publicMaintenance(
  parts: readonly Part[],
  windows: readonly StatusWindow[],
  now: number,
): readonly PublicMaintenance[] {
  return windows
    .filter(window => window.to > now)
    .toSorted((a, b) => a.from - b.from)
    .flatMap(window => {
      const hit = parts.filter(part => part.checks.some(check => isInWindow(check, window)))
      return hit.length === 0 ? [] : [{ parts: hit.map(part => part.title), from: window.from, to: window.to }]
    })
}
