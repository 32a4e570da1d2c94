import { spawnSync } from 'node:child_process'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { Deploy } from '../../runner/core/deploys.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import type { ObjectiveState, PartState } from '../../runner/core/objectives.ts'
import type { LoadRun, NotifierState, Store } from '../../runner/core/ports.ts'
import { createMetrics, type MetricsOptions } from '../../runner/server/metrics/create-metrics.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'
import {
  createFakeWatch,
  type FakeWatch,
  healthOf,
  resultOf,
  start,
  systemOf,
  watchedCheck,
} from '../support/fake-watch.ts'
import { incidentOf } from '../support/incidents.ts'

const health = watchedCheck('shop', 'health', { covers: ['SHOP-1'], owner: 'oncall', severity: 'p0' })
const journey = watchedCheck('shop', 'checkout/pays', { kind: 'journey', interval: 300_000, state: 'degraded' })

const metricsOf = (watch: FakeWatch) =>
  whole({
    watch,
    store: {
      ...createMemoryStore(),
      stats: async () => ({ bytes: 1_240_000, results: 0, details: 12, hours: 40, oldest: start - 86_400_000 }),
      kept: (async (kind: string) => (kind === 'deploy' ? [deploy] : [])) as Store['kept'],
      newestLoadRuns: async () => [loadRun],
    },
    processStats: () => ({ residentBytes: 91_000_000, heapBytes: 22_000_000, cpuSeconds: 12.5, openFiles: 31 }),
  })

const deploy: Deploy = {
  id: 'd',
  system: 'shop',
  environment: 'production',
  revision: '3f2c1aa',
  at: start - 600_000,
  by: 'gate',
}
const loadRun: LoadRun = {
  id: 'shop-checkout-1',
  system: 'shop',
  environment: 'production',
  load: 'checkout',
  profile: 'documented',
  startedAt: start - 7_200_000,
  duration: 540_000,
  verdict: 'failed',
  timeScale: 1,
  stages: ['2m:50'],
  thresholds: [
    {
      requirement: 'SHOP-3',
      metric: 'http_req_duration',
      expression: 'p(95)<500',
      samples: 900,
      verdict: 'failed',
      value: 612,
    },
    { metric: 'http_req_failed', expression: 'rate<0.01', samples: 900, verdict: 'passed', value: 0.002 },
    { metric: 'ws_connecting', expression: 'p(95)<100', samples: 0, verdict: 'unknown' },
  ],
  metrics: {
    http_req_duration: { med: 180, 'p(95)': 612, max: 1_400 },
    http_req_failed: { rate: 0.002 },
    http_reqs: { count: 900, rate: 12.5 },
  },
  series: [
    { at: 0, users: 1, rps: 2, p95: 200, failed: 0 },
    { at: 5, users: 50, rps: 14, p95: 612, failed: 0.002 },
  ],
  k6: { version: '2.2.0', exitCode: 99 },
}
const incident = incidentOf({ system: 'shop', severity: 'p0' })

/** Metrics whose text is in one piece. */
function whole(options: MetricsOptions) {
  const metrics = createMetrics(options)
  return { render: () => text(Readable.from(metrics.render())) }
}

