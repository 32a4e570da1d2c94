/** Times in which trouble is expected: runs go on and are recorded, nobody is told, and no objective counts them. */

import { instantOf, type OffsetAt } from './calendar.ts'
import type { Timetable } from './slots.ts'

/** One window of time, or a rule that makes them. Selections are those of the command line: `system`, `system/check`, `@tag`. */
export interface Maintenance {
  readonly id: string
  readonly title: string
  readonly selection: readonly string[]
  readonly when: { readonly from: number; readonly to: number } | CalendarWindow
  /** Declared by a person at run time, in place of the configuration. */
  readonly by?: string
  /** Ended early, or taken back. */
  readonly endedAt?: number
}

/** Begins by a calendar. */
export interface CalendarWindow {
  readonly cron: string
  readonly timezone: string
  /** How long it lasts, ms. */
  readonly duration: number
  /**
   * It ends when clocks show this time of day, in minutes, next: in the nights in which they are changed that is an hour sooner or later.
   * Absent: it always lasts as long.
   */
  readonly endsAt?: number
}

/** A time that a window covers, epoch ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A window with its calendar, where it has one. */
export interface PlannedMaintenance extends Maintenance {
  readonly calendar?: { readonly starts: Timetable; readonly offsetAt: OffsetAt }
}

/** The time that covers `now`, if there is one. */
export function spanAt({ when, calendar, endedAt }: PlannedMaintenance, now: number): Span | undefined {
  if (endedAt !== undefined && now >= endedAt) return undefined
  if ('from' in when) return now >= when.from && now < when.to ? { from: when.from, to: when.to } : undefined
  if (calendar === undefined) return undefined
  // The newest start that is not longer ago than the window can last.
  const from = [...startsBetween(calendar.starts, now - when.duration - mostChanged, now)].at(-1)
  if (from === undefined) return undefined
  const to = endOf(when, calendar.offsetAt, from)
  return now < to ? { from, to } : undefined
}

/** The times that it covers and of which a part lies between `from` and `to`, the oldest first. */
export function spansBetween(window: PlannedMaintenance, from: number, to: number): readonly Span[] {
  const { endedAt = Number.POSITIVE_INFINITY } = window
  return coveredBetween(window, from, to)
    .map(span => ({ from: span.from, to: Math.min(span.to, endedAt) }))
    .filter(span => span.from < span.to && span.from <= to && span.to > from)
}

function coveredBetween({ when, calendar }: PlannedMaintenance, from: number, to: number): readonly Span[] {
  if ('from' in when) return [when]
  if (calendar === undefined) return []
  const starts = [...startsBetween(calendar.starts, from - when.duration - mostChanged, to)]
  return starts.map(start => ({ from: start, to: endOf(when, calendar.offsetAt, start) }))
}

/** Later than `from`, up to `to`. */
function* startsBetween(starts: Timetable, from: number, to: number): Generator<number> {
  for (let next = starts.after(from); next !== undefined && next <= to; next = starts.after(next)) yield next
}

/** The next time that it covers and that has not begun. */
export function nextSpan({ when, calendar, endedAt }: PlannedMaintenance, now: number): Span | undefined {
  if (endedAt !== undefined) return undefined
  if ('from' in when) return when.from > now ? { from: when.from, to: when.to } : undefined
  const from = calendar?.starts.after(now)
  return from === undefined ? undefined : { from, to: endOf(when, calendar!.offsetAt, from) }
}

const day = 86_400_000
const minute = 60_000
// Clocks are changed by an hour, in one place by half of one; never by more than this.
const mostChanged = 3 * 3_600_000

function endOf({ duration, endsAt }: CalendarWindow, offsetAt: OffsetAt, from: number): number {
  if (endsAt === undefined) return from + duration
  const local = from + offsetAt(from)
  const today = Math.floor(local / day) * day + endsAt * minute
  const shown = instantOf(local < today ? today : today + day, offsetAt)
  // Where clocks leap over the whole window it would not be at all: what was to be done in it is done nevertheless.
  return shown - from > duration + mostChanged ? from + duration : shown
}
