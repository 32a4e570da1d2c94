import type { Result } from '../../runner/core/contracts.ts'
import { decide, type Evidence } from '../../runner/core/decision.ts'
import type { Decision, RunPlan } from '../../runner/core/ports.ts'

/** A result as a gate makes it; passed unless told otherwise. */
export const gateResult = (check: string, changes: Partial<Result> = {}): Result => ({
  system: 'shop',
  environment: 'staging',
  check,
  location: 'local',
  slot: 1_767_614_400_000,
  trigger: 'gate',
  startedAt: 1_767_614_400_000,
  duration: 120,
  attempts: 1,
  earlier: [],
  verdict: 'passed',
  phases: [],
  steps: [],
  metrics: {},
  artifacts: [],
  loopDelay: 0,
  runner: { version: '0.1.0' },
  ...changes,
})

export const planOf = (results: readonly Result[]): RunPlan['checks'] =>
  results.map(({ system, check }) => ({
    system,
    check,
    title: check,
    kind: check.startsWith('journey') ? 'journey' : 'http',
    ...(check.startsWith('journey') ? { command: `npx playwright test checkout.spec.ts:12 --project=desktop` } : {}),
  }))

/** What `decide` makes of these results, all of them planned. */
export const decisionOn = (results: readonly Result[], changes: Partial<Evidence> = {}): Decision =>
  decide({
    environment: 'staging',
    location: 'local',
    version: '0.1.0',
    selection: [],
    plan: planOf(results),
    results,
    revisions: {},
    strict: false,
    startedAt: 1_767_614_400_000,
    duration: 3_210,
    ...changes,
  })

/** One of each verdict, with a retry, a failing step, an artifact and text that wants to be escaped. */
export const mixedResults: readonly Result[] = [
  gateResult('home'),
  gateResult('search', {
    verdict: 'degraded',
    reason: 'slow',
    detail: 'expected http_req_duration_ms p95 < 500 (COD-02), found 612',
    duration: 612,
  }),
  gateResult('journey/checkout', {
    verdict: 'failed',
    reason: 'assertion',
    detail: 'expect(locator).toHaveText(expected)\n\nExpected: "Thank <you> & goodbye | `now`"\nReceived: "Sorry"',
    duration: 8_400,
    attempts: 2,
    earlier: [{ duration: 8_100, reason: 'timeout', detail: 'no end within 8 s' }],
    steps: [
      { title: 'open the shop', startedAt: 0, duration: 900 },
      { title: 'pay', startedAt: 900, duration: 7_500, error: 'expected "Thank you", found "Sorry"' },
    ],
    artifacts: [{ name: 'failure', kind: 'screenshot', contentType: 'image/png', path: 'ab/cd.png', bytes: 1_000 }],
    runner: { version: '0.1.0', browser: 'chromium 140' },
  }),
  gateResult('broker', {
    system: 'bank',
    verdict: 'unknown',
    reason: 'runner',
    detail: 'no file handles are left (EMFILE)',
  }),
  gateResult('flaky', {
    system: 'bank',
    attempts: 2,
    earlier: [{ duration: 4, reason: 'connect', detail: 'connection refused' }],
  }),
]

/** Text of a hostile target: escape sequences, control characters, half a surrogate, markup, CI commands. */
export const hostileText =
  '\u001b[2J\u001b]0;owned\u0007<b>"&\'</b>]]>\u0000\u0008\u009b31m\ud800\ufffe\r\n::error::owned\n##[add-mask]x\n| `` ``` | [x](javascript:1) @everyone \u001b]8;;http://x\u0007link\u001b]8;;\u0007'
