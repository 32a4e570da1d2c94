import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Result, verdicts } from '../../runner/core/contracts.ts'
import { decide, type Evidence } from '../../runner/core/decision.ts'
import { gateResult } from '../support/gate-results.ts'

const plan = (...checks: string[]) => checks.map(check => ({ system: 'shop', check, title: check, kind: 'http' }))

const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  environment: 'staging',
  location: 'local',
  version: '0.1.0',
  selection: [],
  plan: plan('home'),
  results: [gateResult('home')],
  revisions: {},
  strict: false,
  startedAt: 1_000,
  duration: 50,
  ...changes,
})

const failed: Partial<Result> = { verdict: 'failed', reason: 'status', detail: 'expected 200, found 500' }
const unknown: Partial<Result> = { verdict: 'unknown', reason: 'runner', detail: 'no browser' }
const degraded: Partial<Result> = { verdict: 'degraded', reason: 'slow', detail: 'expected p95 < 500, found 612' }

test.each<[string, Partial<Evidence>, number, string]>([
  ['all passed', {}, 0, 'the one check passed'],
  [
    'all passed on the expected revision',
    { revisions: { shop: { expected: 'abc', before: 'abc', after: 'abc' } } },
    0,
    'the one check passed on revision abc',
  ],
  ['no readable revision and none expected', { revisions: { shop: {} } }, 0, 'the one check passed'],
  [
    'a failed check',
    { results: [gateResult('home', failed)] },
    1,
    'shop/home failed (status): expected 200, found 500',
  ],
  [
    'a degraded check with --strict',
    { results: [gateResult('home', degraded)], strict: true },
    1,
    'shop/home is degraded (slow): expected p95 < 500, found 612; --strict makes this a failure',
  ],
  [
    'nothing planned',
    { plan: [], results: [] },
    2,
    'expected at least one check to run, found that there are none; `vedette list` shows all',
  ],
  [
    'an empty selection',
    { plan: [], results: [], selection: ['@night'] },
    2,
    'expected at least one check to run, found that @night selects none; `vedette list` shows all',
  ],
  ['a mistake in the configuration', { problems: ['check home: bad'] }, 2, 'check home: bad'],
  ['an unknown check', { results: [gateResult('home', unknown)] }, 3, 'shop/home is unknown (runner): no browser'],
  ['a check without a result', { results: [] }, 3, 'shop/home is unknown (runner): it was selected and has no result'],
  [
    'another revision',
    { revisions: { shop: { expected: 'abc', before: 'def', after: 'def' } } },
    4,
    'shop: expected revision abc, found def',
  ],
  [
    'a revision that changed',
    { revisions: { shop: { before: 'abc', after: 'def' } } },
    4,
    'shop: the revision changed during the run: abc before, def after',
  ],
  [
    'a revision that could not be read again',
    { revisions: { shop: { before: 'abc' } } },
    4,
    'shop: the revision changed during the run: abc before, not readable after',
  ],
  [
    'an expected revision that could not be read',
    { revisions: { shop: { expected: 'abc' } } },
    4,
    'shop: expected revision abc, found not readable',
  ],
  ['a mixed fleet', { revisions: { shop: { before: 'a', after: 'a', trouble: 'mixed' } } }, 4, 'shop: mixed'],
  ['SIGINT', { interrupted: 'SIGINT' }, 130, 'interrupted by SIGINT before all checks had their say'],
  ['SIGTERM', { interrupted: 'SIGTERM' }, 143, 'interrupted by SIGTERM before all checks had their say'],
])('%s', (_name, changes, exitCode, reason) => {
  const decision = decide(evidence(changes))
  expect({ exitCode: decision.exitCode, reason: decision.reasons[0] }).toEqual({ exitCode, reason })
  expect(decision.decision).toBe(exitCode === 0 ? 'go' : exitCode === 1 ? 'no-go' : 'cannot-tell')
})

