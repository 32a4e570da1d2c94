/**
 * Slots by the calendar of a time zone, in which clocks are changed: every named time of day gives one slot a day, neither lost in
 * spring nor doubled in autumn, and "every hour" or "every n minutes" goes on in real time through both.
 */

import type { Timetable } from './slots.ts'

/** A calendar schedule, parsed. */
export interface Calendar {
  /** Ascending. */
  readonly minutes: readonly number[]
  /** Ascending. All 24 mean that the schedule follows real time and not the hour on the clock. */
  readonly hours: readonly number[]
  /** Whether it holds on the day that begins at `midnight`, which is written as if the zone were UTC. */
  onDay(midnight: number): boolean
}

/** Minutes that a zone is ahead of UTC, as milliseconds, at a moment. */
export type OffsetAt = (time: number) => number

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
// A leap day that falls on the wanted weekday can be 40 years away; beyond that the schedule holds never.
const horizon = 41 * 366 * day
// One sleep of a machine must not cost seconds of counting.
const mostCounted = 1_500

export function calendarSlots(calendar: Calendar, offsetAt: OffsetAt): Timetable {
  const after = (time: number) =>
    calendar.hours.length === 24 ? nextByMinutes(calendar, offsetAt, time) : nextByClock(calendar, offsetAt, time)
  return {
    after,
    catchUp(slot, now) {
      let newest = slot
      let missed = 0
      for (let next = after(newest); next !== undefined && next <= now && missed < mostCounted; next = after(newest)) {
        newest = next
        missed += 1
      }
      return { slot: newest, missed }
    },
  }
}

const floorTo = (time: number, unit: number) => Math.floor(time / unit) * unit

/** Real time: whichever minute the clock shows, also for the second time. */
function nextByMinutes(calendar: Calendar, offsetAt: OffsetAt, time: number): number | undefined {
  const end = time + horizon
  let at = floorTo(time, minute) + minute
  while (at <= end) {
    const local = at + offsetAt(at)
    if (!calendar.onDay(floorTo(local, day))) {
      // By hours and not by days: the day may end earlier or later than 24 hours would have it.
      at += hour - (local % hour)
      continue
    }
    const shown = (local % hour) / minute
    if (calendar.minutes.includes(shown)) return at
    const later = calendar.minutes.find(item => item > shown) ?? 60
    // A change of clocks in between may show the minute earlier: it never does within a quarter of an hour.
    at += Math.min(later - shown, 15 - (shown % 15)) * minute
  }
  return undefined
}

/** The hour on the clock: the first time it shows it, and when it leaps over it, the moment of the leap. */
function nextByClock(calendar: Calendar, offsetAt: OffsetAt, time: number): number | undefined {
  const today = floorTo(time + offsetAt(time), day)
  for (let midnight = today - day; midnight <= today + horizon; midnight += day) {
    if (!calendar.onDay(midnight)) continue
    for (const hours of calendar.hours) {
      for (const minutes of calendar.minutes) {
        const at = instantOf(midnight + hours * hour + minutes * minute, offsetAt)
        if (at > time) return at
      }
    }
  }
  return undefined
}

/** The first moment at which clocks show `local`, or, if they leap over it, the moment of the leap. */
export function instantOf(local: number, offsetAt: OffsetAt): number {
  const before = offsetAt(local - day)
  const after = offsetAt(local + day)
  const early = local - before
  if (before === after || offsetAt(early) === before) return early
  const late = local - after
  if (offsetAt(late) === after) return late
  // In the gap: `late` lies before the leap and `early` behind it.
  let low = late
  let high = early
  while (high - low > minute) {
    const middle = floorTo((low + high) / 2, minute)
    if (offsetAt(middle) === before) low = middle
    else high = middle
  }
  return high
}
