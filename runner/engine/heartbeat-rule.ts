import type { Check, System } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import type { HeartbeatRule } from '../core/heartbeats.ts'
import type { FullRule } from '../core/judge-beat.ts'
import { type CheckKey, checkKey } from '../core/ports.ts'
import { findLimit } from '../core/requirements.ts'
import { calendarTimetable } from './calendar.ts'

/** A check that waits for signals, with its rule in full. */
export interface Listened {
  readonly key: CheckKey
  readonly system: string
  readonly check: Check
  readonly rule: FullRule
}

export const heartbeatsOf = (systems: readonly System[]): readonly Listened[] =>
  systems.flatMap(system =>
    system.checks.flatMap(check =>
      check.heartbeat === undefined
        ? []
        : [
            {
              key: checkKey({ system: system.id, check: check.id }),
              system: system.id,
              check,
              rule: fullRule(check.heartbeat, system),
            },
          ],
    ),
  )

function fullRule({ due, grace, longest, facts, parts }: HeartbeatRule, { requirements }: System): FullRule {
  return {
    due,
    grace,
    parts,
    ...(longest === undefined ? {} : { longest }),
    ...('cron' in due ? { calendar: calendarTimetable(due.cron, due.timezone) } : {}),
    facts: facts.map(({ name, limit: ref }) => {
      const limit = findLimit(requirements, ref)
      // Loading has refused this before.
      if (typeof limit === 'string') throw new RunnerFault(limit)
      return { name: name ?? limit.metric, requirement: ref.requirement, limit }
    }),
  }
}
