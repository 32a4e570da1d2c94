import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Result } from '../../runner/core/contracts.ts'
import { createHistogram } from '../../runner/core/histogram.ts'
import { type LoadRun, runId, type Store } from '../../runner/core/ports.ts'
import { day, down, failed, hour, minute, monday, run, runs, up } from '../stores/runs.ts'

export interface OpenStore extends AsyncDisposable {
  readonly store: Store
}

const loadRun: LoadRun = {
  id: 'load-1',
  system: 'shop',
  environment: 'staging',
  load: 'checkout',
  profile: 'smoke',
  startedAt: monday,
  duration: 9_000,
  verdict: 'failed',
  detail: 'p(95)<500 was 612',
  timeScale: 1,
  stages: ['2m:50'],
  thresholds: [
    {
      requirement: 'COD-01',
      metric: 'http_req_duration',
      expression: 'p(95)<500',
      samples: 12,
      verdict: 'failed',
      value: 612,
    },
  ],
  metrics: { http_req_duration: { 'p(95)': 612 } },
  series: [{ at: 0, users: 1, rps: 2, p95: 600, failed: 0 }],
  k6: { version: '2.2.0', exitCode: 99 },
}

/** What every store promises. */
export function storeConformance(name: string, open: () => Promise<OpenStore>): void {
  describe(`store ${name}`, () => {
    test('gives back a failed run as it was', async () => {
      await using opened = await open()
      const result = failed({
        attempts: 2,
        earlier: [{ duration: 5, reason: 'connect', detail: 'refused' }],
        steps: [{ title: 'sign in', startedAt: 0, duration: 12, error: 'no' }],
        artifacts: [{ name: 'a.png', kind: 'screenshot', contentType: 'image/png', path: '2026/a.png', bytes: 3 }],
        runner: { version: '0.1.0', browser: 'chromium 156' },
      })
      await opened.store.append({ results: [result], health: [] })
      expect(await opened.store.result(runId(result))).toEqual(result)
      expect(await opened.store.results({})).toEqual([result])
    })

    test('gives back who asked for a run, also for one that passed', async () => {
      await using opened = await open()
      const asked = run({ slot: monday, trigger: 'manual', by: 'Amira' })
      await opened.store.append({ results: [asked, run({ slot: monday })], health: [] })
      expect(await opened.store.result(runId(asked))).toEqual(asked)
      expect(await opened.store.result(runId(run({ slot: monday })))).not.toHaveProperty('by')
    })

    test('gives back what every passed run has: verdict, times, phases', async () => {
      await using opened = await open()
      const results = runs(3)
      await opened.store.append({ results, health: [] })
      const found = await opened.store.results({ system: 'shop', check: 'home' })
      expect(found.map(({ metrics: _, ...rest }) => rest)).toEqual(
        results.toReversed().map(({ metrics: _, ...rest }) => rest),
      )
    })

    test('keeps records beside results, whole, by kind and id, the newest first', async () => {
      await using opened = await open()
      const { store } = opened
      const deploy = (id: string, at: number) => ({
        id,
        system: 'shop',
        environment: 'test',
        revision: id,
        at,
        by: 'hand' as const,
      })
      const keep = [1, 2, 3].map(n => ({
        kind: 'deploy' as const,
        id: `d${n}`,
        at: monday + n,
        open: n === 2,
        value: deploy(`d${n}`, monday + n),
      }))
      await store.append({ results: [], health: [], keep })
      const ids = async (query = {}) => (await store.kept('deploy', query)).map(({ id }) => id)
      expect(await ids()).toEqual(['d3', 'd2', 'd1'])
      expect(await ids({ from: monday + 2 })).toEqual(['d3', 'd2'])
      expect(await ids({ to: monday + 3, limit: 1 })).toEqual(['d2'])
      expect(await ids({ open: true })).toEqual(['d2'])
      expect(await ids({ open: false })).toEqual(['d3', 'd1'])
      expect(await store.keptOne('deploy', 'd1')).toEqual(deploy('d1', monday + 1))
      expect(await store.keptOne('deploy', 'd4')).toBeUndefined()
      expect(await store.keptOne('beat', 'd1')).toBeUndefined()
      const gone = { kind: 'deploy' as const, id: 'd1', at: monday, value: null }
      const moved = { ...keep[2]!, value: deploy('other', monday + 3) }
      await store.append({ results: [], health: [], keep: [gone, moved] })
      expect(await ids()).toEqual(['other', 'd2'])
    })

    test('counts runs in maintenance apart, before and after they are rolled up', async () => {
      await using opened = await open()
      const { store } = opened
      const planned = failed({ slot: monday + minute, maintenance: true })
      await store.append({ results: [run({ slot: monday }), planned], health: [] })
      expect(await store.result(runId(planned))).toEqual(planned)
      const counts = async () => {
        const [stats] = await store.windows({ from: monday, to: monday + hour })
        return { runs: stats?.runs, maintenance: stats?.maintenance }
      }
      const expected = { runs: { passed: 1, degraded: 0, failed: 0, unknown: 0 }, maintenance: 1 }
      expect(await counts()).toEqual(expected)
      await store.maintain(monday + 2 * hour)
      expect(await counts()).toEqual(expected)
    })

    test('gives the durations of a window to be added up, on request, before and after they are rolled up', async () => {
      await using opened = await open()
      const { store } = opened
      const fast = runs(90, { duration: 100 })
      const slow = runs(10, { check: 'slow', duration: 2_000 })
      await store.append({
        results: [...fast, ...slow, failed({ slot: monday + 30_000, duration: 9_000 })],
        health: [],
      })
      const together = async () => {
        const histogram = createHistogram()
        for (const { durations } of await store.windows({ from: monday, to: monday + day, figures: 'durations' }))
          histogram.merge(durations!)
        return [histogram.count, histogram.percentile(0.9), histogram.percentile(0.95)]
      }
      const expected = [100, expect.closeTo(100, -1), expect.closeTo(2_000, -2)]
      expect(await together()).toEqual(expected)
      await store.maintain(monday + day)
      expect(await together()).toEqual(expected)
      expect((await store.windows({ from: monday, to: monday + day }))[0]).not.toHaveProperty('durations')
    })

    test('counts as exactly without percentiles', async () => {
      const slot = (minutes: number) => monday + minutes * minute
      const any = fc.record({
        check: fc.constantFrom('home', 'pay'),
        at: fc.integer({ min: 0, max: 300 }),
        verdict: fc.constantFrom('passed', 'degraded', 'failed', 'unknown'),
        attempts: fc.integer({ min: 1, max: 3 }),
        duration: fc.integer({ min: 1, max: 5_000 }),
        planned: fc.boolean(),
        trigger: fc.constantFrom('schedule', 'schedule', 'manual'),
      } as const)
      const window = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 }))
      await fc.assert(
        fc.asyncProperty(fc.array(any, { maxLength: 60 }), window, async (all, [a, b]) => {
          await using opened = await open()
          const { store } = opened
          const results = all.map(({ check, at, planned, ...more }) =>
            run({ check, slot: slot(at), ...more, ...(planned ? { maintenance: true as const } : {}) }),
          )
          await store.append({ results, health: [] })
          const query = { from: slot(Math.min(a, b)), to: slot(Math.max(a, b)), system: 'shop' }
          for (const now of [monday, slot(200), slot(400)]) {
            await store.maintain(now)
            const whole = await store.windows(query)
            const none = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN }
            const avg = (value: number) => (Number.isNaN(value) ? value : expect.closeTo(value, 6))
            const expected = whole.map(item => ({ ...item, ...none, avg: avg(item.avg) }))
            const counted = await store.windows({ ...query, figures: 'counts' })
            expect(counted.toSorted((x, y) => x.check.localeCompare(y.check))).toEqual(
              expected.toSorted((x, y) => x.check.localeCompare(y.check)),
            )
          }
        }),
        { numRuns: 10, endOnFailure: true },
      )
    })

    test('keeps an on-demand run in full', async () => {
      await using opened = await open()
      const result = run({ trigger: 'manual', slot: monday + 1 })
      await opened.store.append({ results: [...runs(2), result], health: [] })
      expect(await opened.store.result(runId(result))).toEqual(result)
    })

    test('selects by system, check, trigger, verdict and slot, newest first', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({
        results: [
          run({ slot: monday }),
          failed({ slot: monday + minute }),
          run({ slot: monday + 2 * minute, check: 'cart' }),
          run({ slot: monday + 3 * day, system: 'bank', check: 'home' }),
          run({ slot: monday + minute, trigger: 'gate' }),
          failed({ slot: monday + 4 * minute, check: 'cart' }),
        ],
        health: [],
      })
      const told = async (query: Parameters<Store['results']>[0]) =>
        (await store.results(query)).map(({ system, check, slot }) => `${system}/${check}+${(slot - monday) / minute}`)
      expect(await told({ system: 'shop', triggers: ['schedule'] })).toEqual([
        'shop/cart+4',
        'shop/cart+2',
        'shop/home+1',
        'shop/home+0',
      ])
      expect(await told({ verdicts: ['failed'] })).toEqual(['shop/cart+4', 'shop/home+1'])
      expect(await told({ system: 'shop', check: 'cart', verdicts: ['failed', 'unknown'] })).toEqual(['shop/cart+4'])
      expect(await told({ triggers: ['gate'] })).toEqual(['shop/home+1'])
      expect(await told({ from: monday + minute, to: monday + 4 * minute, triggers: ['schedule'] })).toEqual([
        'shop/cart+2',
        'shop/home+1',
      ])
      expect(await told({ limit: 2 })).toEqual(['bank/home+4320', 'shop/cart+4'])
      expect(await told({ check: 'nothing' })).toEqual([])
    })

    test('finds no run under a name that is none', async () => {
      await using opened = await open()
      await opened.store.append({ results: [run()], health: [] })
      for (const id of ['', 'x', '%', 'shop~home~local~x~schedule', 'shop~home~local~1~schedule', `${runId(run())}~`]) {
        expect(await opened.store.result(id)).toBeUndefined()
      }
    })

    test('stores a run once, however often it comes', async () => {
      await using opened = await open()
      const { store } = opened
      const results = [...runs(90), failed({ slot: monday + 2 * day })]
      await store.append({ results, health: [] })
      await store.maintain(monday + 2 * day + 2 * hour)
      const before = [await store.windows({ from: 0, to: monday + 3 * day }), await store.strips()]
      await store.append({ results: results.map(result => ({ ...result, duration: 9_000 })), health: [] })
      expect([await store.windows({ from: 0, to: monday + 3 * day }), await store.strips()]).toEqual(before)
      expect((await store.stats()).results).toBe(91)
    })

    test('answers for the named checks alone, in windows and strips', async () => {
      await using opened = await open()
      const { store } = opened
      const results = ['home', 'cart', 'a/deep "name"'].map(check => run({ check }))
      await store.append({ results, health: [] })
      const checks = ['shop/a/deep "name"', 'shop/home', 'shop/none'] as const
      const named = (list: readonly { readonly check: string }[]) => list.map(({ check }) => check).sort()
      expect(named(await store.strips(checks))).toEqual(['a/deep "name"', 'home'])
      expect(named(await store.windows({ from: 0, to: monday + day, checks }))).toEqual(['a/deep "name"', 'home'])
      expect(await store.windows({ from: 0, to: monday + day, checks: [] })).toEqual([])
    })

    test('counts only scheduled runs in windows and strips', async () => {
      await using opened = await open()
      const { store } = opened
      const others = (['manual', 'gate', 'proof', 'drill'] as const).map(trigger => failed({ trigger }))
      await store.append({ results: [run(), ...others], health: [] })
      await store.maintain(monday + 2 * hour)
      const [found] = await store.windows({ from: monday, to: monday + day })
      expect(found?.runs).toEqual({ passed: 1, degraded: 0, failed: 0, unknown: 0 })
      expect((await store.strips())[0]?.runs).toHaveLength(1)
    })

    test('counts a pass on a later attempt as retried, a failure after retries not', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({
        results: [
          run({ attempts: 2 }),
          failed({ attempts: 2, slot: monday + minute }),
          run({ slot: monday + 2 * minute }),
        ],
        health: [],
      })
      expect((await store.windows({ from: monday, to: monday + hour }))[0]).toMatchObject({
        retried: 1,
        runs: { passed: 2, failed: 1 },
      })
    })

    test('leaves a check without runs in the window out, and its figures without samples NaN', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({ results: [failed()], health: [] })
      expect(await store.windows({ from: monday + 1, to: monday + day })).toEqual([])
      const [found] = await store.windows({ from: monday, to: monday + 1, system: 'shop', check: 'home' })
      expect(found).toMatchObject({ p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, avg: Number.NaN })
    })

    test('keeps the last sixty runs as a strip in the order of slots, also when they come out of order', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({
        results: [run({ slot: monday + 64 * minute, verdict: 'unknown', reason: 'runner' })],
        health: [],
      })
      for (const result of runs(64).toReversed()) await store.append({ results: [result], health: [] })
      const [strip] = await store.strips()
      expect(strip?.runs.map(item => (item.slot - monday) / minute)).toEqual(
        Array.from({ length: 60 }, (_, index) => index + 5),
      )
      expect(strip?.runs.at(-1)).toEqual({ slot: monday + 64 * minute, verdict: 'unknown', duration: 123.45 })
    })

    test('keeps the last health of each check', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({ results: [], health: [{ system: 'shop', check: 'home', health: up }] })
      await store.append({
        results: [],
        health: [
          { system: 'shop', check: 'home', health: down },
          { system: 'shop', check: 'cart', health: up },
        ],
      })
      expect((await store.health()).toSorted((a, b) => a.check.localeCompare(b.check))).toEqual([
        { system: 'shop', check: 'cart', health: up },
        { system: 'shop', check: 'home', health: down },
      ])
    })

    test('moves history and health of a renamed check', async () => {
      await using opened = await open()
      const { store } = opened
      const results = [...runs(90), failed({ slot: monday + 91 * minute })]
      await store.append({ results, health: [{ system: 'shop', check: 'home', health: down }] })
      await store.maintain(monday + hour)
      await store.rename('shop', 'home', 'start')
      await store.rename('shop', 'never-was', 'start')
      await store.append({ results: [run({ check: 'start', slot: monday + 100 * minute })], health: [] })
      expect(await store.windows({ from: monday, to: monday + day })).toMatchObject([
        { check: 'start', runs: { passed: 91, failed: 1 } },
      ])
      expect(await store.health()).toEqual([{ system: 'shop', check: 'start', health: down }])
      expect((await store.strips()).map(strip => [strip.check, strip.runs.length])).toEqual([['start', 60]])
      expect(await store.result(runId({ ...results.at(-1)!, check: 'start' }))).toMatchObject({
        detail: results.at(-1)!.detail,
      })
      expect(await store.result(runId(results.at(-1)!))).toBeUndefined()
    })

    test('joins the history of a renamed check to what the new name has run already', async () => {
      await using opened = await open()
      const { store } = opened
      // Both ran in the slots of minutes 80 to 89: the run of the new name stands.
      const young = runs(30, { check: 'start', slot: monday + 80 * minute, duration: 50 })
      await store.append({
        results: [...runs(90), ...young],
        health: [
          { system: 'shop', check: 'home', health: down },
          { system: 'shop', check: 'start', health: up },
        ],
      })
      await store.maintain(monday + 2 * hour)
      await store.rename('shop', 'home', 'start')
      const [found, ...others] = await store.windows({ from: monday, to: monday + day })
      expect(others).toEqual([])
      expect(found).toMatchObject({ check: 'start', runs: { passed: 110 } })
      expect(found?.avg).toBeCloseTo((80 * 123.45 + 30 * 50) / 110, 6)
      expect(await store.health()).toEqual([{ system: 'shop', check: 'start', health: up }])
      expect((await store.stats()).results).toBe(110)
      expect((await store.results({ limit: 1_000 })).length).toBe(110)
    })

    test('gives a series with one point for each piece of the window', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({
        results: [...runs(60, { duration: 10 }), ...runs(60, { slot: monday + 2 * hour, duration: 20 })],
        health: [],
      })
      await store.maintain(monday + 3 * hour)
      const points = await store.series({
        system: 'shop',
        check: 'home',
        from: monday,
        to: monday + 3 * hour,
        points: 6,
      })
      expect(points.map(point => [(point.from - monday) / minute, point.runs.passed, point.avg])).toEqual([
        [0, 30, 10],
        [30, 30, 10],
        [60, 0, Number.NaN],
        [90, 0, Number.NaN],
        [120, 30, 20],
        [150, 30, 20],
      ])
      expect(await store.series({ system: 'shop', check: 'none', from: 0, to: 10, points: 2 })).toHaveLength(2)
    })

    test('keeps load runs, newest first', async () => {
      await using opened = await open()
      const { store } = opened
      const later = { ...loadRun, id: 'load-2', startedAt: monday + hour, system: 'bank' }
      await store.addLoadRun(loadRun)
      await store.addLoadRun(later)
      await store.addLoadRun(later)
      expect(await store.loadRuns()).toEqual([later, loadRun])
      expect(await store.loadRuns('shop')).toEqual([loadRun])
      expect(await store.loadRun('load-2')).toEqual(later)
      expect(await store.loadRun('load-3')).toBeUndefined()
    })

    test('tells the newest load run of each load and profile, also of one that was stored late', async () => {
      await using opened = await open()
      const { store } = opened
      const at = (id: string, minutes: number, more: Partial<LoadRun> = {}) => ({
        ...loadRun,
        ...more,
        id,
        startedAt: monday + minutes * minute,
      })
      const newest = async () => (await store.newestLoadRuns()).map(({ id }) => id).toSorted()
      await store.addLoadRun(at('a', 10))
      expect(await newest()).toEqual(['a'])
      await store.addLoadRun(at('b', 20, { profile: 'documented' }))
      await store.addLoadRun(at('c', 30, { system: 'bank' }))
      // It began before the others and took longer.
      await store.addLoadRun(at('d', 5))
      expect(await newest()).toEqual(['a', 'b', 'c'])
      await store.addLoadRun(at('e', 40))
      expect(await newest()).toEqual(['b', 'c', 'e'])
    })

    test('forgets single runs by age', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({ results: [run(), run({ slot: monday + 8 * day })], health: [] })
      await store.maintain(monday + 8 * day + hour)
      expect(await store.result(runId(run()))).toBeUndefined()
      expect(await store.results({})).toHaveLength(1)
      expect(await store.stats()).toMatchObject({ results: 1, oldest: monday + 8 * day })
    })

    test('goes on when the clock is set back an hour', async () => {
      await using opened = await open()
      const { store } = opened
      await store.append({ results: runs(150), health: [] })
      await store.maintain(monday + 150 * minute)
      const again = runs(60, { slot: monday + 90 * minute + 30_000, startedAt: monday + 30 * minute })
      await store.append({ results: again, health: [] })
      await store.maintain(monday + 91 * minute)
      const [found] = await store.windows({ from: monday, to: monday + day })
      expect(found?.runs.passed).toBe(210)
      expect((await store.results({ limit: 1 }))[0]?.slot).toBe(monday + 149 * minute + 30_000)
    })

    test('windows are exact at their edges, whatever has been rolled up, and percentiles within 3 %', async () => {
      const verdict = fc.constantFrom('passed', 'passed', 'passed', 'degraded', 'failed', 'unknown')
      const someRun = fc.record({
        check: fc.constantFrom('home', 'cart'),
        at: fc.integer({ min: 0, max: 4 * day }),
        verdict,
        duration: fc.double({ min: 1, max: 60_000, noNaN: true }),
        attempts: fc.integer({ min: 1, max: 3 }),
      })
      const scene = fc.record({
        before: fc.array(someRun, { maxLength: 120 }),
        rolledAt: fc.integer({ min: 0, max: 5 * day }),
        after: fc.array(someRun, { maxLength: 60 }),
        edges: fc.array(fc.integer({ min: -hour, max: 5 * day }), { minLength: 2, maxLength: 8 }),
      })
      await using opened = await open()
      const { store } = opened
      let scenes = 0
      await fc.assert(
        fc.asyncProperty(scene, async ({ before, rolledAt, after, edges }) => {
          // Each scene has a system and a time of its own in the one store.
          scenes += 1
          const system = `system-${scenes}`
          const start = monday + scenes * 8 * day
          const all = [...before, ...after].map(({ at, ...rest }) => asRun({ system, slot: start + at, ...rest }))
          await store.append({ results: all.slice(0, before.length), health: [] })
          await store.maintain(start + rolledAt)
          await store.append({ results: all.slice(before.length), health: [] })
          const unique = [...new Map(all.toReversed().map(result => [runId(result), result])).values()]
          const cuts = edges.map(edge => start + edge).sort((a, b) => a - b)
          for (const [index, to] of cuts.slice(1).entries()) {
            const from = cuts[index]!
            for (const check of ['home', 'cart']) {
              const expected = unique.filter(item => item.check === check && item.slot >= from && item.slot < to)
              const [found] = await store.windows({ from, to, system, check })
              expectWindow(found, expected)
              const [counted] = await store.windows({ from, to, system, check, figures: 'counts' })
              const durations = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN }
              expect(counted).toEqual(found && { ...found, ...durations })
            }
          }
        }),
        { numRuns: 60 },
      )
    })
  })
}