test('the gravest finding gives the code, and every other is told after it', () => {
  const everything: Partial<Evidence> = {
    plan: plan('home', 'cart'),
    results: [gateResult('home', unknown), gateResult('cart', failed)],
    revisions: { shop: { before: 'abc', after: 'def' } },
    problems: ['a mistake'],
    interrupted: 'SIGTERM',
  }
  const codes = [143, 2, 4, 1, 3]
  const without: readonly Partial<Evidence>[] = [
    {},
    { interrupted: undefined as never },
    { problems: [] },
    { revisions: {} },
    { results: [gateResult('home', unknown), gateResult('cart')] },
  ]
  let left = everything
  for (const [index, change] of without.entries()) {
    left = { ...left, ...change }
    const decision = decide(evidence(left))
    expect(decision.exitCode).toBe(codes[index])
    // The interrupted run says nothing about the revision.
    expect(decision.reasons).toHaveLength(index === 0 ? codes.length - 1 : codes.length - index)
  }
})

test('a degraded check and one that needed a retry pass with a warning', () => {
  const earlier = [{ duration: 5, reason: 'connect' as const, detail: 'refused' }]
  const decision = decide(
    evidence({
      plan: plan('home', 'cart'),
      results: [gateResult('home', degraded), gateResult('cart', { attempts: 2, earlier })],
    }),
  )
  expect(decision.exitCode).toBe(0)
  expect(decision.reasons).toEqual([
    'all 2 checks passed',
    'warning: shop/home is degraded (slow): expected p95 < 500, found 612',
    'warning: shop/cart passed only at attempt 2 (connect: refused)',
  ])
})

test('test data that a clean-up could not remove are told with a GO', () => {
  const steps = [
    { title: 'clean-up', startedAt: 0, duration: 1, error: 'test data may be left: DELETE /a answered 500' },
  ]
  const results = [gateResult('home'), gateResult('cart', { steps })]
  expect(decide(evidence({ plan: plan('home', 'cart'), results }))).toMatchObject({
    decision: 'go',
    reasons: ['all 2 checks passed', 'warning: after shop/cart: test data may be left: DELETE /a answered 500'],
  })
})

test('the missing result is part of the decision, so that every report shows it', () => {
  expect(decide(evidence({ plan: plan('home', 'cart') })).results).toMatchObject([
    { check: 'home', verdict: 'passed' },
    { check: 'cart', verdict: 'unknown', trigger: 'gate', environment: 'staging' },
  ])
})

const someRevisions = fc.record(
  {
    expected: fc.constantFrom('a', 'b'),
    before: fc.constantFrom('a', 'b'),
    after: fc.constantFrom('a', 'b'),
    trouble: fc.constantFrom('not up in time'),
  },
  { requiredKeys: [] },
)

const someEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    planned: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }),
    ran: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom(...verdicts)), { maxLength: 6 }),
    revisions: fc.dictionary(fc.constantFrom('shop', 'bank'), someRevisions),
    strict: fc.boolean(),
    interrupted: fc.option(fc.constantFrom('SIGINT' as const, 'SIGTERM' as const), { nil: undefined }),
    problems: fc.array(fc.constant('a mistake'), { maxLength: 1 }),
  })
  .map(({ planned, ran, interrupted, ...rest }) =>
    evidence({
      ...rest,
      ...(interrupted === undefined ? {} : { interrupted }),
      plan: plan(...planned),
      results: ran.map(([check, verdict]) => gateResult(check, { verdict })),
    }),
  )

test('0 if and only if nothing speaks against it', () => {
  fc.assert(
    fc.property(someEvidence, given => {
      const of = (check: string) => given.results.filter(result => result.check === check)
      const bad = (result: Result) =>
        result.verdict === 'failed' || result.verdict === 'unknown' || (given.strict && result.verdict === 'degraded')
      const good =
        given.plan.length > 0 &&
        given.plan.every(({ check }) => of(check).length > 0) &&
        !given.results.some(bad) &&
        given.interrupted === undefined &&
        given.problems!.length === 0 &&
        Object.values(given.revisions).every(
          ({ expected, before, after, trouble }) =>
            trouble === undefined && before === after && (expected === undefined || expected === before),
        )
      expect(decide(given).exitCode === 0).toBe(good)
    }),
    { numRuns: 2_000 },
  )
})

test('the decision is not moved by the order of the results, and always gives a reason', () => {
  fc.assert(
    fc.property(someEvidence, given => {
      const decision = decide(given)
      expect(decide({ ...given, results: given.results.toReversed() }).exitCode).toBe(decision.exitCode)
      expect(decision.reasons.length).toBeGreaterThan(0)
      expect(decision.reasons.every(reason => reason.length > 0)).toBe(true)
    }),
  )
})
