import { expect, test } from 'vitest'
import { firstRun, intervalOf, timetableOf } from '../../runner/engine/timetables.ts'

const now = Date.UTC(2026, 0, 5, 12)
const every = (ms: number) => ({ every: ms })

const names = Array.from({ length: 1_000 }, (_, index) => `a/${index}`)

test('every check of a long interval has its first run within 15 s, or its slot within a minute', () => {
  const waits = names.map(name => ({
    first: firstRun(every(3_600_000), name, 'local', now, undefined)?.at,
    slot: timetableOf(every(3_600_000), name, 'local').after(now)! - now,
  }))
  const late = waits.filter(({ first, slot }) =>
    first === undefined ? slot >= 60_000 : first - now >= 15_000 || slot < 60_000,
  )
  expect(late).toEqual([])
  expect(waits.filter(({ first }) => first === undefined).length).toBeGreaterThan(0)
})

test('every check of a short interval runs within three quarters of it, and only one in four at another time than its own', () => {
  const waits = names.map(name => {
    const first = firstRun(every(60_000), name, 'local', now, undefined)
    return {
      first: first?.at,
      wait: Math.min(first?.at ?? Infinity, timetableOf(every(60_000), name, 'local').after(now)!) - now,
    }
  })
  expect(Math.max(...waits.map(({ wait }) => wait))).toBeLessThanOrEqual(45_000)
  const early = waits.filter(({ first }) => first !== undefined)
  expect(early.length).toBeGreaterThan(200)
  expect(early.length).toBeLessThan(300)
})

test('a first run stands for the slot that has begun, unless that was run', () => {
  const first = firstRun(every(3_600_000), 'a/b', 'local', now, undefined)!
  expect(timetableOf(every(3_600_000), 'a/b', 'local').after(first.slot)).toBeGreaterThan(now)
  expect(first.slot).toBeLessThanOrEqual(now)
  expect(firstRun(every(3_600_000), 'a/b', 'local', now, first.slot - 1)).toEqual(first)
  expect(firstRun(every(3_600_000), 'a/b', 'local', now, first.slot)).toBeUndefined()
})

test('nothing comes before the time that a calendar names', () => {
  expect(firstRun({ cron: '0 3 * * *', timezone: 'UTC' }, 'a/b', 'local', now, undefined)).toBeUndefined()
})

test('the interval of a calendar is the mean of its next ones', () => {
  const interval = (cron: string) => {
    const schedule = { cron, timezone: 'UTC' }
    return intervalOf(schedule, timetableOf(schedule, 'a/b', 'local'), now)
  }
  expect(interval('*/5 * * * *')).toBe(300_000)
  expect(interval('0 3 * * *')).toBe(86_400_000)
  expect(interval('0 3 * * 1-5')).toBeCloseTo((9 / 7) * 86_400_000, -8)
})
