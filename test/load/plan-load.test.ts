import { expect, test } from 'vitest'
import { withPlan } from '../../load/lib/options.ts'
import { nextPause } from '../../load/lib/pace.ts'
import type { Limit } from '../../runner/core/requirements.ts'
import { k6Plan, planLoad, plannedDuration, profilesOf } from '../../runner/load/plan-load.ts'
import { define, requirements } from './support.ts'

const load = define({
  script: 'orders.ts',
  profiles: { documented: { from: 'COD-01' }, sustained: { from: 'COD-02' } },
})

test('the documented profile is the ramp and the limits of the requirement', () => {
  const plan = planLoad(load, 'documented', requirements, 1)
  expect(k6Plan(plan, { id: 'run', summary: '/s.json' })).toEqual({
    runId: 'run',
    summary: '/s.json',
    timeScale: 1,
    tags: { testid: 'run', profile: 'documented' },
    stages: [
      { duration: '120000ms', target: 50 },
      { duration: '300000ms', target: 100 },
      { duration: '120000ms', target: 0 },
    ],
    thresholds: { http_req_duration: ['p(95)<500'], http_req_failed: ['rate<0.01'] },
  })
  expect(plan.thresholds.map(threshold => threshold.requirement)).toEqual(['COD-01', 'COD-01'])
})

test('a reference brings the limits of the other entry, not its stages; users are judged by us', () => {
  const plan = planLoad(load, 'sustained', requirements, 1)
  expect(plan.stages).toEqual([
    { text: '0s:100', duration: 0, target: 100 },
    { text: '10m:100', duration: 600_000, target: 100 },
  ])
  expect(plan.thresholds.map(({ metric, expression }) => `${metric} ${expression}`)).toEqual([
    'http_req_duration p(95)<500',
    'http_req_failed rate<0.01',
  ])
  expect(plan.own).toMatchObject([{ metric: 'concurrent_users', expression: '>= 100' }])
})

test('the time scale shortens stages and leaves users and limits alone', () => {
  const plan = planLoad(load, 'documented', requirements, 0.02)
  expect(plan.stages.map(stage => [stage.duration, stage.target])).toEqual([
    [2_400, 50],
    [6_000, 100],
    [2_400, 0],
  ])
  expect(plannedDuration(plan)).toBe(10_800)
  expect(plan.thresholds[0]).toMatchObject({ expression: 'p(95)<500' })
})

test('every definition has a smoke profile, which does not claim the promised number of users', () => {
  expect(profilesOf(load)).toEqual(['documented', 'sustained', 'smoke'])
  const plan = planLoad(
    define({ script: 'a.ts', profiles: { documented: { from: 'COD-02' } } }),
    'smoke',
    requirements,
    1,
  )
  expect(plan.stages.map(stage => stage.text)).toEqual(['0s:2', '30s:2'])
  expect(plan.thresholds).toHaveLength(2)
  expect(plan.own).toEqual([])
})

test.each<[Limit, string]>([
  [{ metric: 'http_req_duration_ms', stat: 'p95', lt: 500 }, 'http_req_duration p(95)<500'],
  [{ metric: 'http_req_duration_ms', stat: 'avg', lte: 200 }, 'http_req_duration avg<=200'],
  [{ metric: 'error_rate', scope: 'upload', lt: 0.01 }, 'http_req_failed{scope:upload} rate<0.01'],
  [{ metric: 'realtime_clients', gte: 100 }, 'realtime_clients value>=100'],
  [{ metric: 'realtime_delivery_rate', gte: 1 }, 'realtime_delivery_rate rate>=1'],
  [{ metric: 'lost_jobs', eq: 0 }, 'lost_jobs value==0'],
])('%o is %s for k6', (limit, expected) => {
  const entry = { id: 'COD-09', need: '', verify: 'load' as const, threshold: [limit], broken: '', source: '' }
  const [threshold] = planLoad(
    define({ script: 'a.ts', profiles: { documented: { from: 'COD-09' } } }),
    'documented',
    [entry],
    1,
  ).thresholds
  expect(`${threshold?.metric} ${threshold?.expression}`).toBe(expected)
})

test.each([
  ['2m50', "expected a stage such as '2m:50' (duration:users), found '2m50'"],
  ['soon:50', "expected a stage such as '2m:50' (duration:users), found 'soon:50'"],
])('the stage %s is refused', (stage, message) => {
  expect(() => planLoad(define({ script: 'a.ts', stages: [stage] }), 'documented', [], 1)).toThrow(message)
})

test('a profile or a requirement that does not exist is named with those that do', () => {
  expect(() => planLoad(load, 'stress', requirements, 1)).toThrow(
    "expected a profile of load 'orders' (documented, sustained, smoke), found 'stress'",
  )
  expect(() => planLoad(load, 'documented', [], 1)).toThrow(/found COD-01, which it does not have/)
})

const plan = { runId: 'r', summary: '/s', timeScale: 1, tags: { testid: 'r' }, thresholds: { http_reqs: ['count>1'] } }

test("stages replace the script's workload, thresholds join", () => {
  const options = withPlan(
    {
      vus: 3,
      duration: '1m',
      insecureSkipTLSVerify: true,
      tags: { team: 'shop' },
      thresholds: { http_reqs: ['count > 1', 'rate>2'], wait: ['p(99.5)<9'] },
    },
    { ...plan, stages: [{ duration: '10ms', target: 1 }] },
  )
  expect(options).toMatchObject({
    insecureSkipTLSVerify: true,
    tags: { team: 'shop', testid: 'r' },
    scenarios: { load: { executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '10ms', target: 1 }] } },
    thresholds: { http_reqs: ['count > 1', 'rate>2'], wait: ['p(99.5)<9'] },
  })
  expect(options).not.toHaveProperty('vus')
  expect(options).not.toHaveProperty('duration')
  expect(options['summaryTrendStats']).toContain('p(99.5)')
  expect(options['summaryTrendStats']).toContain('count')
  expect(options['systemTags']).not.toContain('url')
})

test("without stages the script's own workload stands, in the scaled time", () => {
  const own = {
    scenarios: {
      a: { executor: 'constant-arrival-rate', rate: 10, duration: '1m30s', startTime: '10s' },
      b: { executor: 'ramping-vus', stages: [{ duration: 5_000, target: 4 }] },
    },
  }
  expect(withPlan(own, plan)).toMatchObject(own)
  expect(withPlan(own, { ...plan, timeScale: 0.1 })['scenarios']).toEqual({
    a: { executor: 'constant-arrival-rate', rate: 10, duration: '9000ms', startTime: '1000ms' },
    b: { executor: 'ramping-vus', stages: [{ duration: '500ms', target: 4 }] },
  })
  expect(withPlan({ vus: 1, duration: '10s' }, { ...plan, timeScale: 0.01 })).toMatchObject({ duration: '1000ms' })
})

test.each([
  ['no limit was seen', undefined, 540, 1],
  ['enough calls are left for the whole run', { remaining: 100, reset: 900 }, 60, 1],
  ['the rest is spread over the run', { remaining: 101, reset: 900 }, 540, 5.4],
  ['the rest is spread over the window', { remaining: 101, reset: 900 }, Number.POSITIVE_INFINITY, 9],
  ['one call is kept in reserve', { remaining: 1, reset: 300 }, 540, 300],
  ['the window begins anew', { remaining: 0, reset: 0 }, 540, 1],
])('a user waits: %s', (_, window, left, expected) => {
  expect(nextPause(1, window, left)).toBeCloseTo(expected)
})
