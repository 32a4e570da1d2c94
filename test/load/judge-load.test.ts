import { expect, test } from 'vitest'
import { exitCodeOf, judgeLoad, type LoadEvidence } from '../../runner/load/judge-load.ts'
import { createK6Log } from '../../runner/load/k6-log.ts'
import { planLoad } from '../../runner/load/plan-load.ts'
import { readSummary, type Summary } from '../../runner/load/summary.ts'
import { define, requirements } from './support.ts'

const load = define({ script: 'a.ts', profiles: { documented: { from: 'COD-01' }, sustained: { from: 'COD-02' } } })
const plan = planLoad(load, 'documented', requirements, 1)
const sustained = planLoad(load, 'sustained', requirements, 1)

interface Figures {
  readonly p95?: number
  readonly failed?: number
  readonly requests?: number
  readonly users?: number
  readonly more?: Summary['metrics']
}

function summary({ p95 = 120, failed = 0, requests = 400, users = 100, more = {} }: Figures = {}): Summary {
  return {
    schemaVersion: 1,
    runId: 'r',
    duration: 540_000,
    metrics: {
      http_req_duration: {
        type: 'trend',
        values: { 'p(95)': p95, count: requests },
        thresholds: { 'p(95)<500': p95 < 500 },
      },
      http_req_failed: {
        type: 'rate',
        values: {
          rate: failed,
          passes: Math.round(failed * requests),
          fails: requests - Math.round(failed * requests),
        },
        thresholds: { 'rate<0.01': failed < 0.01 },
      },
      iterations: { type: 'counter', values: { count: requests }, thresholds: {} },
      vus: { type: 'gauge', values: { value: 0, min: 0, max: users }, thresholds: {} },
      ...more,
    },
  }
}

const judge = (more: Partial<LoadEvidence> = {}) =>
  judgeLoad({ plan, exitCode: 0, summary: summary(), points: {}, exceptions: { count: 0 }, ...more })

const checks = (rate: number): Summary['metrics'] => ({
  checks: { type: 'rate', values: { rate, passes: rate * 100, fails: 100 - rate * 100 }, thresholds: {} },
})

test.each<[string, Partial<LoadEvidence>, string, RegExp | undefined]>([
  ['all kept', {}, 'passed', undefined],
  ['p95 crossed', { exitCode: 99, summary: summary({ p95: 612.34 }) }, 'failed', /p\(95\)<500 \(COD-01\) .* 612.3/],
  ['failures crossed', { exitCode: 99, summary: summary({ failed: 0.02 }) }, 'failed', /http_req_failed rate<0.01/],
  ['no samples', { summary: summary({ requests: 0 }) }, 'unknown', /http_req_duration p\(95\)<500 .* had no samples/],
  ['no summary', { summary: 'k6 left no summary' }, 'unknown', /k6 left no summary/],
  ['crossed, but no summary', { exitCode: 99, summary: 'k6 left no summary' }, 'unknown', /k6 left no summary/],
  ['crossed and kept', { exitCode: 99 }, 'unknown', /k6 says that a threshold was crossed/],
  ['kept and crossed', { summary: summary({ p95: 700 }) }, 'unknown', /ended as if all were kept/],
  [
    'threw',
    { exitCode: 107, complaint: 'Error: no token' },
    'unknown',
    /^the script threw \(exit code 107\): Error: no/,
  ],
  ['setup too slow', { exitCode: 100 }, 'unknown', /setup\(\) of the script took too long/],
  ['refused options', { exitCode: 104 }, 'unknown', /refused its options/],
  ['stopped', { exitCode: 105 }, 'unknown', /stopped by a signal/],
  ['aborted by the script', { exitCode: 108 }, 'unknown', /test\.abort/],
  ['panic', { exitCode: 109 }, 'unknown', /k6 itself broke/],
  ['marked failed', { exitCode: 110 }, 'failed', /marked the run as failed/],
  ['killed', { exitCode: 137, summary: 'k6 left no summary' }, 'unknown', /killed by signal 9/],
  ['a code from nowhere', { exitCode: 42 }, 'unknown', /exit code 42, which it does not explain/],
  ['interrupted, though crossed', { exitCode: 99, ended: 'the run was interrupted' }, 'unknown', /interrupted/],
  [
    'iterations threw',
    { exceptions: { count: 2, first: 'TypeError: x' } },
    'unknown',
    /threw in 2 iterations: TypeError/,
  ],
  ['checks failed', { summary: summary({ more: checks(0.9) }) }, 'failed', /checks rate>0.99 was crossed: 0.9/],
  ['checks kept', { summary: summary({ more: checks(1) }) }, 'passed', undefined],
  [
    'load that was never offered',
    {
      summary: summary({
        more: { dropped_iterations: { type: 'counter', values: { count: 7 }, thresholds: {} } },
      }),
    },
    'unknown',
    /could not offer 7 iterations/,
  ],
  ['users kept', { plan: sustained }, 'passed', undefined],
  ['too few users of ours', { plan: sustained, summary: summary({ users: 60 }) }, 'unknown', /concurrent_users >= 100/],
  [
    'users lost',
    { plan: sustained, exitCode: 99, summary: summary({ p95: 900 }) },
    'failed',
    /concurrent_users >= 100 \(COD-02\) was crossed/,
  ],
])('%s', (_, evidence, verdict, detail) => {
  const judgement = judge(evidence)
  expect(judgement.verdict).toBe(verdict)
  if (detail === undefined) expect(judgement.detail).toBeUndefined()
  else expect(judgement.detail).toMatch(detail)
})

