import { describe, expect, test } from 'vitest'
import { type ObjectiveOptions, objective } from '../../runner/config/objective.ts'
import { burnOf, burnRows } from '../../runner/core/burn.ts'
import { judgeDay, judgePart } from '../../runner/core/judge-objective.ts'
import { objectiveProblems } from '../../runner/core/objective-problems.ts'
import { newestDeploy, periodAt } from '../../runner/core/period.ts'
import { planObjective } from '../../runner/core/plan-objective.ts'
import type { Limit, Requirement } from '../../runner/core/requirements.ts'
import { type Feeder, tally } from '../../runner/core/sli.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const now = Date.UTC(2026, 10, 29, 12)

const promise = (...threshold: readonly Limit[]): Requirement => ({
  id: 'S-1',
  need: 'it is up',
  verify: 'slo',
  threshold,
  broken: 'it is down',
  source: 'Targets',
})
const feeder = (check: string, more: Partial<Feeder> = {}): Feeder => ({
  check,
  kind: 'http',
  summary: 'GET /',
  tags: [],
  covers: [],
  interval: minute,
  calendar: false,
  ...more,
})
const home = feeder('home')
const systemWith = (...limits: readonly Limit[]) => ({ id: 'shop', requirements: [promise(...limits)] })
const availability = (value: number, more: Partial<Limit> = {}): Limit => ({
  metric: 'availability',
  ...more,
  gte: value,
})
const planned = (limit: Limit, feeders: readonly Feeder[] = [home], options: Partial<ObjectiveOptions> = {}) =>
  planObjective(systemWith(limit), objective('o', { from: 'S-1', ...options }), feeders)[0]!
const problemsOf = (
  limits: readonly Limit[],
  feeders: readonly Feeder[] = [home],
  options: Partial<ObjectiveOptions> = {},
  more: { readonly complete?: boolean; readonly locations?: number } = {},
) =>
  objectiveProblems({
    system: { ...systemWith(...limits), objectives: [objective('o', { from: 'S-1', ...options })] },
    feeders,
    complete: true,
    locations: 1,
    rawKept: 7 * day,
    ...more,
  }).map(({ message }) => message)

const counts = (passed: number, failed = 0, more: { degraded?: number; unknown?: number; maintenance?: number } = {}) =>
  tally(
    [
      {
        system: 'shop',
        check: 'home',
        runs: { passed, degraded: more.degraded ?? 0, failed, unknown: more.unknown ?? 0 },
        maintenance: more.maintenance ?? 0,
        retried: 0,
        p50: 1,
        p95: 1,
        p99: 1,
        avg: 100,
      },
    ],
    'shop',
    new Set(['home']),
  )

describe('burn windows', () => {
  const rows = (period: number, spacing: number, allowed = 0.001) =>
    burnRows({ period, spacing, allowed }).map(({ long, short, factor, severity }) => [
      long / minute,
      short / minute,
      factor,
      severity,
    ])

  test('of 30 days are those of the workbook', () => {
    expect(rows(30 * day, 30_000)).toEqual([
      [60, 5, 14.4, 'p0'],
      [360, 30, 6, 'p1'],
      [1_440, 120, 3, 'p2'],
      [4_320, 360, 1, 'p2'],
    ])
  })

  test('are computed again for another period', () => {
    expect(rows(28 * day, 30_000).map(([, , factor]) => factor)).toEqual([13.44, 5.6, 2.8, 1])
    expect(rows(7 * day, 30_000)).toEqual([
      [60, 5, 3.36, 'p0'],
      [360, 30, 1.4, 'p1'],
      [1_440, 120, 1, 'p2'],
    ])
    expect(rows(day, 30_000)).toEqual([[60, 5, 1, 'p2']])
  })

  test('hold three runs in the short one, and leave a row to the next where that makes it as long', () => {
    expect(rows(30 * day, 5 * minute).map(([long, short, factor]) => [long, short, factor])).toEqual([
      [180, 15, 4.8],
      [360, 30, 6],
      [1_440, 120, 3],
      [4_320, 360, 1],
    ])
    expect(rows(30 * day, 15 * minute)[0]).toEqual([540, 45, 4, 'p1'])
    expect(rows(30 * day, hour).map(([long]) => long)).toEqual([2_160, 4_320])
  })

  test('are left out where no outage could reach them, and for a promise that allows nothing', () => {
    expect(rows(30 * day, 30_000, 0.1).map(([long]) => long)).toEqual([360, 1_440, 4_320])
    expect(rows(30 * day, 30_000, 0)).toEqual([])
  })

  const row = { long: hour, short: 5 * minute, factor: 14.4, severity: 'p0' as const }
  const split = (bad: number, valid: number) => ({ good: valid - bad, bad, valid })
  test.each([
    ['both over', split(20, 120), split(5, 10), true],
    ['the short one back', split(20, 120), split(0, 10), false],
    ['the long one under', split(1, 120), split(1, 10), false],
    ['one failed run among few', split(1, 4), split(1, 4), false],
    ['broken from its first minutes on', split(29, 29), split(10, 10), false],
    ['broken from its first minutes on, and seen for a quarter of the window', split(30, 30), split(10, 10), true],
  ])('%s', (_, long, short, firing) => {
    expect(burnOf({ row, allowed: 0.001, long, short, expected: 120 }).firing).toBe(firing)
  })

  test('stand as they were while nothing valid is seen', () => {
    const blind = { row, allowed: 0.001, long: split(20, 120), short: split(0, 0), expected: 120 }
    expect(burnOf({ ...blind, before: true })).toMatchObject({ firing: true, rate: expect.closeTo(166.67, 1) })
    expect(burnOf(blind).firing).toBe(false)
  })

  test('that were told go on until they are over, however little is seen meanwhile', () => {
    const few = { row, allowed: 0.001, long: split(8, 8), short: split(8, 8), expected: 120 }
    expect(burnOf({ ...few, before: true }).firing).toBe(true)
    expect(burnOf({ ...few, short: split(0, 8), before: true }).firing).toBe(false)
  })
})

