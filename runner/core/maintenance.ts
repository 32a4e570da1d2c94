/** Times in which trouble is expected: runs go on and are recorded, nobody is told, and no objective counts them. */

import type { Timetable } from './slots.ts'

/** One window of time, or a rule that makes them. Selections are those of the command line: `system`, `system/check`, `@tag`. */
export interface Maintenance {
  readonly id: string
  readonly title: string
  readonly selection: readonly string[]
  readonly when:
    | { readonly from: number; readonly to: number }
    | { readonly cron: string; readonly timezone: string; readonly duration: number }
  /** Declared by a person at run time, in place of the configuration. */
  readonly by?: string
  /** Ended early, or taken back. */
  readonly endedAt?: number
}

/** A time that a window covers, epoch ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** A window with the timetable of its calendar, where it has one. */
export interface PlannedMaintenance extends Maintenance {
  readonly starts?: Timetable
}

/** The time that covers `now`, if there is one. */
export function spanAt({ when, starts, endedAt }: PlannedMaintenance, now: number): Span | undefined {
  if (endedAt !== undefined && now >= endedAt) return undefined
  if ('from' in when) return now >= when.from && now < when.to ? { from: when.from, to: when.to } : undefined
  // The newest start that is not longer ago than the window lasts.
  let from = starts?.after(now - when.duration)
  if (from === undefined || from > now) return undefined
  for (let next = starts!.after(from); next !== undefined && next <= now; next = starts!.after(next)) from = next
  return { from, to: from + when.duration }
}

/** When it begins the next time. */
export function nextStart({ when, starts, endedAt }: PlannedMaintenance, now: number): number | undefined {
  if (endedAt !== undefined) return undefined
  return 'from' in when ? (when.from > now ? when.from : undefined) : starts?.after(now)
}
