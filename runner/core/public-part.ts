/** How one public part is, and how it was on the days before. */

import type { HealthState } from './contracts.ts'
import type { System } from './definitions.ts'
import type { Affected, Cause, Incident } from './incidents.ts'
import { type CheckKey, checkKey, type WatchedCheck } from './ports.ts'
import { isMeant } from './selection.ts'

/** Worst first. `unknown`: our own trouble, or nothing has run yet. */
export const partStates = ['outage', 'degraded', 'unknown', 'maintenance', 'operational'] as const
export type PartState = (typeof partStates)[number]

export interface PublicDay {
  /** Midnight, UTC. */
  readonly from: number
  /** Nothing was measured: `unknown`. */
  readonly state: Exclude<PartState, 'maintenance'>
  /** ms in which something was measured. */
  readonly measured: number
  /** ms of outage, and of degraded service. */
  readonly outage: number
  readonly degraded: number
}

export interface PublicPart {
  readonly title: string
  readonly state: PartState
  /** Oldest first, today last. */
  readonly days: readonly PublicDay[]
  /** Time without an outage ÷ time that was measured. */
  readonly uptime?: number
  /** ms. */
  readonly measured: number
}

/** A window of time as the alarms know it; its title is for insiders. */
export interface StatusWindow {
  readonly selection: readonly string[]
  readonly from: number
  readonly to: number
}

export interface StatusFacts {
  readonly title: string
  readonly now: number
  readonly systems: readonly Pick<System, 'id' | 'status'>[]
  readonly checks: readonly WatchedCheck[]
  /** Of ninety days, and all that are open. */
  readonly incidents: readonly Incident[]
  readonly windows: readonly StatusWindow[]
  /** When the check was measured in these ninety days; overlaps and what lies ahead do not matter. */
  measured(check: CheckKey): readonly Interval[]
}

export type Interval = readonly [from: number, to: number]

export const publicDays = 90
const dayMs = 86_400_000

export interface Part {
  readonly system: string
  readonly systemTitle: string
  readonly title: string
  readonly checks: readonly WatchedCheck[]
}

export function partsOf(
  { id, status }: Pick<System, 'id' | 'status'>,
  checks: readonly WatchedCheck[],
): readonly Part[] {
  if (status === undefined) return []
  const own = checks.filter(check => check.system === id)
  return Object.entries(status.parts).map(([title, terms]) => ({
    system: id,
    systemTitle: status.title,
    title,
    checks: own.filter(check => isPartOf(check, terms)),
  }))
}

export const isInWindow = (check: WatchedCheck, { selection }: StatusWindow): boolean =>
  isMeant({ ...check, smoke: true }, selection)

/** Whose runs the public page speaks of. */
export const publicChecks = ({ systems, checks }: Pick<StatusFacts, 'systems' | 'checks'>): readonly WatchedCheck[] => [
  ...new Set(systems.flatMap(system => partsOf(system, checks)).flatMap(part => part.checks)),
]

/** Within its system a check may go by its id alone. */
function isPartOf(check: WatchedCheck, terms: readonly string[]): boolean {
  const full = terms.map(term => {
    const [not, bare] = term.startsWith('!') ? ['!', term.slice(1)] : ['', term]
    return bare === check.check ? `${not}${checkKey(check)}` : term
  })
  return isMeant({ ...check, smoke: true }, full)
}

// ---- how a part is --------------------------------------------------------------------------------------------------

const judged: readonly HealthState[] = ['up', 'degraded', 'down']

/** One that failed just now is taken for what it was before; of one that never passed nothing is known. */
const isKnown = ({ health }: WatchedCheck): boolean =>
  health.state === 'retrying' ? health.lastPassedAt !== undefined : judged.includes(health.state)