describe('whose runs count', () => {
  const all = [
    home,
    feeder('health', { summary: 'GET /health' }),
    feeder('pay', { kind: 'journey', tags: ['money'], covers: ['S-9'] }),
    feeder('headers', { kind: 'headers' }),
    feeder('nightly', { calendar: true, interval: day }),
    feeder('db', { kind: 'tcp', tags: ['data'] }),
  ]
  const of = (metric: string, options: Partial<ObjectiveOptions> = {}, scope?: string) => [
    ...planned({ metric, ...(scope === undefined ? {} : { scope }), gte: 0.9 }, all, options).checks,
  ]

  test.each([
    ['availability', ['home', 'health', 'db']],
    ['journey_success_rate', ['pay']],
    ['health_pass_rate', ['health']],
    ['contract_pass_rate', []],
  ])('for %s by default', (metric, checks) => expect(of(metric)).toEqual(checks))

  test('are those of `checks`, by id, tag, requirement and exclusion', () => {
    expect(of('availability', { checks: ['nightly', '@money'] })).toEqual(['pay', 'nightly'])
    expect(of('availability', { checks: ['S-9'] })).toEqual(['pay'])
    expect(of('availability', { checks: ['!home'] })).toEqual(['health', 'db'])
    expect(of('availability', { checks: ['shop/h*'] })).toEqual(['home', 'health', 'headers'])
  })

  test('are those with the tag of the scope', () => expect(of('availability', {}, 'data')).toEqual(['db']))
})

describe('a period', () => {
  const deploy = (at: number) => ({
    id: `d${at}`,
    system: 'shop',
    environment: 'test',
    revision: 'abc1',
    at,
    by: 'hand' as const,
  })
  test('after a deploy is that of the newest of the system which was not turned down', () => {
    const all = [deploy(1), { ...deploy(3), decision: 'no-go' as const }, deploy(2), { ...deploy(4), system: 'other' }]
    expect(newestDeploy(all, 'shop')?.at).toBe(2)
    expect(newestDeploy(all, 'third')).toBeUndefined()
  })

  test('that rolls begins on a whole hour where it is long', () => {
    expect(periodAt({ ms: 7 * day }, now + 90_000, undefined)).toMatchObject({ from: now - 7 * day, to: now + 90_000 })
    expect(periodAt({ ms: day }, now + 90_000, undefined)).toMatchObject({ from: now + 90_000 - day })
  })

  test('of a month has the hours of its zone, an hour more in autumn', () => {
    const found = periodAt({ calendar: 'month', timezone: 'Europe/Berlin' }, Date.UTC(2026, 9, 3), undefined)
    expect(found).toMatchObject({ text: 'October 2026 (Europe/Berlin)', from: Date.UTC(2026, 8, 30, 22) })
    expect(found).toMatchObject({ to: Date.UTC(2026, 9, 31, 23) })
  })

  test('after a deploy waits for one, then for its beginning, and stays as it ended', () => {
    const span = { after: { from: hour, to: day } }
    expect(periodAt(span, now, undefined)).toEqual({
      waiting: 'not measured yet: no deploy of this system is known',
    })
    expect(periodAt(span, now, deploy(now))).toEqual({
      waiting: 'not measured yet: it begins 1h after the deploy of abc1',
    })
    expect(periodAt(span, now, deploy(now - 9 * day))).toMatchObject({ kind: 'deploy', to: now - 8 * day })
  })
})

