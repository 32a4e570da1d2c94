import fc from 'fast-check'
import { expect, test } from 'vitest'
import { everyTimetable, offsetOf, planRun, slotAt } from '../../runner/core/slots.ts'

const interval = fc.integer({ min: 1_000, max: 86_400_000 })
const time = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 })
const place = fc.record({ interval, time, check: fc.string({ minLength: 1 }) })
const at = (iso: string) => Date.parse(`2026-01-05T${iso}Z`)
const everyMinute = everyTimetable(60_000, 10_000)

test('a moment lies in its slot, and the slot is the same for every moment of it', () => {
  fc.assert(
    fc.property(place, fc.double({ min: 0, max: 0.999, noNaN: true }), ({ interval, time, check }, part) => {
      const offset = offsetOf(check, 'local', interval)
      const slot = slotAt(time, interval, offset)
      expect(slot).toBeLessThanOrEqual(time)
      expect(slot + interval).toBeGreaterThan(time)
      expect(slotAt(slot + Math.floor(interval * part), interval, offset)).toBe(slot)
      expect((slot - offset) % interval).toBe(0)
    }),
  )
})

test('the slot after a slot follows one interval later', () => {
  fc.assert(
    fc.property(place, ({ interval, time, check }) => {
      const timetable = everyTimetable(interval, offsetOf(check, 'local', interval))
      const next = timetable.after(time)!
      expect(next).toBeGreaterThan(time)
      expect(next - time).toBeLessThanOrEqual(interval)
      expect(timetable.after(next)).toBe(next + interval)
    }),
  )
})

test('checks are spread evenly over their interval', () => {
  const tenths = new Array<number>(10).fill(0)
  for (let index = 0; index < 10_000; index += 1) {
    const tenth = Math.floor(offsetOf(`shop/check-${index}`, 'local', 60_000) / 6_000)
    tenths[tenth]! += 1
  }
  expect(Math.min(...tenths)).toBeGreaterThan(900)
  expect(Math.max(...tenths)).toBeLessThan(1_100)
})

test('another location runs the same check at another moment', () => {
  expect(offsetOf('shop/home', 'london', 60_000)).not.toBe(offsetOf('shop/home', 'berlin', 60_000))
})

test('runs the slot when woken on time', () => {
  expect(planRun(at('12:00:10'), at('12:00:10'), everyMinute)).toEqual({
    run: at('12:00:10'),
    missed: 0,
    next: at('12:01:10'),
  })
})

test('runs a late slot once', () => {
  expect(planRun(at('12:00:10'), at('12:01:09'), everyMinute)).toEqual({
    run: at('12:00:10'),
    missed: 0,
    next: at('12:01:10'),
  })
})

test('after a long block runs only the newest slot and counts the others', () => {
  expect(planRun(at('12:00:10'), at('12:05:30'), everyMinute)).toEqual({
    run: at('12:05:10'),
    missed: 5,
    next: at('12:06:10'),
  })
})

test('after a night asleep, or a clock set forward, runs once', () => {
  expect(planRun(at('01:00:10'), at('09:00:20'), everyMinute)).toEqual({
    run: at('09:00:10'),
    missed: 480,
    next: at('09:01:10'),
  })
})

test('woken a little early, waits on', () => {
  expect(planRun(at('12:00:10'), at('12:00:09.500'), everyMinute)).toEqual({ missed: 0, next: at('12:00:10') })
})

test('a clock corrected by less than an interval runs no slot twice', () => {
  expect(planRun(at('12:00:10'), at('11:59:05'), everyMinute)).toEqual({ missed: 0, next: at('12:00:10') })
})

test('a clock set back an hour leaves the check watched within one interval', () => {
  expect(planRun(at('12:00:10'), at('11:00:05'), everyMinute)).toEqual({ missed: 0, next: at('11:00:10') })
})

test('whatever the clock does, at most one run comes of a wake-up and the next is no more than two intervals away', () => {
  fc.assert(
    fc.property(place, fc.integer({ min: -90_000_000, max: 90_000_000 }), ({ interval, time, check }, late) => {
      const timetable = everyTimetable(interval, offsetOf(check, 'local', interval))
      const armed = timetable.after(time)!
      const now = armed + late
      const plan = planRun(armed, now, timetable)
      expect(plan.next).toBeGreaterThan(now)
      expect(plan.next! - now).toBeLessThanOrEqual(2 * interval)
      if (plan.run !== undefined) {
        expect(now - plan.run).toBeLessThan(interval)
        expect(plan.run - armed).toBe(plan.missed * interval)
      }
      expect(plan.run === undefined).toBe(late < 0)
    }),
  )
})
