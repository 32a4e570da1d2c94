/** When a check runs. A slot is named by its start in epoch milliseconds, so that two schedulers and a restart agree on it. */

export interface Timetable {
  /** The first slot later than `time`; undefined when there is none any more. */
  after(time: number): number | undefined
  /** From a slot that has begun to the newest one that has: its start, and how many were passed over, the first included. */
  catchUp(slot: number, now: number): { readonly slot: number; readonly missed: number }
}

/** Spreads checks over their interval: the same check at the same place always starts at the same moment of it. */
export const offsetOf = (check: string, location: string, interval: number): number =>
  hash(`${check}\n${location}`) % interval

/** Start of the slot that `time` lies in. */
export const slotAt = (time: number, interval: number, offset: number): number =>
  Math.floor((time - offset) / interval) * interval + offset

/** Slots every `interval` milliseconds, shifted by `offset`. */
export function everyTimetable(interval: number, offset: number): Timetable {
  return {
    after: time => slotAt(time, interval, offset) + interval,
    catchUp(slot, now) {
      const missed = Math.max(0, Math.floor((now - slot) / interval))
      return { slot: slot + missed * interval, missed }
    },
  }
}

export interface Plan {
  /** The slot to run now. */
  readonly run?: number
  /** Slots that nobody ran: they are counted and never made up for. */
  readonly missed: number
  /** The slot to wait for; undefined when the timetable has ended. */
  readonly next?: number
}

/** What to do on waking at `now` for the slot `armed`. However late it is, one run comes of it. */
export function planRun(armed: number, now: number, timetable: Timetable): Plan {
  if (now >= armed) {
    const { slot, missed } = timetable.catchUp(armed, now)
    return { run: slot, missed, ...wait(timetable.after(slot)) }
  }
  // Woken early, or the clock was set back. The slot just before the armed one was run already; if more lie between, the clock
  // went back further than that, and waiting for the old time would leave the check unwatched: go on by the new time.
  const first = timetable.after(now)
  const second = first === undefined ? undefined : timetable.after(first)
  return { missed: 0, next: first === undefined || first === armed || second === armed ? armed : first }
}

const wait = (next: number | undefined) => (next === undefined ? {} : { next })

/** FNV-1a, 32 bits, with a final mix so that names that differ in their last letter lie far apart. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193)
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b)
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35)
  return (sum ^ (sum >>> 16)) >>> 0
}
