import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../runner/core/duration.ts'

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
])('reads %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each(['5 parsecs', '30', '', '-5s', '5m x', 's', '1e3s', `${'9'.repeat(30)}d`])('refuses %j', text => {
  expect(parseDuration(text)).toBeUndefined()
})

test.each([
  [3.25, '3.3ms'],
  [250, '250ms'],
  [1_234, '1.23s'],
  [59_000, '59s'],
  [5_400_000, '1h 30m'],
  [86_400_000, '1d'],
])('writes %d', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