const asRun = ({ verdict, ...more }: Partial<Result>): Result =>
  verdict === 'passed' ? run(more) : failed({ ...more, verdict: verdict! })

function expectWindow(found: Awaited<ReturnType<Store['windows']>>[number] | undefined, expected: readonly Result[]) {
  if (expected.length === 0) return expect(found).toBeUndefined()
  const many = (verdict: string) => expected.filter(result => result.verdict === verdict).length
  expect(found?.runs).toEqual({
    passed: many('passed'),
    degraded: many('degraded'),
    failed: many('failed'),
    unknown: many('unknown'),
  })
  const good = expected.filter(result => result.verdict === 'passed' || result.verdict === 'degraded')
  expect(found?.retried).toBe(good.filter(result => result.attempts > 1).length)
  const durations = good.map(result => result.duration).sort((a, b) => a - b)
  for (const [name, share] of [
    ['p50', 0.5],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    const exact = durations[Math.max(1, Math.ceil(share * durations.length)) - 1] ?? Number.NaN
    if (Number.isNaN(exact)) expect(found?.[name]).toBeNaN()
    else expect(Math.abs(found![name] / exact - 1)).toBeLessThan(0.03)
  }
  if (durations.length > 0) {
    expect(found?.avg).toBeCloseTo(durations.reduce((sum, duration) => sum + duration, 0) / durations.length, 1)
  }
}
