/** A monitor in a bad night: every state, every reason to look closer, figures that never change. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { objective } from '../../runner/config/objective.ts'
import type { HealthState, Phase, Result, Step, Verdict } from '../../runner/core/contracts.ts'
import { checkKey, type LoadRun, runId, type WatchedCheck } from '../../runner/core/ports.ts'
import { type Serving, serve } from '../server/support.ts'
import { createFakeWatch, healthOf, resultOf, start, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { nightAlarms, nightObjectives, nightRecords } from './trouble.ts'

const minute = 60_000

/** The same sequence on every machine. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const shop = systemOf('cod-admin', {
  title: 'E-commerce COD Admin',
  status: {
    title: 'Shop',
    parts: { Ordering: ['public-checkout', '@money'], 'Staff console': ['health', 'login'], Uploads: ['uploads'] },
  },
  requirements: [
    {
      id: 'COD-13',
      need: 'The health call answers within five seconds and says that the database is there.',
      verify: 'probe',
      threshold: [{ metric: 'http_req_duration_ms', stat: 'p95', lt: 500 }],
      broken: 'Answers 503 without a word about the database, or does not answer at all.',
      source: 'Operations; Health checks (table of endpoints)',
    },
    {
      id: 'COD-14',
      need: 'Health names each dependency with its own state.',
      verify: 'probe',
      broken: 'Says ok although redis is gone.',
      source: 'Operations; Health checks',
    },
    {
      id: 'COD-01',
      need: 'Signing in and listing orders are quick under a ramp to 100 users.',
      verify: 'load',
      threshold: [
        { stages: ['2m:50', '5m:100', '2m:0'] },
        { metric: 'http_req_duration_ms', stat: 'p95', lt: 500 },
        { metric: 'error_rate', lt: 0.01 },
      ],
      broken: 'p95 of 600 ms.',
      source: 'Load Testing Script (k6)',
    },
    {
      id: 'COD-08',
      need: '99.9 % up in week 1.',
      verify: 'slo',
      threshold: [{ metric: 'availability', gte: 0.999, window: '7d' }],
      broken: '20 minutes of outage in the week.',
      source: 'Week 1 Metrics',
    },
    {
      id: 'COD-21',
      need: 'An anonymous customer orders, and the staff see it.',
      verify: 'journey',
      broken: 'The order is not in the list.',
      source: 'Testing; Checkout',
    },
    {
      id: 'COD-34',
      need: 'Only images are kept, under a name without a path.',
      verify: 'security',
      broken: 'A script is kept.',
      source: 'Security; Uploads',
    },
    {
      id: 'COD-42',
      need: 'A bad release is rolled back within five minutes.',
      verify: 'gate',
      broken: 'It keeps its traffic.',
      source: 'Rollback',
    },
  ],
  objectives: [objective('availability', { from: 'COD-08' })],
  load: [{ id: 'shop', script: '/load/shop.ts', profiles: { documented: { from: 'COD-01' } }, env: {} }],
})
const portal = systemOf('agent-portal', {
  title: 'Corporate Agent Module',
  status: { title: 'Agents', parts: { 'Sign-in': ['sign-in'], Booking: ['booking/*'] } },
})

const down = 'expected services.redis to be ok, found error: connection refused (127.0.0.1:6379)'

const definitions: readonly (readonly [string, string, HealthState, Partial<WatchedCheck>])[] = [
  [
    'cod-admin',
    'health',
    'down',
    {
      summary: 'GET /health',
      covers: ['COD-13', 'COD-14'],
      severity: 'p0',
      tags: ['core'],
      owner: 'oncall',
      nextRunAt: start + 12_000,
    },
  ],
  [
    'cod-admin',
    'orders/an-agent-delivers-an-order',
    'down',
    {
      kind: 'journey',
      summary: 'orders.spec.ts › an agent delivers an order',
      interval: 5 * minute,
      timeout: 40_000,
      tags: ['money', 'agents'],
      command: 'npx playwright test scenarios/cod-admin/journeys/orders.spec.ts:41 --project=desktop',
    },
  ],
  ['cod-admin', 'login', 'retrying', { summary: 'POST /api/auth/login', tags: ['core'] }],
  [
    'agent-portal',
    'certificate',
    'degraded',
    { kind: 'tls', summary: 'certificate of agents.example.com:443', interval: 360 * minute, owner: 'infrastructure' },
  ],
  [
    'agent-portal',
    'booking/books-an-appointment-for-a-customer-of-a-company',
    'unknown',
    { kind: 'journey', summary: 'booking.spec.ts › books an appointment', interval: 5 * minute },
  ],
  ['cod-admin', 'uploads', 'maintenance', { summary: 'POST /api/uploads' }],
  ['agent-portal', 'nightly-export', 'paused', { summary: 'GET /api/export' }],
  ['cod-admin', 'public-checkout', 'up', { summary: 'GET /f/demo', covers: ['COD-21'], tags: ['money'] }],
  [
    'cod-admin',
    'certificate',
    'up',
    { kind: 'tls', summary: 'certificate of shop.example.com:443', interval: 360 * minute },
  ],
  ['agent-portal', 'sign-in', 'up', { summary: 'POST /api/session' }],
  ['agent-portal', 'dns', 'up', { kind: 'dns', summary: 'A agents.example.com' }],
  ['agent-portal', 'socket', 'up', { kind: 'websocket', summary: 'wss://agents.example.com/live' }],
  [
    'agent-portal',
    'search',
    'unknown',
    {
      summary: 'GET /api/search?q=blood',
      health: { state: 'unknown', since: start - 3_000, consecutiveFailures: 0, consecutiveSuccesses: 0 },
    },
  ],
]

const details: Partial<Record<HealthState, Partial<Result>>> = {
  down: { verdict: 'failed', reason: 'assertion', detail: down },
  retrying: {
    verdict: 'failed',
    reason: 'timeout',
    detail: 'expected an answer within 5 s, found none (waited 4.98 s after sending)',
  },
  degraded: { verdict: 'degraded', reason: 'limit', detail: 'expected tls_cert_days_left >= 30 (AGT-40), found 21' },
  unknown: {
    verdict: 'unknown',
    reason: 'runner',
    detail: 'no browser: chromium-headless-shell ended with signal SIGKILL (out of memory)',
  },
}
const sinceOf: Partial<Record<HealthState, number>> = {
  down: 14 * minute,
  retrying: 24_000,
  degraded: 9 * 60 * minute,
  unknown: 31 * minute,
}

function phasesOf(duration: number, next: () => number): readonly Phase[] {
  const shares = [0.02 + next() * 0.02, 0.06, 0.16, 0.02, 0.6, 0.1]
  return (['resolve', 'connect', 'tls', 'send', 'wait', 'transfer'] as const).map((name, index) => ({
    name,
    duration: duration * shares[index]!,
    hop: 0,
  }))
}

/** A day of runs, sparse before the last two hours. */
function history(check: WatchedCheck, seed: number): readonly Result[] {
  const next = chance(seed)
  const { state, since } = check.health
  const step = Math.max(check.interval, 30_000)
  const base = check.kind === 'journey' ? 2_400 : 30 + seed * 9
  const slots = Array.from({ length: 60 }, (_, index) => start - 4_000 - index * step)
  const older = Array.from({ length: 200 }, (_, index) => start - 60 * step - index * 7 * minute)
  return [...slots, ...older].map(slot => {
    const isBad = slot >= since && details[state] !== undefined
    const luck = next()
    const bad: Partial<Result> = isBad
      ? details[state]!
      : luck > 0.985
        ? { verdict: 'unknown', reason: 'missed', detail: 'this machine slept' }
        : luck > 0.97
          ? { verdict: 'degraded', reason: 'slow', detail: 'expected p95 < 500, found 812' }
          : {}
    const duration = base * (0.8 + next() * 0.5) * (bad.reason === 'slow' ? 8 : 1)
    const phases = check.kind === 'http' && bad.verdict !== 'unknown' ? phasesOf(duration, next) : []
    const walked =
      check.kind === 'journey' && bad.verdict !== 'unknown'
        ? steps.map(({ title }, index) => ({
            title,
            startedAt: index * 300,
            duration: duration * (0.2 + index * 0.13),
          }))
        : []
    return resultOf(check, { slot, startedAt: slot + 2, duration, phases, steps: walked, ...bad })
  })
}

