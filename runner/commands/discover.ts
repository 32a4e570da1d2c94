import type { Loaded } from '../config/load-configuration.ts'
import type { Problem } from '../core/contracts.ts'
import type { JourneyCheck, System } from '../core/definitions.ts'
import type { Discovery, Journeys } from '../core/ports.ts'
import type { CommandIo } from './command.ts'

export interface DiscoveredJourney {
  readonly system: System
  readonly check: JourneyCheck
}

export interface Discovered {
  readonly checks: readonly DiscoveredJourney[]
  readonly skipped: Discovery['skipped']
  readonly problems: readonly Problem[]
}

/** Lists the journeys of a configuration. Playwright is loaded only when there is a source. */
export async function discoverAll(
  loaded: Loaded,
  io: CommandIo,
  systems: readonly System[] = loaded.configuration.systems,
): Promise<Discovered> {
  if (systems.every(system => system.journeys.length === 0)) return { checks: [], skipped: [], problems: [] }
  const { openJourneys } = await import('./journeys.ts')
  await using journeys = await openJourneys(loaded, io)
  return await discoverWith(journeys, systems)
}

export async function discoverWith(journeys: Journeys, systems: readonly System[]): Promise<Discovered> {
  const found = await Promise.all(
    systems.flatMap(system =>
      system.journeys.map(async source => ({ system, discovery: await journeys.discover(system, source) })),
    ),
  )
  return {
    checks: found.flatMap(({ system, discovery }) => discovery.checks.map(check => ({ system, check }))),
    skipped: found.flatMap(({ discovery }) => discovery.skipped),
    problems: found.flatMap(({ discovery }) => discovery.problems),
  }
}