export function publicPart(part: Part, incidents: readonly Incident[], facts: StatusFacts): PublicPart {
  const mine = incidents.filter(incident => affectedOf(incident, part).length > 0)
  const days = daysOf(part, mine, facts)
  const measured = days.reduce((sum, day) => sum + day.measured, 0)
  const outage = days.reduce((sum, day) => sum + day.outage, 0)
  return {
    title: part.title,
    state: stateOf(part, mine, facts),
    days,
    ...(measured > 0 ? { uptime: 1 - outage / measured } : {}),
    measured,
  }
}

function stateOf(part: Part, incidents: readonly Incident[], { windows, now }: StatusFacts): PartState {
  const states = part.checks.map(check => check.health.state)
  const known = part.checks.filter(isKnown).length
  const down = part.checks.filter(check => check.health.state === 'down')
  const open = incidents.filter(incident => isOpenFor(incident, part))
  const levels = [
    ...open.map(incident => levelOf(incident.cause, affectedOf(incident, part), part)),
    ...(down.length > 0 ? [levelOf('wrong', down, part)] : []),
  ]
  if (levels.includes('outage')) return 'outage'
  if (levels.length > 0 || states.includes('degraded')) return 'degraded'
  const resting = part.checks.filter(
    check =>
      check.health.state === 'maintenance' ||
      windows.some(window => window.from <= now && now < window.to && isInWindow(check, window)),
  ).length
  if (resting > 0) return 'maintenance'
  // What half of the checks cannot tell is not known.
  return known * 2 > states.length ? 'operational' : 'unknown'
}

/** An outage: what matters most, or half of the part, does not work. Slow is never one. */
export function levelOf(
  cause: Cause,
  affected: readonly { readonly check: string }[],
  part: Part,
): 'outage' | 'degraded' {
  if (cause === 'slow' || cause === 'budget') return 'degraded'
  const ids = new Set(affected.map(({ check }) => check))
  const severe = part.checks.some(check => ids.has(check.check) && check.severity === 'p0')
  return severe || ids.size * 2 >= part.checks.length ? 'outage' : 'degraded'
}

export const affectedOf = (incident: Incident, part: Part): readonly Affected[] =>
  incident.system === part.system
    ? incident.affected.filter(({ check }) => part.checks.some(own => own.check === check))
    : []

const isOpenFor = (incident: Incident, part: Part): boolean =>
  incident.resolvedAt === undefined && affectedOf(incident, part).some(({ until }) => until === undefined)

// ---- the days before ------------------------------------------------------------------------------------------------

function daysOf(
  part: Part,
  incidents: readonly Incident[],
  { now, measured: measuredOf }: StatusFacts,
): readonly PublicDay[] {
  const today = Math.floor(now / dayMs) * dayMs
  const intervals = (level: 'outage' | 'degraded') =>
    merged(
      incidents
        .filter(incident => levelOf(incident.cause, affectedOf(incident, part), part) === level)
        .flatMap(incident =>
          affectedOf(incident, part).map(({ since, until }): Interval => [since, until ?? incident.resolvedAt ?? now]),
        ),
    )
  const [outages, slower] = [intervals('outage'), intervals('degraded')]
  // Trouble is known of, whatever ran meanwhile.
  const known = merged([...part.checks.flatMap(check => measuredOf(checkKey(check))), ...outages, ...slower])
  return Array.from({ length: publicDays }, (_, index) => {
    const from = today - (publicDays - 1 - index) * dayMs
    const outage = within(outages, from, from + dayMs)
    const degraded = within(slower, from, from + dayMs)
    const measured = within(known, from, Math.min(from + dayMs, now))
    const state = measured === 0 ? 'unknown' : outage > 0 ? 'outage' : degraded > 0 ? 'degraded' : 'operational'
    return { from, state, measured, outage, degraded }
  })
}

/** Without overlaps, so that no minute counts twice. */
function merged(intervals: readonly Interval[]): readonly Interval[] {
  const result: [number, number][] = []
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}

const within = (intervals: readonly Interval[], from: number, to: number): number =>
  intervals.reduce((sum, interval) => sum + Math.max(0, Math.min(to, interval[1]) - Math.max(from, interval[0])), 0)