const steps: readonly Step[] = [
  {
    title: 'sign in as an agent',
    startedAt: 40,
    duration: 820,
    steps: [
      { title: 'fill the form', startedAt: 60, duration: 210 },
      { title: 'wait for the list of orders', startedAt: 290, duration: 560 },
    ],
  },
  { title: 'open the order of today', startedAt: 870, duration: 340 },
  {
    title: 'mark it as delivered',
    startedAt: 1_220,
    duration: 5_010,
    error:
      'expect(locator).toHaveText failed\n\nLocator:  getByRole(\'status\')\nExpected: "Delivered"\nReceived: "Could not save: redis is gone"\nTimeout:  5000ms',
  },
]

function loadRun(verdict: Verdict, id: string, ago: number): LoadRun {
  const next = chance(7)
  const series = Array.from({ length: 90 }, (_, index) => {
    const users = index < 20 ? index * 2.5 : index < 70 ? 50 : (90 - index) * 2.5
    return {
      at: index * 6,
      users: Math.round(users),
      rps: users * (0.8 + next() * 0.2),
      p95: 120 + users * (verdict === 'failed' ? 9 : 5) * (0.8 + next() * 0.4),
      failed: verdict === 'failed' && index === 44 ? 0.004 : 0,
    }
  })
  const p95 = Math.max(...series.map(point => point.p95))
  return {
    id,
    system: 'cod-admin',
    environment: 'staging',
    load: 'shop',
    profile: 'documented',
    startedAt: start - ago,
    duration: 540_000,
    verdict,
    ...(verdict === 'failed' ? { detail: `expected http_req_duration p(95)<500, found ${p95.toFixed(1)}` } : {}),
    timeScale: verdict === 'failed' ? 1 : 0.1,
    stages: ['2m:50', '5m:100', '2m:0'],
    thresholds: [
      {
        requirement: 'COD-01',
        metric: 'http_req_duration',
        expression: 'p(95)<500',
        samples: 21_840,
        verdict: verdict === 'failed' ? 'failed' : 'passed',
        value: p95,
      },
      {
        requirement: 'COD-01',
        metric: 'http_req_failed',
        expression: 'rate<0.01',
        samples: 21_840,
        verdict: 'passed',
        value: 0.0004,
      },
      {
        requirement: 'COD-02',
        metric: 'http_req_duration{scope:write}',
        expression: 'p(95)<800',
        samples: 0,
        verdict: 'unknown',
      },
    ],
    metrics: {
      http_req_duration: { avg: 221.4, min: 8.1, med: 201.2, max: 1_612.8, 'p(90)': 402.1, 'p(95)': p95 },
      http_reqs: { count: 21_840, rate: 40.4 },
    },
    series,
    k6: { version: '2.2.0', exitCode: verdict === 'failed' ? 99 : 0 },
  }
}

