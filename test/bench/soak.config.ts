/** The reference systems, looked at more often than their packs ask for: half an hour sees everything many times, and two cores are busy. */

import type { Schedule } from '../../runner/core/contracts.ts'
import configuration from '../../vedette.config.ts'

const second = 1_000

/** A calendar stays: what spends a whole window of calls runs once a day. */
const atMost = (every: number, schedule: Schedule): Schedule =>
  'every' in schedule ? { every: Math.min(schedule.every, every) } : schedule

export default {
  ...configuration,
  systems: configuration.systems.map(system => ({
    ...system,
    checks: system.checks.map(check =>
      check.probe.kind === 'heartbeat' ? check : { ...check, schedule: atMost(10 * second, check.schedule) },
    ),
    journeys: system.journeys.map(source => ({ ...source, schedule: atMost(180 * second, source.schedule) })),
  })),
}
