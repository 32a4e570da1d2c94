/** A check that is watched from several places: what each says of it, and whether they are enough. */

import type { AlarmRule, AlarmRules } from './alarm-rules.ts'
import type { Places } from './alarm-state.ts'
import type { Health, Result } from './contracts.ts'
import { advance, unknownHealth } from './health.ts'

/** Intervals after which a place that tells nothing is not waited for any more. */
export const silentAfter = 3

/** What is known after a run that ended at `at`; each place counts its own failures. */
export function placesAfter(
  before: Places | undefined,
  result: Result,
  at: number,
  { policy, interval }: Pick<AlarmRule, 'policy' | 'interval'>,
): Places {
  const own = before?.seen[result.location]
  const { health } = advance(own?.health ?? unknownHealth(at), result, policy)
  // A run of which nothing is known is no report: whoever cannot see must not keep the others from telling.
  const told = result.verdict === 'unknown' ? own?.at : at
  const seen = { ...before?.seen, [result.location]: { health, ...(told === undefined ? {} : { at: told }) } }
  const newest = Math.max(before?.since ?? at, ...Object.values(before?.seen ?? {}).flatMap(item => item.at ?? []))
  // After a pause of all of them each has its time to come back.
  return { since: before === undefined || at - newest > silentAfter * interval ? at : before.since, seen }
}

export const healthAt = ({ seen }: Places, location: string): Health => seen[location]!.health

/**
 * Whether most places see it down. Those count that are configured, unless they have told nothing for three intervals: a place that nobody
 * runs, or that has died, must not silence the others. Where none of them counts, whoever reports does.
 */
export function isDownByMajority(
  { since, seen }: Places,
  { locations }: Pick<AlarmRules, 'locations'>,
  { interval }: Pick<AlarmRule, 'interval'>,
  now: number,
): boolean {
  const isInTime = (told: number | undefined) => told !== undefined && now - told <= silentAfter * interval
  const configured = [...new Set(locations)].filter(place => isInTime(Math.max(since, seen[place]?.at ?? since)))
  const reporting = Object.keys(seen).filter(place => isInTime(seen[place]!.at))
  const counted = configured.some(place => reporting.includes(place)) ? configured : reporting
  return counted.filter(place => seen[place]?.health.state === 'down').length > counted.length / 2
}
