import { expect, test } from 'vitest'
import { objective } from '../../runner/config/objective.ts'
import { coverageOf, gapProblems, summarizeCoverage } from '../../runner/core/coverage.ts'
import type { LoadDefinition } from '../../runner/core/definitions.ts'
import type { Requirement, Verification } from '../../runner/core/requirements.ts'

const promise = (id: string, verify: Verification, more: Partial<Requirement> = {}): Requirement => ({
  id,
  need: 'a need',
  verify,
  broken: 'it breaks',
  source: 'Chapter',
  ...more,
})

const load: LoadDefinition = {
  id: 'shop',
  script: '/load/shop.ts',
  profiles: { documented: { from: 'A-3' }, smoke: { from: 'A-3', stages: ['5s:5'] } },
  env: {},
}
const system = {
  requirements: [
    promise('A-1', 'journey'),
    promise('A-2', 'probe', { threshold: [{ as: 'A-3' }] }),
    promise('A-3', 'load', {
      threshold: [{ stages: ['1m:50'] }, { metric: 'http_req_duration_ms', stat: 'p95', lt: 500 }],
    }),
    promise('A-4', 'slo'),
    promise('A-5', 'gate'),
    promise('A-6', 'audit'),
  ],
  load: [load],
  objectives: [objective('availability', { from: 'A-4' })],
}
const coverage = coverageOf(system, [
  { id: 'pays', covers: ['A-1', 'A-2'] },
  { id: 'home', covers: ['A-2'] },
])

test('each promise with what covers it: checks, the promised load, objectives', () => {
  expect(coverage.map(({ requirement, by }) => [requirement.id, by.map(({ kind, id }) => `${kind} ${id}`)])).toEqual([
    ['A-1', ['check pays']],
    ['A-2', ['check pays', 'check home']],
    ['A-3', ['load shop/documented']],
    ['A-4', ['objective availability']],
    ['A-5', []],
    ['A-6', []],
  ])
})

test('limits are told in words, also those of another entry', () => {
  expect(coverage[1]!.limits).toEqual(['http_req_duration_ms p95 < 500'])
})

test('only what a check could hold is a gap', () => {
  expect(gapProblems('shop', coverage)).toEqual([
    {
      level: 'warning',
      path: ['system shop', 'requirement A-6'],
      message: expect.stringContaining("found none; tag a test '@A-6'"),
    },
  ])
})

test('a summary counts gaps and other kinds apart', () => {
  expect(summarizeCoverage(coverage)).toBe(
    '6 promises, 4 covered; 1 without a check; 1 of other kinds not covered (1 gate)',
  )
  expect(summarizeCoverage(coverage.slice(0, 1))).toBe('1 promise, 1 covered')
})
