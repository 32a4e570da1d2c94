/**
 * The reference systems, looked at up to ten times as often as their packs ask for: half an hour sees everything many times, and two cores
 * are busy. Not more often than that: what a system limits, such as public orders, would rightly be refused.
 */

import type { Schedule } from '../../runner/core/contracts.ts'
import configuration from '../../vedette.config.ts'

const second = 1_000

/** `least`: no shorter than this. A calendar stays: what spends a whole window of calls runs once a day. */
const hurried = (schedule: Schedule, least: number): Schedule =>
  'every' in schedule ? { every: Math.min(schedule.every, Math.max(schedule.every / 10, least)) } : schedule

export default {
  ...configuration,
  systems: configuration.systems.map(system => ({
    ...system,
    checks: system.checks.map(check =>
      check.probe.kind === 'heartbeat' ? check : { ...check, schedule: hurried(check.schedule, 10 * second) },
    ),
    journeys: system.journeys.map(source => ({ ...source, schedule: hurried(source.schedule, 180 * second) })),
  })),
}