const noRuns = { good: 0, bad: 0, valid: 0, unknown: 0, maintenance: 0, expected: 0 }
const availability: PartState = {
  part: 'availability',
  metric: 'availability',
  sli: 'ratio',
  limit: 'availability >= 0.999 over 30d',
  target: 0.999,
  standing: 'kept',
  value: 0.9995,
  runs: { good: 1_999, bad: 1, valid: 2_000, unknown: 0, maintenance: 0, expected: 2_500 },
  coverage: 0.8,
  budget: { runs: { total: 2, used: 1, left: 1 }, left: 0.5 },
  burn: [
    {
      window: '1h',
      long: 3_600_000,
      short: 300_000,
      factor: 14.4,
      severity: 'p0',
      rate: 8,
      shortRate: 0,
      firing: false,
    },
    { window: '6h', long: 21_600_000, short: 1_800_000, factor: 6, severity: 'p1', rate: 1.5, firing: false },
  ],
  checks: ['health'],
  days: [],
}
const errorRate: PartState = {
  ...availability,
  part: 'error_rate',
  metric: 'error_rate',
  limit: 'error_rate < 0.001',
  target: 0.001,
  value: 0.0005,
  burn: [],
}
const average: PartState = {
  part: 'http_req_duration_ms/avg',
  metric: 'http_req_duration_ms',
  sli: 'statistic',
  limit: 'http_req_duration_ms avg < 300',
  target: 300,
  standing: 'broken',
  value: 412,
  runs: { ...noRuns, good: 10, valid: 10, expected: 10 },
  coverage: 1,
  burn: [],
  checks: ['health'],
  days: [],
}
const firstDay: PartState = {
  ...average,
  part: 'http_5xx',
  metric: 'http_5xx',
  sli: 'count',
  target: 0,
  standing: 'unknown',
  runs: noRuns,
}
const { value: _value, coverage: _coverage, ...waiting } = firstDay
const objectives: readonly ObjectiveState[] = [
  {
    system: 'shop',
    objective: 'availability',
    requirement: 'SHOP-2',
    need: 'it is up',
    at: start,
    standing: 'broken',
    alerts: true,
    parts: [availability, errorRate, average, waiting],
  },
]

const notification: Notification = {
  id: 'n1',
  notifier: 'oncall',
  occasion: 'opened',
  incidents: ['i1'],
  createdAt: start,
  dueAt: start,
  tries: 2,
  state: 'delivered',
  endedAt: start + 12_000,
}

function scene() {
  const plain = createFakeWatch({ systems: [systemOf('shop')], checks: [health, journey], objectives })
  const notifiers: readonly NotifierState[] = [
    { id: 'oncall', kind: 'slack', summary: 'Slack', waiting: 1, lastDeliveredAt: start, trouble: 'found 503' },
  ]
  const watch: FakeWatch = Object.assign(plain, {
    alarms: { ...plain.alarms, notifiers: () => notifiers, open: () => [incident] },
  })
  const metrics = metricsOf(watch)
  watch.emit({
    kind: 'result',
    result: resultOf(health, {
      startedAt: start - 3_998,
      phases: [
        { name: 'resolve', duration: 1, hop: 0 },
        { name: 'connect', duration: 4, hop: 0 },
        { name: 'tls', duration: 9, hop: 0 },
        { name: 'send', duration: 0.5, hop: 0 },
        { name: 'wait', duration: 20, hop: 0 },
        { name: 'wait', duration: 5, hop: 1 },
        { name: 'transfer', duration: 2, hop: 1 },
      ],
      metrics: {
        http_status: 200,
        http_version: 1.1,
        http_redirects: 1,
        tls_cert_days_left: 30,
        tls_cert_life_left: 0.34,
      },
    }),
  })
  watch.emit({
    kind: 'result',
    result: resultOf(journey, {
      verdict: 'degraded',
      reason: 'slow',
      duration: 3_200,
      attempts: 2,
      earlier: [{ duration: 900, reason: 'assertion', detail: 'expected a receipt' }],
      steps: [{ title: 'sign in', startedAt: 0, duration: 800 }],
      metrics: { lcp_ms: 1_800, cls: 0.04 },
    }),
  })
  watch.emit({ kind: 'notification', notification })
  watch.emit({ kind: 'incident', incident, line: { at: start, kind: 'opened' } })
  return { watch, metrics }
}

const line = (text: string, start: string) => text.split('\n').find(line => line.startsWith(start))

