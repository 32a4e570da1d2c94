import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHistogram, toUnits } from '../../runner/core/histogram.ts'

const durations = fc.array(fc.double({ min: 1, max: 40_000_000, noNaN: true }), { minLength: 1, maxLength: 300 })

function of(samples: readonly number[]) {
  const histogram = createHistogram()
  for (const ms of samples) histogram.add(toUnits(ms))
  return histogram
}

test('percentiles are within 3 % of the nearest rank', () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (samples, share) => {
      const exact = samples.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * samples.length)) - 1]!
      expect(Math.abs(of(samples).percentile(share) / exact - 1)).toBeLessThan(0.03)
    }),
  )
})

test('what was encoded in pieces adds up to the whole', () => {
  fc.assert(
    fc.property(durations, durations, (one, other) => {
      const sum = createHistogram()
      sum.merge(of(one).encode())
      sum.merge(of(other).encode())
      expect(sum.count).toBe(one.length + other.length)
      expect(sum.encode()).toEqual(of([...one, ...other]).encode())
    }),
  )
})

test('a sample can be taken out again', () => {
  const histogram = of([10, 10, 500])
  histogram.add(toUnits(500), -1)
  histogram.add(toUnits(10), -1)
  expect(histogram.encode()).toEqual(of([10]).encode())
  expect(histogram.percentile(0.99)).toBeCloseTo(10, -0.5)
})

test('an hour of one check takes a byte per occupied bucket', () => {
  expect(of(Array.from({ length: 60 }, (_, index) => 100 + index)).encode().length).toBeLessThanOrEqual(15)
  expect(of(Array.from({ length: 100_000 }, () => 100)).encode().length).toBeLessThanOrEqual(6)
})

test('without samples there is no percentile, and clearing leaves none', () => {
  const histogram = of([1, 2, 3])
  histogram.clear()
  expect(histogram.percentile(0.5)).toBeNaN()
  expect(histogram.encode()).toHaveLength(0)
  expect(histogram.count).toBe(0)
})

test('durations that are none count as no time', () => {
  expect([Number.NaN, -5, Number.POSITIVE_INFINITY].map(toUnits)).toEqual([0, 0, 0])
})