describe('a part', () => {
  const judged = (limit: Limit, counted: ReturnType<typeof counts>, options: Partial<ObjectiveOptions> = {}) => {
    const part = planned(limit, [home], options)
    const period = periodAt(part.span, now, undefined)
    if ('waiting' in period) throw new Error(period.waiting)
    return judgePart({ part, now, period, counted: { tally: counted }, lately: () => counted, alerts: true, days: [] })
  }
  const month = 30 * 24 * 60

  test('40 minutes of outage in 30 days keep 99.9 %, 50 do not', () => {
    const outage = (minutes: number) => judged(availability(0.999, { window: '30d' }), counts(month - minutes, minutes))
    expect(outage(40)).toMatchObject({ standing: 'kept', value: (month - 40) / month, coverage: 1 })
    expect(outage(40).budget?.runs).toEqual({ total: 43.2, used: 40, left: 3.2 })
    expect(outage(40).budget?.time).toEqual({
      total: 43.2 * minute,
      used: 40 * minute,
      left: 3.2 * minute,
      whole: 43.2 * minute,
    })
    expect(outage(50)).toMatchObject({ standing: 'broken', budget: { runs: { left: -6.8 } } })
  })

  test('of which only ten minutes were measured has a budget of these ten minutes, and uses no more than was seen', () => {
    const { budget } = judged(availability(0.99, { window: '30d' }), counts(4, 6))
    expect(budget?.time).toEqual({
      total: 0.1 * minute,
      used: 6 * minute,
      left: -5.9 * minute,
      whole: 432 * minute,
    })
    expect(budget?.left).toBeCloseTo(-59, 9)
  })

  test('exactly at its limit keeps `gte` and breaks `lt`', () => {
    expect(judged(availability(0.999), counts(999, 1)).standing).toBe('kept')
    expect(judged({ metric: 'error_rate', lt: 0.001 }, counts(999, 1)).standing).toBe('broken')
    expect(judged({ metric: 'error_rate', lt: 0.001 }, counts(1_000, 1)).standing).toBe('kept')
  })

  test('counts degraded as good for availability and as bad for latency; unknown and maintenance for nothing', () => {
    const counted = counts(80, 0, { degraded: 20, unknown: 900, maintenance: 500 })
    expect(judged(availability(0.9), counted)).toMatchObject({
      value: 1,
      runs: { valid: 100, unknown: 900, maintenance: 500, expected: month },
      coverage: 100 / (month - 500),
    })
    expect(judged({ metric: 'latency', gte: 0.9 }, counted)).toMatchObject({ value: 0.8, standing: 'broken' })
  })

  test('without valid runs is unknown, not kept', () => {
    const { standing, value } = judged(availability(0.999), counts(0, 0, { unknown: 60 }))
    expect([standing, value]).toEqual(['unknown', undefined])
  })

  test('of a month that goes on is broken only when it cannot be kept any more', () => {
    const options = { period: { calendar: 'month' } } as const
    expect(judged(availability(0.999), counts(100, 40), options).standing).toBe('broken')
    // A day and a half is to come: 2,160 runs.
    expect(judged(availability(0.999), counts(38_820, 30), options)).toMatchObject({
      standing: 'kept',
      budget: { runs: { used: 30 } },
    })
    expect(judged(availability(0.98), counts(100, 40), options).standing).toBe('kept')
  })

  test('that allows nothing is for the day when it breaks', () => {
    expect(judged({ metric: 'health_pass_rate', gte: 1 }, counts(100, 0), { checks: ['home'] })).toMatchObject({
      standing: 'kept',
      budget: { left: 1, runs: { total: 0, left: 0 } },
    })
    const broken = judged({ metric: 'health_pass_rate', gte: 1 }, counts(100, 1), { checks: ['home'] })
    expect(broken).toMatchObject({ standing: 'broken', firing: 'p2', budget: { left: 0, runs: { left: -1 } } })
  })

  test('of durations is judged by those that answered, and has no budget', () => {
    const kept = judged({ metric: 'http_req_duration_ms', stat: 'avg', lt: 200 }, counts(50, 50))
    expect([kept.standing, kept.value, kept.budget]).toEqual(['kept', 100, undefined])
    expect(judged({ metric: 'http_req_duration_ms', stat: 'avg', lt: 100 }, counts(50, 0)).standing).toBe('broken')
  })

  test('has days that are judged by themselves', () => {
    const part = planned(availability(0.999))
    const at = { day: '2026-11-28', from: now - 36 * hour, to: now - 12 * hour }
    expect(judgeDay(part, at, now, { tally: counts(1_438, 2) })).toEqual({
      ...at,
      standing: 'broken',
      value: 1_438 / 1_440,
      coverage: 1,
    })
    expect(judgeDay(part, at, now, { tally: counts(0) })).toEqual({ ...at, standing: 'unknown', coverage: 0 })
  })
})

