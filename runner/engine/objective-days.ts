import { judgeDay } from '../core/judge-objective.ts'
import type { DayState } from '../core/objectives.ts'
import type { Store } from '../core/ports.ts'
import { dayName, startOfDay, zoneOffset } from '../core/zone.ts'
import { countOf, createWindowReader, figuresFor, type Placed, type Wanted } from './objective-windows.ts'

/** The calendar of days of every part. Days that are over are read once. */
export interface Days {
  /** Reads what is missing; the answer gives the days of a part, oldest first. */
  follow(
    placed: readonly Placed[],
    now: number,
    rawKept: number,
    fresh: boolean,
  ): Promise<(item: Placed) => readonly DayState[]>
}

type Day = Pick<DayState, 'day' | 'from' | 'to'>

const dayMs = 86_400_000
const daysShown = 90
/** Runs of a day that come later than this, from a place that was cut off, are in every figure but the calendar. */
const settled = 3_600_000

interface Read {
  readonly state: DayState
  readonly at: number
}

export function createDays(store: Pick<Store, 'windows' | 'results'>): Days {
  const reader = createWindowReader(store)
  let known = new Map<string, Map<string, Read>>()
  return {
    async follow(placed, now, rawKept, fresh) {
      const calendar = createCalendar(now, rawKept)
      const next = new Map<Placed, Map<string, Read>>()
      const missing: { readonly item: Placed; readonly day: Day }[] = []
      for (const item of placed) {
        const before = known.get(nameOf(item))
        const days = new Map<string, Read>()
        for (const day of calendar(item)) {
          const read = before?.get(day.day)
          if (read !== undefined && read.at >= day.to + settled && read.state.from === day.from) days.set(day.day, read)
          else missing.push({ item, day })
        }
        next.set(item, days)
      }
      // Day by day, so that ninety days of thousands of checks never stand in memory together.
      for (const group of Map.groupBy(missing, ({ day }) => `${day.from} ${day.to}`).values()) {
        const wanted = group.map(({ item, day }) => wantedOf(item, day))
        const windows = await reader.read(wanted, now, fresh)
        for (const { item, day } of group) {
          const tally = windows.tally(wantedOf(item, day), item.part.checks)
          const counted = { tally, ...(await countOf(store, item, day)) }
          next.get(item)!.set(day.day, { state: judgeDay(item.part, day, now, counted), at: now })
        }
      }
      known = new Map([...next].map(([item, days]) => [nameOf(item), days]))
      return item => [...(next.get(item)?.values() ?? [])].map(({ state }) => state).toSorted((a, b) => a.from - b.from)
    },
  }
}

/** What a day was judged by: another set of checks makes it another calendar. */
const nameOf = ({ system, objective, part, period }: Placed) =>
  [system.id, objective.id, part.part, part.pace, part.target, period?.deploy?.id, ...part.checks].join(' ')

const wantedOf = ({ system, part }: Placed, { from, to }: Day): Wanted => ({
  system: system.id,
  from,
  to,
  ...figuresFor(part),
})

/** The days of a part, made once for all that have the same: of the zone of a month, else of UTC. */
function createCalendar(now: number, rawKept: number): (item: Placed) => readonly Day[] {
  const made = new Map<string, readonly Day[]>()
  return ({ part, period }) => {
    if (period === undefined) return []
    const zone = 'calendar' in part.span ? part.span.timezone : 'UTC'
    const counts = part.measure.sli === 'count'
    const time = period.kind === 'deploy' ? period : undefined
    const name = [zone, counts, time?.from, time?.to].join(' ')
    const days = made.get(name) ?? daysOf(zone, now, counts ? rawKept : daysShown * dayMs, time)
    made.set(name, days)
    return days
  }
}

/** Whole days up to today, as far as single runs reach for what is counted; after a deploy those of its time, the outer ones in part. */
function daysOf(zone: string, now: number, reach: number, time?: { readonly from: number; readonly to: number }) {
  const offsetAt = zoneOffset(zone)
  const shown = startOfDay(now, offsetAt, 1 - Math.floor(Math.min(reach / dayMs, daysShown)))
  const begin = Math.max(time?.from ?? 0, shown)
  const days: Day[] = []
  for (let start = startOfDay(begin, offsetAt); start < Math.min(now, time?.to ?? now); ) {
    const next = startOfDay(start, offsetAt, 1)
    days.push({
      day: dayName(start, offsetAt),
      from: Math.max(start, begin),
      to: Math.min(next, time?.to ?? next),
    })
    start = next
  }
  return days
}