export interface Night extends Serving {
  readonly paths: Readonly<Record<string, string>>
}

/** `files`: what the artifact store holds of the failed journey. */
export async function badNight(files: Readonly<Record<string, Buffer | string>> = {}): Promise<Night> {
  const checks = definitions.map(([system, check, state, change]) =>
    watchedCheck(system, check, {
      title: check.split('/').at(-1)!.replaceAll('-', ' '),
      health: healthOf(state, {
        since: start - (sinceOf[state] ?? 6 * 24 * 60 * minute),
        lastPassedAt: start - 14 * minute,
      }),
      ...change,
    }),
  )
  const results = checks.flatMap((check, index) =>
    check.health.lastRunAt === undefined ? [] : history(check, index + 1),
  )
  const journey = resultOf(checks[1]!, {
    slot: start - 1_000,
    startedAt: start - 1_000,
    duration: 6_240,
    attempts: 2,
    earlier: [{ duration: 6_190, reason: 'assertion', detail: 'Expected: "Delivered"\nReceived: ""' }],
    verdict: 'failed',
    reason: 'assertion',
    detail: 'mark it as delivered: expected the status to read "Delivered", found "Could not save: redis is gone"',
    steps,
    metrics: { lcp_ms: 812, cls: 0.02, ttfb_ms: 44 },
    revision: '4f1c9e2',
    runner: { version: '0.1.0', browser: 'chromium-headless-shell 156.0' },
    artifacts: Object.keys(files).map(name => ({
      name,
      kind: name.endsWith('.png') ? 'screenshot' : name.endsWith('.zip') ? 'trace' : 'console',
      contentType: 'application/octet-stream',
      path: `run/${name}`,
      bytes: files[name]!.length,
    })),
  })
  const next = chance(3)
  const redirected = resultOf(checks[0]!, {
    slot: start - 500,
    startedAt: start - 500,
    duration: 212,
    verdict: 'failed',
    reason: 'assertion',
    detail: down,
    phases: [...phasesOf(60, next), ...phasesOf(150, next).map(phase => ({ ...phase, hop: 1 }))],
    metrics: { http_status: 503, http_redirects: 1, http_version: 1.1, body_bytes: 412 },
  })
  const unknown = resultOf(checks[4]!, { slot: start - 700, ...details.unknown })
  const healthy = resultOf(checks[0]!, {
    slot: start - 15 * minute,
    startedAt: start - 15 * minute,
    duration: 64,
    phases: phasesOf(64, next),
    metrics: { http_status: 200, http_redirects: 0, http_version: 1.1, body_bytes: 388 },
    revision: '91aa03b',
  })
  const first = resultOf(checks[0]!, { ...redirected, slot: start - 14 * minute, startedAt: start - 14 * minute })
  const daily = checks
    .filter(check => check.health.state === 'up' || check === checks[0])
    .flatMap(check =>
      Array.from({ length: 84 }, (_, index) =>
        resultOf(check, {
          slot: start - (index + 2) * 1_440 * minute,
          startedAt: start - (index + 2) * 1_440 * minute,
        }),
      ),
    )
  const delivered = resultOf(checks[1]!, {
    slot: start - 20 * minute,
    startedAt: start - 20 * minute,
    duration: 2_310,
    steps: steps.map(({ error: _, ...step }) => ({ ...step, duration: 380 })),
    metrics: { lcp_ms: 640, cls: 0.02, ttfb_ms: 41 },
    artifacts: journey.artifacts.filter(({ kind }) => kind === 'screenshot'),
    revision: '91aa03b',
  })
  const runs = {
    healthFailure: runId(first),
    healthPass: runId(healthy),
    journeyFailure: runId(journey),
    journeyPass: runId(delivered),
  }
  const all = [...results, journey, redirected, unknown, healthy, first, delivered, ...daily]
  const lasts = checks.map(check => {
    const last = all.filter(result => checkKey(result) === checkKey(check)).toSorted((a, b) => b.slot - a.slot)[0]
    return last ? { ...check, last } : check
  })
  const server = await serve({
    watch: createFakeWatch({
      systems: [shop, portal],
      checks: lasts,
      alarms: nightAlarms(runs),
      objectives: nightObjectives,
      status: 'Example Shop',
    }),
    keep: nightRecords(runs),
    results: all,
    loadRuns: [loadRun('failed', 'cod-admin-1', 3_600_000), loadRun('passed', 'cod-admin-0', 90_000_000)],
  })
  await mkdir(join(server.artifacts, 'run'), { recursive: true })
  await Promise.all(
    Object.entries(files).map(([name, content]) => writeFile(join(server.artifacts, 'run', name), content)),
  )
  const check = (index: number) => `/checks/${checks[index]!.system}/${checks[index]!.check}`
  return {
    ...server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    paths: {
      overview: '/',
      'overview-filtered': '/?system=cod-admin&state=down',
      'overview-none': '/?q=nothing-like-this',
      'check-down': check(0),
      'check-journey': check(1),
      'check-new': check(12),
      'run-journey': `/runs/${runId(journey)}`,
      'run-http': `/runs/${runId(redirected)}`,
      'run-unknown': `/runs/${runId(unknown)}`,
      requirements: '/requirements',
      'requirements-system': '/requirements/cod-admin',
      'requirements-without': '/requirements/agent-portal',
      incidents: '/incidents',
      'incidents-filtered': '/incidents?system=agent-portal&range=90d',
      'incident-open': `/incidents/cod-admin~wrong~${start - 14 * minute}`,
      'incident-screenshots': `/incidents/cod-admin~wrong~${start - 14 * minute}?check=${encodeURIComponent(checks[1]!.check)}`,
      'incident-acknowledged': `/incidents/agent-portal~slow~${start - 9 * 60 * minute}`,
      'incident-past': `/incidents/cod-admin~unreachable~${start - 3 * 1_440 * minute + 180 * minute}`,
      status: '/status',
      objectives: '/objectives',
      maintenance: '/maintenance',
      notifications: '/notifications',
      self: '/self',
      'load-runs': '/load',
      'load-run': '/load/cod-admin-1',
      'sign-in': '/sign-in',
      'not-found': '/nowhere',
    },
  }
}

export async function quietDay(): Promise<Serving> {
  const checks = definitions
    .filter(([, , state]) => state === 'up')
    .map(([system, check, , change]) => watchedCheck(system, check, change))
  const systems = [
    { ...shop, status: { title: 'Shop', parts: { Ordering: ['public-checkout'], Certificate: ['certificate'] } } },
    { ...portal, status: { title: 'Agents', parts: { 'Sign-in': ['sign-in'] } } },
  ]
  return serve({
    watch: createFakeWatch({ systems, checks, status: 'Example Shop' }),
    results: checks.flatMap((check, index) => history(check, index + 1)),
  })
}
