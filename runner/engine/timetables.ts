import type { Check } from '../core/definitions.ts'
import { everyTimetable, offsetOf, slotAt, type Timetable } from '../core/slots.ts'
import { calendarTimetable } from './calendar.ts'

/** The timetable of a check at one location. `phase` names what shares its moment: the check, or the source of journeys. */
export const timetableOf = (schedule: Check['schedule'], phase: string, location: string): Timetable =>
  'every' in schedule
    ? everyTimetable(schedule.every, offsetOf(phase, location, schedule.every))
    : calendarTimetable(schedule.cron, schedule.timezone)

const soon = 15_000
const short = 60_000

/**
 * The run soon after the start, of a check that would otherwise wait long: within 15 s for intervals over a minute, unless its slot comes
 * within the next minute anyway (a journey that runs when its slot comes would be counted as missed); for shorter ones
 * within half the interval, and only when the next slot is more than three quarters away, because the checks of a large
 * configuration all start here at once. It stands for the slot that has begun, so another start in it stores nothing twice.
 * Undefined for calendars (someone chose that time with care), and when the slot was run before.
 */
export function firstRun(
  schedule: Check['schedule'],
  phase: string,
  location: string,
  now: number,
  lastRunAt: number | undefined,
): { readonly slot: number; readonly at: number } | undefined {
  if (!('every' in schedule)) return undefined
  const slot = slotAt(now, schedule.every, offsetOf(phase, location, schedule.every))
  if (lastRunAt !== undefined && lastRunAt >= slot) return undefined
  if (schedule.every <= short && now - slot > schedule.every / 4) return undefined
  if (schedule.every > short && slot + schedule.every - now < short) return undefined
  const spread = schedule.every > short ? soon : Math.ceil(schedule.every / 2)
  return { slot, at: now + offsetOf(`first ${phase}`, location, spread) }
}

const samples = 8

/** Milliseconds between two slots; of a calendar the mean of the next ones. */
export function intervalOf(schedule: Check['schedule'], timetable: Timetable, now: number): number {
  if ('every' in schedule) return schedule.every
  const slots: number[] = []
  for (let at = timetable.after(now); at !== undefined && slots.length < samples; at = timetable.after(at))
    slots.push(at)
  return slots.length < 2 ? Number.POSITIVE_INFINITY : (slots.at(-1)! - slots[0]!) / (slots.length - 1)
}
