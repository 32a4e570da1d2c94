import { expect, test } from 'vitest'
import { dayName, startOfDay, startOfMonth, zoneOffset } from '../../runner/core/zone.ts'

const hour = 3_600_000

test.each([
  ['UTC', Date.UTC(2026, 10, 29, 12), Date.UTC(2026, 10, 29)],
  ['Europe/Berlin', Date.UTC(2026, 10, 29, 23, 30), Date.UTC(2026, 10, 29, 23)],
  ['America/Sao_Paulo', Date.UTC(2026, 10, 29, 2), Date.UTC(2026, 10, 28, 3)],
  ['Asia/Kolkata', Date.UTC(2026, 10, 29, 20), Date.UTC(2026, 10, 29, 18, 30)],
])('a day in %s begins at its own midnight', (zone, time, begin) => {
  expect(startOfDay(time, zoneOffset(zone))).toBe(begin)
})

test('days have 23 hours in spring, 25 in autumn, and never overlap', () => {
  const offsetAt = zoneOffset('Europe/Berlin')
  const length = (time: number) => (startOfDay(time, offsetAt, 1) - startOfDay(time, offsetAt)) / hour
  expect(length(Date.UTC(2026, 2, 29, 10))).toBe(23)
  expect(length(Date.UTC(2026, 9, 25, 10))).toBe(25)
  expect(length(Date.UTC(2026, 9, 26, 10))).toBe(24)
})

test('a day whose midnight is leapt over begins at the leap', () => {
  // In Beirut clocks went from 00:00 to 01:00 on 29 March 2026.
  const offsetAt = zoneOffset('Asia/Beirut')
  expect(startOfDay(Date.UTC(2026, 2, 29, 12), offsetAt)).toBe(Date.UTC(2026, 2, 28, 22))
})

test('months and days have the names that clocks show', () => {
  const offsetAt = zoneOffset('Pacific/Auckland')
  const time = Date.UTC(2026, 11, 31, 12)
  expect(dayName(time, offsetAt)).toBe('2027-01-01')
  expect(startOfMonth(time, offsetAt)).toBe(Date.UTC(2026, 11, 31, 11))
  expect(startOfMonth(time, offsetAt, 1)).toBe(Date.UTC(2027, 0, 31, 11))
  expect(startOfMonth(time, offsetAt, -1)).toBe(Date.UTC(2026, 10, 30, 11))
})
