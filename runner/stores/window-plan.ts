/** Which rows answer for a window: raw ones at its edges, whole hours and whole days between them. */

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** What the store still holds. */
export interface Holdings {
  /** Every scheduled run before it is in a roll-up. A whole hour. */
  readonly rolledTo: number
  /** Raw rows from here on are all there. */
  readonly rawFrom: number
  /** Hour roll-ups from here on are all there. A whole day. */
  readonly hoursFrom: number
}

export type Range = readonly [from: number, to: number]

export interface WindowPlan {
  readonly raw: readonly Range[]
  readonly hours: readonly Range[]
  readonly days: readonly Range[]
}

export const floorTo = (step: number, at: number): number => Math.floor(at / step) * step
const ceilTo = (step: number, at: number): number => Math.ceil(at / step) * step

/**
 * Exact as far back as there are raw rows. Further back an edge moves to the start of its hour, and where there are no hours
 * either, of its day: the same edge moves in the same way for both of its neighbours, so that windows side by side count nothing twice.
 */
export function planWindow(from: number, to: number, held: Holdings): WindowPlan {
  const rawFrom = ceilTo(hourMs, held.rawFrom)
  const snap = (at: number) =>
    at < held.hoursFrom ? floorTo(dayMs, at) : at < rawFrom ? floorTo(hourMs, at) : Math.ceil(at)
  const [start, end] = [snap(from), snap(to)]
  const firstHour = ceilTo(hourMs, start)
  const lastHour = Math.min(floorTo(hourMs, end), held.rolledTo)
  if (firstHour >= lastHour) return { raw: filled([start, end]), hours: [], days: [] }
  const raw = filled([start, firstHour], [lastHour, end])
  const firstDay = ceilTo(dayMs, firstHour)
  const lastDay = floorTo(dayMs, lastHour)
  if (firstDay >= lastDay) return { raw, hours: filled([firstHour, lastHour]), days: [] }
  return { raw, hours: filled([firstHour, firstDay], [lastDay, lastHour]), days: filled([firstDay, lastDay]) }
}

const filled = (...ranges: readonly Range[]): readonly Range[] => ranges.filter(([from, to]) => from < to)
