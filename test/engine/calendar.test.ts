import { Cron } from 'croner'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planRun } from '../../runner/core/slots.ts'
import { calendarTimetable } from '../../runner/engine/calendar.ts'

const utc = (iso: string) => Date.parse(`${iso}Z`)
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(0, 16))

function slots(expression: string, zone: string, from: string, to: string): readonly string[] {
  const timetable = calendarTimetable(expression, zone)
  const found: string[] = []
  for (let at = timetable.after(utc(from) - 1); at !== undefined && at < utc(to); at = timetable.after(at)) {
    found.push(iso(at)!)
  }
  return found
}

test('in autumn "every ten minutes" goes on through both passes of the hour', () => {
  // London, 25 October 2026: 02:00 BST becomes 01:00 GMT at 01:00 UTC.
  expect(slots('*/10 * * * *', 'Europe/London', '2026-10-25T00:00', '2026-10-25T03:00')).toHaveLength(18)
})

test('in autumn a fixed time in the repeated hour gives one slot, at its first pass', () => {
  expect(slots('30 1 * * *', 'Europe/London', '2026-10-24T12:00', '2026-10-27T12:00')).toEqual([
    '2026-10-25T00:30',
    '2026-10-26T01:30',
    '2026-10-27T01:30',
  ])
})

test('in spring a fixed time in the lost hour gives one slot, at the leap', () => {
  // London, 29 March 2026: 01:00 GMT becomes 02:00 BST at 01:00 UTC.
  expect(slots('30 1 * * *', 'Europe/London', '2026-03-28T12:00', '2026-03-31T12:00')).toEqual([
    '2026-03-29T01:00',
    '2026-03-30T00:30',
    '2026-03-31T00:30',
  ])
})

test('in spring several times in the lost hour give one slot', () => {
  expect(slots('10,40 1,2 * * *', 'Europe/London', '2026-03-29T00:00', '2026-03-29T06:00')).toEqual([
    '2026-03-29T01:00',
    '2026-03-29T01:10',
    '2026-03-29T01:40',
  ])
})

test('half an hour of difference is no trouble', () => {
  // Lord Howe, 5 April 2026: 02:00 becomes 01:30 at 15:00 UTC on the 4th.
  expect(slots('45 1 * * *', 'Australia/Lord_Howe', '2026-04-03T00:00', '2026-04-06T00:00')).toEqual([
    '2026-04-03T14:45',
    '2026-04-04T14:45',
    '2026-04-05T15:15',
  ])
})

test('the last day of the month and the first Monday are days like others', () => {
  expect(slots('0 9 L * *', 'UTC', '2026-01-01T00:00', '2026-04-01T00:00')).toEqual([
    '2026-01-31T09:00',
    '2026-02-28T09:00',
    '2026-03-31T09:00',
  ])
  expect(slots('0 9 * * 1#1', 'UTC', '2026-01-01T00:00', '2026-03-01T00:00')).toEqual([
    '2026-01-05T09:00',
    '2026-02-02T09:00',
  ])
})

test('a leap day is waited for', () => {
  expect(iso(calendarTimetable('0 0 29 2 *', 'UTC').after(utc('2026-01-01T00:00')))).toBe('2028-02-29T00:00')
})

test('after a sleep the newest slot is run and the others are counted', () => {
  const timetable = calendarTimetable('0 * * * *', 'Europe/London')
  expect(planRun(utc('2026-01-05T10:00'), utc('2026-01-05T15:20'), timetable)).toEqual({
    run: utc('2026-01-05T15:00'),
    missed: 5,
    next: utc('2026-01-05T16:00'),
  })
})

const zones = ['UTC', 'Europe/London', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns']
const minutes = fc.oneof(fc.constantFrom('*', '*/5', '*/10', '7', '0,30'), fc.integer({ min: 0, max: 59 }).map(String))
const hours = fc.oneof(
  fc.constant('*'),
  fc.constantFrom('1', '2', '*/6', '9-17'),
  fc.integer({ min: 0, max: 23 }).map(String),
)
const days = fc.constantFrom('* * *', '1 * *', '* * 1-5', '* 3,10 *', '* * 0', '15 6 *')
const year = fc.integer({ min: utc('2025-01-01T00:00') / 60_000, max: utc('2027-12-31T00:00') / 60_000 })

const clockChangeNear = (zone: string, from: number, to: number) => {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
  const offset = (time: number) => format.formatToParts(time).find(part => part.type === 'timeZoneName')!.value
  for (let at = from - 86_400_000; at < to + 86_400_000; at += 3_600_000) {
    if (offset(at) !== offset(at + 3_600_000)) return true
  }
  return false
}

test('agrees with croner on every zone and expression, but for fixed times near a clock change', () => {
  let compared = 0
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, hours, days, year, (zone, minute, hour, day, start) => {
      const expression = `${minute} ${hour} ${day}`
      const timetable = calendarTimetable(expression, zone)
      const oracle = new Cron(expression, { timezone: zone, paused: true })
      let at: number | undefined = start * 60_000
      for (let count = 0; count < 4 && at !== undefined; count += 1) {
        const next: number | undefined = timetable.after(at)
        const expected: number | undefined = oracle.nextRun(new Date(at))?.getTime()
        const skip = hour !== '*' && clockChangeNear(zone, at, Math.min(next ?? at, at + 7 * 86_400_000))
        if (skip || clockChangeNear(zone, next ?? at, next ?? at)) return
        expect(iso(next), `${expression} ${zone} after ${iso(at)}`).toBe(iso(expected))
        compared += 1
        at = next
      }
    }),
    { numRuns: 400, seed: 20260105 },
  )
  expect(compared).toBeGreaterThan(800)
})

test('near a clock change every fixed time gives one slot a day', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 23 }),
      fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'),
      (zone, minute, hour, day) => {
        const from = iso(utc(`${day}T00:00`) - 5 * 86_400_000)!
        const found = slots(`${minute} ${hour} * * *`, zone, from, iso(utc(from) + 10 * 86_400_000)!)
        const dates = found.map(at =>
          new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(utc(at)),
        )
        expect(new Set(dates).size).toBe(dates.length)
        expect(dates.length).toBeGreaterThanOrEqual(9)
      },
    ),
    { numRuns: 200, seed: 20260105 },
  )
})
