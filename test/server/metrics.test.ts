import { spawnSync } from 'node:child_process'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { Notification } from '../../runner/core/notifications.ts'
import type { NotifierState } from '../../runner/core/ports.ts'
import { createMetrics, type MetricsOptions } from '../../runner/server/metrics/create-metrics.ts'
import { createFakeWatch, type FakeWatch, resultOf, start, watchedCheck } from '../support/fake-watch.ts'

const health = watchedCheck('shop', 'health', { covers: ['SHOP-1'], owner: 'oncall', severity: 'p0' })
const journey = watchedCheck('shop', 'checkout/pays', { kind: 'journey', interval: 300_000, state: 'degraded' })

const metricsOf = (watch: FakeWatch) =>
  whole({
    watch,
    store: {
      stats: async () => ({ bytes: 1_240_000, results: 0, details: 12, hours: 40, oldest: start - 86_400_000 }),
    },
    processStats: () => ({ residentBytes: 91_000_000, heapBytes: 22_000_000, cpuSeconds: 12.5, openFiles: 31 }),
  })

/** Metrics whose text is in one piece. */
function whole(options: MetricsOptions) {
  const metrics = createMetrics(options)
  return { render: () => text(Readable.from(metrics.render())) }
}

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
  const plain = createFakeWatch({ checks: [health, journey] })
  const notifiers: readonly NotifierState[] = [
    { id: 'oncall', kind: 'slack', summary: 'Slack', waiting: 1, lastDeliveredAt: start, trouble: 'found 503' },
  ]
  const watch: FakeWatch = Object.assign(plain, { alarms: { ...plain.alarms, notifiers: () => notifiers } })
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
      metrics: { http_status: 200, http_version: 1.1, http_redirects: 1, tls_cert_days_left: 30 },
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
  return { watch, metrics }
}

const line = (text: string, start: string) => text.split('\n').find(line => line.startsWith(start))

describe('the exposition', () => {
  test('is the golden one', async () => {
    await expect(await scene().metrics.render()).toMatchFileSnapshot('metrics.golden.txt')
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

test('a broken store does not take the other figures with it', async () => {
  const watch = createFakeWatch({ checks: [health] })
  const store = { stats: async () => Promise.reject(new Error('locked')) }
  const text = await whole({ watch, store }).render()
  expect(text).toContain('vedette_check_health')
})
