import { expect, test } from 'vitest'
import { firstRun, intervalOf, timetableOf } from '../../runner/engine/timetables.ts'

const now = Date.UTC(2026, 0, 5, 12)
const every = (ms: number) => ({ every: ms })

test('a first run comes within half a short interval, and within 15 s of a long one', () => {
  for (let index = 0; index < 200; index += 1) {
    expect(firstRun(every(20_000), `a/${index}`, 'local', now, undefined)!.at - now).toBeLessThan(10_000)
    expect(firstRun(every(60_000), `a/${index}`, 'local', now, undefined)!.at - now).toBeLessThan(30_000)
    expect(firstRun(every(3_600_000), `a/${index}`, 'local', now, undefined)!.at - now).toBeLessThan(15_000)
  }
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
