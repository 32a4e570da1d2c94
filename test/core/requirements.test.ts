import { expect, test } from 'vitest'
import {
  describeLimit,
  findLimit,
  keepsLimit,
  limit,
  limitsOf,
  type Requirement,
  statistic,
} from '../../runner/core/requirements.ts'

const entry = (id: string, threshold: Requirement['threshold'] = []): Requirement => ({
  id,
  need: 'n',
  verify: 'probe',
  broken: 'b',
  source: 's',
  threshold,
})
const requirements = [
  entry('A-1', [
    { stages: ['2m:50'] },
    { metric: 'http_req_duration_ms', stat: 'p95', lt: 500 },
    { metric: 'error_rate', lt: 0.01 },
  ]),
  entry('A-2', [{ metric: 'concurrent_users', gte: 100 }, { as: 'A-1' }]),
  entry('A-3', [{ as: 'A-3' }]),
  entry('A-4', [{ metric: 'observatory_grade', gte: 'B+' }]),
]

test('a reference brings the limits of the other entry, not its stages', () => {
  expect(limitsOf(requirements, 'A-2').map(describeLimit)).toEqual([
    'concurrent_users >= 100',
    'http_req_duration_ms p95 < 500',
    'error_rate < 0.01',
  ])
})

test('an entry that refers to itself ends', () => {
  expect(limitsOf(requirements, 'A-3')).toEqual([])
})

test('a limit is found by metric, and a vague or wrong reference says what there is', () => {
  expect(findLimit(requirements, limit('A-1', { metric: 'error_rate' }))).toMatchObject({ lt: 0.01 })
  expect(findLimit(requirements, limit('A-1'))).toContain('found 2; say which')
  expect(findLimit(requirements, limit('A-9'))).toBe("expected the id of a requirement of this system, found 'A-9'")
  expect(findLimit(requirements, limit('A-1', { scope: 'auth' }))).toContain('found none that fits')
})

test.each([
  [{ metric: 'm', lt: 5 }, 5, false],
  [{ metric: 'm', lte: 5 }, 5, true],
  [{ metric: 'm', gt: 5 }, 5, false],
  [{ metric: 'm', gte: 5 }, 5, true],
  [{ metric: 'm', eq: 5 }, 4, false],
  [{ metric: 'm', lt: 5 }, Number.NaN, false],
  [{ metric: 'observatory_grade', gte: 'B+' }, 'A-', true],
  [{ metric: 'observatory_grade', gte: 'B+' }, 'B', false],
] as const)('%j against %s: %s', (item, figure, kept) => {
  expect(keepsLimit(item, figure)).toBe(kept)
})

test('statistics take the nearest rank, and nothing of no samples', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(statistic(samples, 'p95')).toBe(95)
  expect(statistic(samples, 'max')).toBe(100)
  expect(statistic(samples, 'avg')).toBe(50.5)
  expect(statistic([], 'avg')).toBeNaN()
})
