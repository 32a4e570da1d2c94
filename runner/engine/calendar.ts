import cron from 'node-cron'
import { type Calendar, calendarSlots, type OffsetAt } from '../core/calendar.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Timetable } from '../core/slots.ts'

/** The timetable of five cron fields in a time zone. node-cron reads the fields; its own timers lose the hour that autumn repeats. */
export function calendarTimetable(expression: string, timezone: string): Timetable {
  return calendarSlots(parseCalendar(expression), zoneOffset(timezone))
}

function parseCalendar(expression: string): Calendar {
  const { valid, fields, errors } = cron.validateDetailed(expression)
  if (!valid || fields === undefined) {
    throw new RunnerFault(
      `expected a calendar schedule such as '*/5 * * * *', found '${expression}': ${errors.map(error => error.message).join('; ')}`,
    )
  }
  const minutes = numbers(fields.minute)
  const hours = numbers(fields.hour)
  // In UTC, because what we ask about is the time on a clock; and out of node-cron's registry, because its timers are never wanted.
  const task = cron.createTask(expression, () => undefined, { timezone: 'UTC' })
  task.destroy()
  const timeOfDay = (hours[0]! * 60 + minutes[0]!) * 60_000
  let lastDay = Number.NaN
  let lastAnswer = false
  return {
    minutes,
    hours,
    onDay(midnight) {
      if (midnight !== lastDay) {
        lastDay = midnight
        lastAnswer = task.match(new Date(midnight + timeOfDay))
      }
      return lastAnswer
    },
  }
}

const numbers = (field: readonly unknown[]): readonly number[] => field.map(Number).toSorted((a, b) => a - b)

const quarter = 15 * 60_000

/** Zones change their offset on quarter hours only, so one answer holds for the quarter. */
function zoneOffset(timezone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  let lastQuarter = Number.NaN
  let lastOffset = 0
  return time => {
    const begin = Math.floor(time / quarter) * quarter
    if (begin !== lastQuarter) {
      const parts = Object.fromEntries(format.formatToParts(begin).map(({ type, value }) => [type, Number(value)]))
      const { year, month, day, hour, minute } = parts as Record<string, number>
      lastQuarter = begin
      lastOffset = Date.UTC(year!, month! - 1, day!, hour!, minute!) - begin
    }
    return lastOffset
  }
}
