import { expect, test } from 'vitest'
import { createSeries } from '../../runner/load/series.ts'

const start = Date.UTC(2026, 0, 5, 12)

const point = (metric: string, ms: number, value: number, tags: Record<string, string> = {}) =>
  JSON.stringify({
    metric,
    type: 'Point',
    data: { time: new Date(start + ms).toISOString().replace('Z', '123456Z'), value, tags },
  })

test('samples become one entry a second', () => {
  const seconds: number[] = []
  const series = createSeries(entry => seconds.push(entry.at))
  series.add(point('vus', 0, 3))
  for (let index = 0; index < 100; index++) {
    series.add(point('http_reqs', index * 10, 1))
    series.add(point('http_req_duration', index * 10, index < 90 ? 100 : 900))
    series.add(point('http_req_failed', index * 10, index < 5 ? 1 : 0))
  }
  series.add(point('vus', 1_000, 7))
  series.add(point('http_reqs', 2_500, 1))
  const [first, second, third] = series.entries()
  expect(first).toMatchObject({ at: 0, users: 3, rps: 100, failed: 0.05 })
  expect(first!.p95).toBeGreaterThan(900 * 0.96)
  expect(first!.p95).toBeLessThan(900 * 1.04)
  expect(second).toMatchObject({ at: 1, users: 7, rps: 0, p95: 0 })
  expect(third).toMatchObject({ at: 2, users: 7, rps: 1 })
  expect(seconds).toEqual([0, 1])
  expect(series.latest).toEqual(second)
})

test('memory is bounded: a long run has wider seconds, and no request is lost', () => {
  const series = createSeries()
  for (let second = 0; second < 5_000; second++) {
    series.add(point('http_reqs', second * 1_000, 1))
    series.add(point('vus', second * 1_000, second))
  }
  const entries = series.entries()
  expect(entries.length).toBeLessThanOrEqual(600)
  expect(entries.length).toBeGreaterThan(300)
  const width = entries[1]!.at - entries[0]!.at
  expect(entries.reduce((sum, entry) => sum + entry.rps * width, 0)).toBeCloseTo(5_000)
  expect(entries.at(-1)!.users).toBe(4_999)
})

test('counts the samples of gauges by the tags that thresholds mean', () => {
  const series = createSeries()
  const submetrics = [{ name: 'queue_size{scope:upload,kind:"b"}' }]
  series.add(JSON.stringify({ type: 'Metric', data: { name: 'queue_size', type: 'gauge', submetrics } }))
  series.add(JSON.stringify({ type: 'Metric', data: { name: 'orders', type: 'counter', submetrics: null } }))
  series.add(point('queue_size', 0, 1))
  series.add(point('queue_size', 0, 1, { scope: 'upload' }))
  series.add(point('queue_size', 0, 1, { scope: 'upload', kind: 'b' }))
  series.add(point('orders', 0, 1))
  expect(series.points).toEqual({ queue_size: 3, 'queue_size{scope:upload,kind:"b"}': 1 })
})

test.each(['', 'the words of a script', '{"metric":"vus","type":"Point","data":{"ti', '{"type":"Metric","da'])(
  'passes over what is no sample: %s',
  line => {
    const series = createSeries()
    series.add(line)
    expect(series.entries()).toEqual([])
  },
)