describe('the exposition', () => {
  test('is the golden one', async () => {
    await expect(await scene().metrics.render()).toMatchFileSnapshot('metrics.golden.txt')
  })

  test('a heartbeat tells when it was well and when it is due', async () => {
    const health = healthOf('up', { lastPassedAt: start - 60_000 })
    const backup = watchedCheck('shop', 'backup', { kind: 'heartbeat', health, nextRunAt: start + 3_600_000 })
    const text = await metricsOf(createFakeWatch({ checks: [backup] })).render()
    const labels = '{system="shop",check="backup",environment="production",location="local"}'
    expect(line(text, 'vedette_heartbeat_last')).toBe(
      `vedette_heartbeat_last_success_timestamp_seconds${labels} ${start / 1_000 - 60}`,
    )
    expect(line(text, 'vedette_heartbeat_due')).toBe(
      `vedette_heartbeat_due_timestamp_seconds${labels} ${start / 1_000 + 3_600}`,
    )
  })

  test('is clean for promtool', async () => {
    const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await scene().metrics.render() })
    expect([status, stderr.toString()]).toEqual([0, ''])
  })

  test('keeps the series of a check few', async () => {
    const text = await scene().metrics.render()
    expect(text.split('\n').filter(line => line.includes('check="health"')).length).toBeLessThanOrEqual(32)
  })

  test('never has error text in a label', async () => {
    const { watch, metrics } = scene()
    watch.emit({
      kind: 'result',
      result: resultOf(health, { verdict: 'failed', reason: 'status', detail: 'found 503' }),
    })
    expect(await metrics.render()).not.toContain('503')
  })
})

test('a label may hold quotes, backslashes and ends of lines', async () => {
  const odd = watchedCheck('shop', 'odd', { owner: 'the "night\\day"\nteam' })
  const text = await metricsOf(createFakeWatch({ checks: [odd] })).render()
  expect(text).toContain(String.raw`owner="the \"night\\day\"\nteam"`)
  expect(spawnSync('promtool', ['check', 'metrics'], { input: text }).status).toBe(0)
})

describe('a check', () => {
  test.each([
    ['passed', 'probe_success{system="shop",check="health",environment="production",location="local"} 1'],
    ['degraded', 'probe_success{system="shop",check="health",environment="production",location="local"} 1'],
    ['failed', 'probe_success{system="shop",check="health",environment="production",location="local"} 0'],
    ['unknown', undefined],
  ] as const)('that %s has probe_success: %s', async (verdict, expected) => {
    const { watch, metrics } = scene()
    watch.emit({ kind: 'result', result: resultOf(health, { verdict }) })
    const text = await metrics.render()
    expect(line(text, 'probe_success{system="shop",check="health"')).toBe(expected)
    expect(line(text, 'vedette_check_health{system="shop",check="health"')).toContain('state="up"} 1')
  })

  test('starts with counters at 0 before its first run', async () => {
    const text = await metricsOf(createFakeWatch({ checks: [health] })).render()
    expect(text).toContain(
      'vedette_check_runs_total{system="shop",check="health",environment="production",location="local",verdict="failed"} 0',
    )
    expect(text).toContain('verdict="failed",reason="tls"} 0')
    expect(text).toContain(
      'vedette_first_attempt_failures_total{system="shop",check="health",environment="production",location="local"} 0',
    )
  })

  test('is fed by scheduled runs alone', async () => {
    const { watch, metrics } = scene()
    const before = line(await metrics.render(), 'probe_duration_seconds{system="shop",check="health"')
    watch.emit({ kind: 'result', result: resultOf(health, { verdict: 'failed', trigger: 'manual', duration: 9_999 }) })
    const text = await metrics.render()
    expect(line(text, 'probe_duration_seconds{system="shop",check="health"')).toBe(before)
    expect(text).toContain('vedette_on_demand_runs_total{trigger="manual",verdict="failed"} 1')
  })

  test('counts no run in maintenance', async () => {
    const { watch, metrics } = scene()
    watch.emit({ kind: 'result', result: resultOf(health, { verdict: 'failed', reason: 'status', maintenance: true }) })
    const text = await metrics.render()
    expect(text).toContain('check="health",environment="production",location="local",verdict="failed"} 0')
    expect(text).toContain('kind="http",environment="production",location="local",verdict="failed",reason="status"} 0')
  })

  test('takes all its series with it when it disappears', async () => {
    const { watch, metrics } = scene()
    watch.remove('shop/checkout/pays')
    watch.emit({ kind: 'generation', generation: 2 })
    const text = await metrics.render()
    expect(text).not.toContain('checkout/pays')
    expect(text).not.toContain('kind="journey"')
    expect(text).toContain('check="health"')
  })
})

