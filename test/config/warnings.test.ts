import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { expiredQuarantines } from '../../runner/config/expired-quarantines.ts'
import { formatProblem, loadConfiguration } from '../../runner/config/load-configuration.ts'
import { defineSystem } from '../../runner/config/system.ts'
import { http } from '../../runner/probes/http.ts'
import { tempFolder } from '../support/temp-folder.ts'

const requirements = `[
  { id: 'A-1', need: 'n', verify: 'probe', broken: 'b', source: 's', threshold: [{ metric: 'http_req_duration_ms', stat: 'p95', lt: 200 }] },
  { id: 'A-2', need: 'n', verify: 'probe', broken: 'b', source: 's', threshold: [{ metric: 'tls_cert_days_left', gt: 14 }] },
  { id: 'A-3', need: 'n', verify: 'load', broken: 'b', source: 's', threshold: [{ stages: ['1m:10', '1m:0'] }, { metric: 'error_rate', lt: 0.01 }] },
  { id: 'A-4', need: 'n', verify: 'audit', broken: 'b', source: 's', threshold: [{ metric: 'observatory_grade', gte: 'A+' }] },
]`

/** Warnings of a system with these checks; a configuration with warnings alone is loaded. */
async function warningsOf(checks: string, env: Readonly<Record<string, string>> = {}, now?: number) {
  using folder = tempFolder({
    'script.ts': '',
    'vedette.config.ts': `import { check, defineConfig, defineSystem, headers, http, limit, load, secret, tls } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', requirements: ${requirements}, checks: [${checks}] })] })
`,
  })
  const { problems } = await loadConfiguration({ cwd: folder.path, env, ...(now === undefined ? {} : { now }) })
  return problems.map(formatProblem)
}

test.each([
  [
    "check('home', { probe: http('/', { expect: { duration: '200ms' } }) })",
    /^warning: .*check home › probe: expected each threshold once, found http_req_duration_ms 200 here and in A-1; write limit\('A-1'\)$/,
  ],
  [
    "check('home', { probe: http('/', { expect: { certificate: { daysLeft: 14 } } }) })",
    /found tls_cert_days_left 14 here and in A-2; write limit\('A-2'\)$/,
  ],
  ["check('cert', { probe: tls({ daysLeft: 14 }) })", /found tls_cert_days_left 14 here and in A-2/],
  ["check('head', { probe: headers('/', { grade: 'A+' }) })", /found observatory_grade A\+ here and in A-4/],
  [
    "load({ script: 'script.ts', thresholds: { http_req_duration: ['p(95)<200'] } })",
    /load script › profiles › documented: .*found http_req_duration p\(95\)<200 here and in A-1; write from: 'A-1'$/,
  ],
  [
    "load({ script: 'script.ts', profiles: { all: { thresholds: { 'http_req_failed{scope:x}': ['rate < 0.01'] } } } })",
    /found http_req_failed\{scope:x\} rate < 0\.01 here and in A-3/,
  ],
  [
    "load({ script: 'script.ts', stages: ['1m:10', '1m:0'], thresholds: { checks: ['rate>0.9'] } })",
    /found the stages 1m:10 1m:0 here and in A-3; write from: 'A-3'$/,
  ],
])('a threshold that is written twice: %s', async (checks, message) => {
  expect(await warningsOf(checks)).toEqual([expect.stringMatching(message)])
})

test.each([
  "check('home', { probe: http('/', { expect: { duration: limit('A-1') } }) })",
  "check('home', { probe: http('/', { expect: { duration: '300ms' } }) })",
  "check('cert', { probe: tls({ daysLeft: 30 }) })",
  "check('head', { probe: headers('/', { grade: limit('A-4') }) })",
  "load({ script: 'script.ts', profiles: { smoke: { from: 'A-3', stages: ['5s:5'] } } })",
])('a figure of its own, and one by reference, are fine: %s', async checks => {
  expect(await warningsOf(checks)).toEqual([])
})

test('an interval that is over before the retry begins', async () => {
  const home = (more: string) => `check('home', { probe: http('/'), ${more} })`
  const found = [
    expect.stringMatching(
      /^warning: .*check home › every: expected an interval longer than the pause before a retry \(5s\), found 2s; lengthen it, or shorten `retry\.delay`$/,
    ),
  ]
  expect(await warningsOf(home("every: '2s'"))).toEqual(found)
  expect(await warningsOf(home("every: '5s'"))).toHaveLength(1)
  expect(await warningsOf(home("every: '6s'"))).toEqual([])
  expect(await warningsOf(home("every: '2s', retry: { attempts: 0 }"))).toEqual([])
  expect(await warningsOf(home("every: '2s', retry: { attempts: 1, delay: '1s' }"))).toEqual([])
})

test('a secret that is too short to be scrubbed', async () => {
  const checks = "check('home', { probe: http('/', { bearer: secret({ env: 'TOKEN' }) }) })"
  expect(await warningsOf(checks, { TOKEN: 'abc' })).toEqual([
    expect.stringMatching(
      /^warning: .*check home: expected a secret of 4 characters or more in the environment variable TOKEN, found a shorter one/,
    ),
  ])
  expect(await warningsOf(checks, { TOKEN: 'abcd' })).toEqual([])
})

test('a quarantine whose day has come', async () => {
  const checks = "check('home', { probe: http('/'), quarantine: { until: '2026-03-01', reason: 'flaky, Ada looks' } })"
  expect(await warningsOf(checks, {}, Date.UTC(2026, 1, 28, 23, 59))).toEqual([])
  expect(await warningsOf(checks, {}, Date.UTC(2026, 2, 1))).toEqual([
    expect.stringMatching(
      /^warning: .*check home › quarantine › until: expected a day that lies ahead, found 2026-03-01: it opens incidents again; .*flaky, Ada looks/,
    ),
  ])
})

test('while a watch goes on, only those whose day has just come', () => {
  const quarantine = { until: '2026-03-01', reason: 'flaky' }
  const systems = [
    defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [check('home', { probe: http('/'), quarantine })] }),
  ]
  const until = Date.UTC(2026, 2, 1)
  const hour = 3_600_000
  const found = [until - 1, until, until + hour - 1, until + hour].map(now =>
    expiredQuarantines(systems, now, now - hour),
  )
  expect(found.map(({ length }) => length)).toEqual([0, 1, 1, 0])
})
