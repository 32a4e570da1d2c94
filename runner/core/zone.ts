/** Time zones: what clocks show, and when a day or a month begins. */

import { instantOf, type OffsetAt } from './calendar.ts'

const quarter = 15 * 60_000

/** Zones change their offset on quarter hours only, so one answer holds for the quarter. */
export function zoneOffset(timezone: string): OffsetAt {
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

const dayMs = 86_400_000

/** The day that lies `days` after the one of `time` begins at; days have 23 to 25 hours. */
export function startOfDay(time: number, offsetAt: OffsetAt, days = 0): number {
  const local = time + offsetAt(time)
  return instantOf((Math.floor(local / dayMs) + days) * dayMs, offsetAt)
}

/** The month that lies `months` after the one of `time` begins at. */
export function startOfMonth(time: number, offsetAt: OffsetAt, months = 0): number {
  const local = new Date(time + offsetAt(time))
  return instantOf(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + months, 1), offsetAt)
}

/** `2026-11-29`: the day that clocks show. */
export const dayName = (time: number, offsetAt: OffsetAt): string =>
  new Date(time + offsetAt(time)).toISOString().slice(0, 10)
