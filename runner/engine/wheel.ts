import type { Clock } from '../core/contracts.ts'
import { createHeap } from '../core/heap.ts'
import { planRun, type Timetable } from '../core/slots.ts'

/** One scheduler for all checks of a thread: what is due next is at hand, and one timer waits for it. */
export interface Wheel<T> {
  /** Runs `item` at the slots later than `after`; `first` is one slot that is run at another moment than its start. */
  add(item: T, timetable: Timetable, after: number, first?: { readonly slot: number; readonly at: number }): void
  /** Takes no more slots. Returns the time up to which all slots were taken. */
  stop(): number
  readonly size: number
}

export interface WheelOptions<T> {
  readonly clock: Clock
  /** `lateness`: milliseconds between the moment it was due and now. */
  onDue(item: T, slot: number, lateness: number): void
  /** Slots that passed while nobody looked: a blocked thread, a machine asleep, a clock set forward. */
  onMissed(item: T, count: number): void
}

interface Entry<T> {
  readonly item: T
  readonly timetable: Timetable
  readonly slot: number
  /** Wall time to wake at: the slot itself but for a first run. */
  readonly at: number
}

// A machine that slept and a clock that was set are noticed at the next wake-up, so no wait is longer than this.
const longestWait = 30_000
// Node's timers may fire a millisecond early; waiting again for it would cost a second wake-up per run.
const early = 1
const jump = 1_000

export function createWheel<T>({ clock, onDue, onMissed }: WheelOptions<T>): Wheel<T> {
  const heap = createHeap<Entry<T>>(entry => entry.at)
  let cancel: (() => void) | undefined
  let armedFor = Number.POSITIVE_INFINITY
  let armedAt = { wall: 0, mono: 0 }
  let takenUntil = clock.now()
  let stopped = false

  const arm = () => {
    const next = heap.peek()
    if (stopped || next === undefined) return
    const now = clock.now()
    const until = Math.min(next.at, now + longestWait)
    if (cancel !== undefined && until >= armedFor) return
    cancel?.()
    armedFor = until
    armedAt = { wall: now, mono: clock.monotonic() }
    cancel = clock.timer(Math.max(0, until - now), wake)
  }
  const push = (entry: Entry<T>, next: number | undefined) => {
    if (next !== undefined) heap.push({ ...entry, slot: next, at: next })
  }
  const wake = () => {
    cancel = undefined
    const now = clock.now()
    const drift = now - armedAt.wall - (clock.monotonic() - armedAt.mono)
    if (drift < -jump) replan(now)
    // A backlog larger than a tick can carry is taken up to here; what becomes due meanwhile waits for the next wake-up.
    for (let entry = heap.peek(); entry !== undefined && entry.at <= now + early; entry = heap.peek()) {
      heap.pop()
      take(entry, now)
    }
    takenUntil = now + early
    arm()
  }
  const take = (entry: Entry<T>, now: number) => {
    if (entry.at !== entry.slot) {
      push(entry, entry.timetable.after(entry.slot))
      onDue(entry.item, entry.slot, Math.max(0, now - entry.at))
      return
    }
    const plan = planRun(entry.slot, Math.max(now, entry.slot), entry.timetable)
    push(entry, plan.next)
    if (plan.missed > 0) onMissed(entry.item, plan.missed)
    if (plan.run !== undefined) onDue(entry.item, plan.run, Math.max(0, now - plan.run))
  }
  const replan = (now: number) => {
    for (const entry of heap.drain()) {
      if (entry.at !== entry.slot) heap.push({ ...entry, at: Math.min(entry.at, now) })
      else push(entry, entry.at > now ? planRun(entry.slot, now, entry.timetable).next : entry.slot)
    }
  }

  return {
    add(item, timetable, after, first) {
      const next = timetable.after(after)
      const entry = { item, timetable }
      if (first !== undefined && (next === undefined || first.at < next)) heap.push({ ...entry, ...first })
      else if (next !== undefined) heap.push({ ...entry, slot: next, at: next })
      arm()
    },
    stop() {
      stopped = true
      cancel?.()
      cancel = undefined
      heap.drain()
      return takenUntil
    },
    get size() {
      return heap.size
    },
  }
}
