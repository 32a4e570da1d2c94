import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDeploy } from '../../runner/core/compare-deploy.ts'
import type { Result } from '../../runner/core/contracts.ts'
import { corrected, median, rankTest, shareTest } from '../../runner/core/rank-test.ts'
import { resultOf } from '../support/fake-watch.ts'

const run = (check: string, duration: number, change: Partial<Result> = {}): Result =>
  resultOf({ system: 'shop', check }, { duration, ...change })
const failed = (check: string): Result => run(check, 10, { verdict: 'failed', reason: 'status', detail: 'x' })
const many = (count: number, make: (index: number) => Result) =>
  Array.from({ length: count }, (_, index) => make(index))

/** Latencies look like this: a floor and a long tail. From a seed, so that each run of the test is the same. */
function latencies(seed: number, middle: number) {
  let state = seed >>> 0
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  for (let index = 0; index < 20; index += 1) uniform()
  return () => middle * Math.exp(0.35 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()))
}

test('the tests say what scipy says', () => {
  // scipy.stats.mannwhitneyu([19, 22, 16, 29, 24], [20, 11, 17, 12], method='asymptotic')
  expect(rankTest([19, 22, 16, 29, 24], [20, 11, 17, 12]).p).toBeCloseTo(0.1113468865, 6)
  expect(rankTest([19, 22, 16, 29, 24], [20, 11, 17, 12]).above).toBe(0.15)
  // scipy.stats.fisher_exact([[6, 2], [1, 4]])
  expect(shareTest(6, 8, 1, 5)).toBeCloseTo(0.1025641026, 9)
  expect(corrected([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06])
  expect(median([3, 1, 2, 10])).toBe(2.5)
})

test('a slower check is worse, with how much, how sure and on how many runs', () => {
  const [old, now] = [latencies(1, 412), latencies(2, 655)]
  const { change, figures, statement } = compareDeploy(
    many(120, () => run('checkout', old())),
    many(118, () => run('checkout', now())),
  )
  expect(change).toBe('worse')
  expect(figures[0]!.statement).toMatch(
    /^median \d+ms → \d+ms \(\+\d+ %\), very sure \(p < 0\.001, 120 and 118 runs\)$/,
  )
  expect(statement).toMatch(/^worse: checkout is slower: median /)
})

test('a slower step is found in a journey that is as fast as before otherwise', () => {
  const draw = latencies(3, 200)
  const journey = (pay: number) => () =>
    run('order', draw(), {
      steps: [
        { title: 'cart', startedAt: 0, duration: draw() },
        { title: 'pay', startedAt: 9, duration: draw() * pay },
      ],
    })
  const { figures } = compareDeploy(many(60, journey(1)), many(60, journey(1.8)))
  expect(figures.filter(({ change }) => change === 'worse').map(({ step }) => step)).toEqual(['pay'])
  expect(figures[0]!.statement).toContain('very sure')
})

test('more failures are worse; few runs tell nothing', () => {
  const before = many(60, () => run('home', 10))
  const after = [...many(48, () => run('home', 10)), ...many(12, () => failed('home'))]
  expect(compareDeploy(before, after)).toMatchObject({
    change: 'worse',
    statement: expect.stringContaining(
      'home fails more: failed runs 0 % → 20 %, very sure (p < 0.001, 60 and 60 runs)',
    ),
  })
  expect(
    compareDeploy(
      before,
      many(6, () => failed('home')),
    ),
  ).toMatchObject({
    change: 'unclear',
    statement: 'too few runs yet to tell a difference',
  })
  expect(compareDeploy(before, []).figures[0]!.statement).toBe(
    'no difference can be told with 60 and 0 runs: at least 8 on each side are needed',
  )
})

test('a difference that nobody would notice is none, however sure it is', () => {
  const { change, figures } = compareDeploy(
    many(2_000, index => run('home', 500 + (index % 10))),
    many(2_000, index => run('home', 504 + (index % 10))),
  )
  expect(change).toBe('same')
  expect(figures.find(({ what }) => what === 'latency')!.statement).toContain('no difference that matters')
})

test('what is not about the target counts for nothing: unknown runs, maintenance, runs by hand', () => {
  const other = [{ verdict: 'unknown' }, { maintenance: true }, { trigger: 'manual' }] as const
  const after = many(30, index => run('home', 9_000, other[index % 3]))
  expect(
    compareDeploy(
      many(30, () => run('home', 10)),
      after,
    ).change,
  ).toBe('unclear')
})

test('two samples of one distribution are hardly ever told apart, however many checks there are', () => {
  const verdicts = many(200, index => run(`${index}`, 0)).map((_, seed) => {
    const draw = latencies(seed * 7_919 + 1, 300)
    const side = (count: number) =>
      many(count, index => (draw() > 700 ? failed(`check-${index % 10}`) : run(`check-${index % 10}`, draw())))
    return compareDeploy(side(300), side(200)).change
  })
  expect(verdicts.filter(change => change === 'worse' || change === 'better').length).toBeLessThanOrEqual(10)
})

test('seen the other way round, worse is better, and the order of runs says nothing', () => {
  const side = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 900 }), fc.boolean()), {
    maxLength: 60,
  })
  const results = (side: readonly (readonly [string, number, boolean])[]) =>
    side.map(([check, duration, good]) => (good ? run(check, duration) : failed(check)))
  fc.assert(
    fc.property(side, side, (a, b) => {
      const key = ({ check, what }: { readonly check: string; readonly what: string }) => `${check} ${what}`
      const [there, back] = [compareDeploy(results(a), results(b)), compareDeploy(results(b), results(a).toReversed())]
      const other = { worse: 'better', better: 'worse', same: 'same', unclear: 'unclear' } as const
      for (const figure of there.figures) {
        const mirror = back.figures.find(item => key(item) === key(figure))!
        expect(mirror.p).toBeCloseTo(figure.p, 9)
        // What is noticeable is a share of what was before, so one side of the edge may call it nothing.
        if (mirror.change !== 'same' && figure.change !== 'same') expect(mirror.change).toBe(other[figure.change])
      }
    }),
    { numRuns: 100 },
  )
})

test('p is a probability, and no test breaks on ties, zeros or nothing', () => {
  const values = fc.array(fc.constantFrom(0, 1, 1.5, 1e9), { maxLength: 30 })
  fc.assert(
    fc.property(values, values, (a, b) => {
      const { p, above } = rankTest(a, b)
      expect(p >= 0 && p <= 1 && above >= 0 && above <= 1).toBe(true)
      const [hits, fewer] = [a.filter(value => value > 1).length, b.filter(value => value > 1).length]
      const share = shareTest(hits, a.length, fewer, b.length)
      expect(share >= 0 && share <= 1).toBe(true)
    }),
  )
})
