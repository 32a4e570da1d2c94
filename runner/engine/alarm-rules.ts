/** What the configuration of a generation says about trouble, as the alarm asks for it. */

import type { AlarmRule, AlarmRules } from '../core/alarm-rules.ts'
import type { Check, Configuration, System } from '../core/definitions.ts'
import { rulesFor } from '../core/escalation.ts'
import { type Maintenance, type PlannedMaintenance, type Span, spanAt } from '../core/maintenance.ts'
import type { CheckKey } from '../core/ports.ts'
import { isMeant, selectable } from '../core/selection.ts'
import { zoneOffset } from '../core/zone.ts'
import { calendarTimetable } from './calendar.ts'
import { intervalOf, timetableOf } from './timetables.ts'

export interface Watched {
  readonly system: System
  readonly check: Check
}

/** A generation, as far as alarms go. */
export interface AlarmSource {
  readonly configuration: Configuration
  find(key: CheckKey): Watched | undefined
  /** False: journeys are still being listed, so that nobody knows what there is. */
  isListed(): boolean
}

export function planned(window: Maintenance): PlannedMaintenance {
  if ('from' in window.when) return window
  const { cron, timezone } = window.when
  return { ...window, calendar: { starts: calendarTimetable(cron, timezone), offsetAt: zoneOffset(timezone) } }
}

export function alarmRules(
  environment: string,
  { configuration, find, isListed }: AlarmSource,
  windows: () => readonly PlannedMaintenance[],
  deployedAt: AlarmRules['deployedAt'] = () => undefined,
): AlarmRules {
  const rules = new Map<CheckKey, AlarmRule>()
  const spans = createSpans()
  return {
    environment,
    deployedAt,
    locations: configuration.locations,
    flapping: configuration.alarms.flapping,
    rule(key) {
      const known = rules.get(key)
      if (known !== undefined) return known
      const watched = find(key)
      if (watched === undefined) return undefined
      const rule = ruleOf(watched, configuration.systems)
      rules.set(key, rule)
      return rule
    },
    isGone: key => isListed() && find(key) === undefined,
    inMaintenance(key, now) {
      const active = windows().filter(window => spans.at(window, now) !== undefined)
      if (active.length === 0) return false
      const watched = find(key)
      if (watched === undefined) return false
      const meant = selectable(watched.system, watched.check)
      return active.some(({ selection }) => isMeant(meant, selection))
    },
  }
}

function ruleOf({ system, check }: Watched, systems: readonly System[]): AlarmRule {
  const runbook = check.runbook ?? system.runbook
  return {
    system: system.id,
    check: check.id,
    title: check.title,
    systemTitle: system.title,
    severity: check.severity,
    owners: system.owners,
    ...(check.owner === undefined ? {} : { owner: check.owner }),
    escalation: rulesFor(system, check),
    ...(runbook === undefined ? {} : { runbook }),
    dependsOn: [...check.dependsOn.flatMap(name => meantBy(name, system, systems)), ...system.dependsOn],
    ...(check.quarantine === undefined ? {} : { quarantine: check.quarantine }),
    ...(check.startGrace === undefined ? {} : { startGrace: check.startGrace }),
    policy: check.policy,
    // From no moment in particular: the mean of a calendar is the same at all of them.
    interval: intervalOf(check.schedule, timetableOf(check.schedule, check.id, ''), 0),
    heartbeat: check.heartbeat !== undefined,
  }
}

/**
 * A name without a system is a check or a journey of the same one; else it is a system, or names its system itself. Journeys are known only
 * once they are listed, so that a name that is no check may be either.
 */
function meantBy(name: string, { id, checks }: System, systems: readonly System[]): readonly string[] {
  const own = `${id}/${name}`
  if (checks.some(check => check.id === name)) return [own]
  const isElsewhere = systems.some(other => name === other.id || name.startsWith(`${other.id}/`))
  return isElsewhere ? [name, own] : [own]
}

/** Calendars are counted through once a window and not once a run. */
function createSpans() {
  const known = new WeakMap<PlannedMaintenance, { span: Span | undefined; until: number; from: number }>()
  return {
    at(window: PlannedMaintenance, now: number): Span | undefined {
      const last = known.get(window)
      if (last !== undefined && now >= last.from && now < last.until) return last.span
      const span = spanAt(window, now)
      const until = span?.to ?? ('from' in window.when ? window.when.from : window.calendar?.starts.after(now))
      known.set(window, {
        span,
        from: now,
        until: until === undefined || until <= now ? Number.POSITIVE_INFINITY : until,
      })
      return span
    },
  }
}