describe('messages', () => {
  const counted = async (...changes: readonly Partial<Notification>[]) => {
    const { watch, metrics } = scene()
    for (const change of changes) watch.emit({ kind: 'notification', notification: { ...notification, ...change } })
    return metrics.render()
  }

  test('are counted by what became of them, once', async () => {
    const text = await counted({ state: 'waiting' }, { state: 'dead' }, { state: 'dropped' })
    for (const outcome of ['delivered', 'dead', 'dropped'])
      expect(text).toContain(`vedette_notifications_total{notifier="oncall",outcome="${outcome}"} 1\n`)
  })

  test('of a drill are not counted', async () => {
    const text = await counted({ occasion: 'drill' })
    expect(text).toContain('vedette_notifications_total{notifier="oncall",outcome="delivered"} 1\n')
  })

  test('of a notifier that is gone leave with it', async () => {
    const { watch, metrics } = scene()
    Object.assign(watch, { alarms: { ...watch.alarms, notifiers: () => [] } })
    expect(await metrics.render()).not.toContain('oncall",outcome')
  })
})

describe('incidents', () => {
  const open = async (...incidents: readonly Incident[]) => {
    const watch = createFakeWatch({ systems: [systemOf('shop')] })
    Object.assign(watch, { alarms: { ...watch.alarms, open: () => incidents } })
    return metricsOf(watch).render()
  }
  const shop = 'system="shop",environment="production"'

  test('are there with 0 before the first one', async () => {
    const text = await open()
    expect(text).toContain(`vedette_open_incidents{${shop},severity="p0"} 0\n`)
    expect(text).toContain('vedette_open_incidents{system="vedette",environment="production",severity="p2"} 0\n')
    expect(text).toContain(`vedette_incidents_total{${shop},cause="slow"} 0\n`)
    expect(text).toContain('vedette_blind 0\n')
  })

  test('that somebody acknowledged are open all the same', async () => {
    const text = await open(incident, { ...incident, id: 'b', acknowledgedAt: start })
    expect(text).toContain(`vedette_open_incidents{${shop},severity="p0"} 2\n`)
    expect(text).toContain(`vedette_unacknowledged_incidents{${shop},severity="p0"} 1\n`)
  })

  test('of a drill are in no figure', async () => {
    expect(await open({ ...incident, drill: true })).toContain(`vedette_open_incidents{${shop},severity="p0"} 0\n`)
    const { watch, metrics } = scene()
    watch.emit({ kind: 'incident', incident: { ...incident, drill: true }, line: { at: start, kind: 'opened' } })
    const total = `vedette_incidents_total{${shop},cause="${incident.cause}"}`
    expect(line(await metrics.render(), total)).toBe(`${total} 1`)
  })

  test('are counted when they open, not when they go on or end', async () => {
    const { watch, metrics } = scene()
    for (const kind of ['joined', 'acknowledged', 'resolved'] as const)
      watch.emit({ kind: 'incident', incident, line: { at: start, kind } })
    const total = `vedette_incidents_total{${shop},cause="${incident.cause}"}`
    expect(line(await metrics.render(), total)).toBe(`${total} 1`)
  })

  test('about our own blindness are a figure of their own', async () => {
    expect(await open({ ...incident, system: 'vedette', cause: 'blind' })).toContain('vedette_blind 1\n')
  })

  test('of a system that is gone leave with it', async () => {
    const { watch, metrics } = scene()
    Object.assign(watch, { systems: () => [], alarms: { ...watch.alarms, open: () => [] } })
    const text = await metrics.render()
    expect(text).not.toContain('vedette_open_incidents{system="shop"')
    expect(text).not.toContain('vedette_incidents_total{system="shop"')
  })
})

test('a deploy under the watch moves the last one', async () => {
  const { watch, metrics } = scene()
  const last = async () =>
    line(await metrics.render(), 'vedette_last_deploy_timestamp_seconds{')
      ?.split(' ')
      .at(-1)
  expect(await last()).toBe(String(start / 1_000 - 600))
  watch.emit({ kind: 'deploy', deploy: { ...deploy, at: start } })
  expect(await last()).toBe(String(start / 1_000))
})

test('a broken store does not take the other figures with it', async () => {
  const watch = createFakeWatch({ checks: [health] })
  const locked = async () => Promise.reject(new Error('locked'))
  const store = { stats: locked, kept: locked, newestLoadRuns: locked }
  const text = await whole({ watch, store }).render()
  expect(text).toContain('vedette_check_health')
})
