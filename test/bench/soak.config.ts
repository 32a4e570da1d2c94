/**
 * The reference systems, looked at more often than their packs ask for: probes up to ten times, what signs in twice. Half an hour sees
 * everything many times, and two cores are busy. More often than that, what a system limits (orders, sign-ins) would rightly be refused.
 */

import type { Schedule } from '../../runner/core/contracts.ts'
import configuration from '../../vedette.config.ts'

const second = 1_000

/** `least`: no shorter than this. A calendar stays: what spends a whole window of calls runs once a day. */
const hurried = (schedule: Schedule, times: number, least: number): Schedule =>
  'every' in schedule ? { every: Math.min(schedule.every, Math.max(schedule.every / times, least)) } : schedule

export default {
  ...configuration,
  systems: configuration.systems.map(system => ({
    ...system,
    checks: system.checks.map(check =>
      check.probe.kind === 'heartbeat' ? check : { ...check, schedule: hurried(check.schedule, 10, 10 * second) },
    ),
    journeys: system.journeys.map(source => ({ ...source, schedule: hurried(source.schedule, 2, 180 * second) })),
  })),
}
