import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QuietHours } from '../../runner/core/notifications.ts'
import { afterQuiet } from '../../runner/core/quiet-hours.ts'

const minute = 60_000
const night = (change: Partial<QuietHours> = {}): QuietHours => ({
  from: 22 * 60,
  to: 7 * 60,
  timezone: 'Europe/Berlin',
  except: ['p0'],
  ...change,
})
const ended = (at: string, quiet: QuietHours = night()) => new Date(afterQuiet(quiet, Date.parse(at))).toISOString()

describe('quiet hours', () => {
  test.each([
    ['before they begin', '2026-01-05T20:59:59.999Z', '2026-01-05T20:59:59.999Z'],
    ['at their first moment', '2026-01-05T21:00:00.000Z', '2026-01-06T06:00:00.000Z'],
    ['after midnight', '2026-01-06T02:13:14.151Z', '2026-01-06T06:00:00.000Z'],
    ['in their last moment', '2026-01-06T05:59:59.999Z', '2026-01-06T06:00:00.000Z'],
    ['at their end', '2026-01-06T06:00:00.000Z', '2026-01-06T06:00:00.000Z'],
    ['in the night that loses an hour', '2026-03-28T23:00:00.000Z', '2026-03-29T05:00:00.000Z'],
    ['in the night that has an hour twice', '2026-10-24T21:00:00.000Z', '2026-10-25T06:00:00.000Z'],
  ])('%s: %s ends at %s', (_name, at, end) => {
    expect(ended(at)).toBe(end)
  })

  test('within a day', () => {
    const lunch = night({ from: 12 * 60, to: 13 * 60, timezone: 'Asia/Kolkata' })
    expect(ended('2026-01-05T06:30:00.000Z', lunch)).toBe('2026-01-05T07:30:00.000Z')
    expect(ended('2026-01-05T07:30:00.000Z', lunch)).toBe('2026-01-05T07:30:00.000Z')
  })

  test('that end within the hour that is leapt over end with the leap', () => {
    const early = night({ to: 2 * 60 + 30 })
    expect(ended('2026-03-29T00:30:00.000Z', early)).toBe('2026-03-29T01:00:00.000Z')
  })

  test('none hold nothing back', () => {
    const at = Date.parse('2026-01-06T02:00:00.000Z')
    expect(afterQuiet(undefined, at)).toBe(at)
  })

  test('end at the first minute that is not in them, whatever the zone and the day', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Antarctica/Troll',
      'UTC',
    ]
    const clocks = new Map(
      zones.map(timeZone => [timeZone, new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' })]),
    )
    const timeOfDay = (at: number, timezone: string) => {
      const [hours, minutes] = clocks.get(timezone)!.format(at).split(':').map(Number)
      return hours! * 60 + minutes!
    }
    const isQuiet = (at: number, { from, to, timezone }: QuietHours) => {
      const now = timeOfDay(at, timezone)
      return from < to ? now >= from && now < to : now >= from || now < to
    }
    const changes = ['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-06-01'].map(Date.parse)
    const times = fc.integer({ min: 0, max: 1_439 })
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.integer({ min: -86_400_000, max: 86_400_000 }),
        fc.constantFrom(...zones),
        times,
        times,
        (day, offset, timezone, from, to) => {
          fc.pre(from !== to)
          const quiet = night({ from, to, timezone })
          const at = day + offset
          const end = afterQuiet(quiet, at)
          expect(isQuiet(end, quiet)).toBe(false)
          if (!isQuiet(at, quiet)) expect(end).toBe(at)
          for (let time = at; time < end; time += minute) expect(isQuiet(time, quiet)).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })
})
