import cron from 'node-cron'
import { type Calendar, calendarSlots } from '../core/calendar.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Timetable } from '../core/slots.ts'
import { zoneOffset } from '../core/zone.ts'

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