test('a planned threshold that the summary does not hold is unknown', () => {
  const { http_req_failed: _, ...metrics } = summary().metrics
  const judgement = judge({ summary: { ...summary(), metrics } })
  expect(judgement.verdict).toBe('unknown')
  expect(judgement.thresholds).toContainEqual({
    metric: 'http_req_failed',
    expression: 'rate<0.01',
    requirement: 'COD-01',
    samples: 0,
    verdict: 'unknown',
  })
})

test('a figure that is promised over a day is not kept by nine minutes', () => {
  const entry = {
    id: 'COD-04',
    need: '',
    verify: 'load' as const,
    threshold: [{ metric: 'rss_growth', lte: 0.1, window: '24h' }],
    broken: '',
    source: '',
  }
  const long = planLoad(
    define({ script: 'a.ts', profiles: { documented: { from: 'COD-04' } } }),
    'documented',
    [entry],
    1,
  )
  const growth = (value: number): Summary['metrics'] => ({
    rss_growth: { type: 'gauge', values: { value }, thresholds: { 'value<=0.1': value <= 0.1 } },
  })
  const at = (value: number, exitCode: number) =>
    judge({
      plan: long,
      exitCode,
      points: { rss_growth: 3 },
      summary: summary({ more: growth(value) }),
    }).thresholds.find(threshold => threshold.metric === 'rss_growth')
  expect(at(0.01, 0)).toMatchObject({ verdict: 'unknown', samples: 3, value: 0.01 })
  expect(at(0.2, 99)).toMatchObject({ verdict: 'failed' })
})

test.each([
  [undefined, 'k6 left no summary'],
  ['{"schemaVersion": 1, "runI', 'the summary is cut off'],
  [JSON.stringify({ ...summary(), runId: 'yesterday' }), 'the summary belongs to another run (yesterday, expected r)'],
])('a summary that cannot be believed: %s', (text, why) => {
  expect(readSummary(text, 'r')).toBe(why)
})

test('a summary of another schema is refused, and one of this run is read', () => {
  expect(readSummary(JSON.stringify({ ...summary(), schemaVersion: 2 }), 'r')).toMatch(/another shape.*schemaVersion/)
  expect(readSummary(JSON.stringify(summary()), 'r')).toEqual(summary())
})

test('verdicts become exit codes', () => {
  expect([exitCodeOf('passed'), exitCodeOf('failed'), exitCodeOf('unknown')]).toEqual([0, 1, 3])
})

test("the log of k6: the script's exceptions, its first complaint, its warnings; the script's own words are nobody's complaint", () => {
  const log = createK6Log()
  for (const entry of [
    { level: 'info', msg: 'hello', source: 'console' },
    { level: 'error', msg: 'my own error', source: 'console' },
    { level: 'error', msg: 'Error: boom\n\tat default (file:///s.ts:3:1)\n', source: 'stacktrace', scenario: 'load' },
    { level: 'error', msg: 'TypeError: other', source: 'stacktrace', scenario: 'load' },
    { level: 'warning', msg: 'unknown fields', error: 'json: unknown field "foo"' },
    { level: 'warning', msg: 'unknown fields', error: 'json: unknown field "foo"' },
    { level: 'error', msg: "thresholds on metrics 'http_reqs' have been crossed" },
    { level: 'error', msg: 'could not read the file' },
  ]) {
    log.add(JSON.stringify(entry))
  }
  expect(log.exceptions).toEqual({ count: 2, first: 'Error: boom at default (file:///s.ts:3:1)' })
  expect(log.warnings).toEqual(['unknown fields: json: unknown field "foo"'])
  expect(log.complaint).toBe('could not read the file')
})