describe('an objective is refused', () => {
  test('when its interval cannot support it, with the arithmetic', () => {
    const rare = feeder('home', { interval: 5 * minute })
    expect(problemsOf([availability(0.9999, { window: '30d' })], [rare])).toEqual([
      'S-1 (availability >= 0.9999 over 30d): expected a budget of one run at least; 99.99 % of 8,640 runs in 30d allows 0.86 failed runs; run home every 4m 19s or more often, add checks, or promise less',
    ])
    expect(problemsOf([availability(0.9999, { window: '30d' })])).toEqual([])
    expect(problemsOf([availability(0.9999, { window: '30d' })], [rare], {}, { locations: 3 })).toEqual([])
    expect(problemsOf([availability(1)], [rare])).toEqual([])
  })

  test('when a strict limit makes even one failed run too many', () => {
    const rare = feeder('home', { interval: 432 * minute })
    expect(problemsOf([{ metric: 'error_rate', lt: 0.01, window: '30d' }], [rare])[0]).toContain('allows 1 failed runs')
    expect(problemsOf([{ metric: 'error_rate', lte: 0.01, window: '30d' }], [rare])).toEqual([])
  })

  test.each([
    ['an unknown metric', { metric: 'availabilty', gte: 0.9 }, "did you mean 'availability'?"],
    ['what a check holds', { metric: 'tls_cert_days_left', gte: 30 }, 'let a check hold the system to it'],
    ['the wrong comparison', { metric: 'availability', lt: 0.9 }, 'expected gte or gt, found lt'],
    ['a percentage', { metric: 'availability', gte: 99.9 }, 'found 99.9; 99.9 % is 0.999'],
    ['a stat that nobody keeps', { metric: 'http_req_duration_ms', stat: 'max', lt: 1 }, 'avg, p75, p95), found max'],
    ['a window that is none', { metric: 'availability', gte: 0.9, window: 'week' }, "such as '7d', found 'week'"],
    ['counting beyond single runs', { metric: 'http_5xx', lte: 0, window: '30d' }, 'raise retention.rawDays'],
  ] as const)('for %s', (_, limit, message) => expect(problemsOf([limit as Limit])[0]).toContain(message))

  test('for a requirement without limits', () => expect(problemsOf([])[0]).toContain('S-1, which has none'))

  test('without a check that could feed it', () => {
    const journey = { metric: 'journey_success_rate', gt: 0.95 } as const
    expect(problemsOf([journey])[0]).toContain('expected a journey that runs by an interval')
    expect(problemsOf([journey], [home], {}, { complete: false })).toEqual([])
    expect(problemsOf([availability(0.9)], [home], { checks: ['hme'] })[0]).toContain('found none that hme fits')
    expect(problemsOf([availability(0.9)], [])[0]).toContain('expected a probe that runs by an interval')
  })

  test('for nonsense after a deploy', () => {
    const week = availability(0.999, { window: '7d' })
    expect(problemsOf([week], [home], { afterDeploy: { to: '7d' } })).toEqual([])
    expect(problemsOf([week], [home], { afterDeploy: { to: '1d' } })[0]).toContain(
      'expected afterDeploy to last as long as the window of the limit (7d), found 1d',
    )
    expect(problemsOf([availability(0.999)], [home], { afterDeploy: { from: '2d', to: '1d' } })[0]).toContain(
      'found from 2d to 1d after a deploy',
    )
  })
})
