import { figure } from '../../support/figures.ts'
import { percentile } from '../../support/statistics.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const samples = 5
/** One slow answer in five decides nothing about the 95th percentile; then it takes so many. */
const moreSamples = 20
const longestAnswer = figure(requirements, 'AGT-02')
const longestQuery = figure(requirements, 'AGT-03')

const calls = [
  '/api/doctors',
  '/api/hospitals',
  '/api/appointments',
  '/api/patients',
  '/api/dashboard/stats',
  '/api/tasks',
]

test('every call of the API answers in time', { tag: '@AGT-02' }, async ({ portal, metric }) => {
  const slowest: number[] = []
  for (const path of calls) {
    await test.step(path, async () => {
      const durations: number[] = []
      const wanted = () => (durations.every(duration => duration < longestAnswer) ? samples : moreSamples)
      while (durations.length < wanted()) {
        const started = performance.now()
        await portal.read(path)
        durations.push(performance.now() - started)
      }
      slowest.push(percentile(durations, 0.95))
      expect(slowest.at(-1), `95th percentile of ${path} in ms`).toBeLessThan(longestAnswer)
    })
  }
  metric('http_req_duration_ms', Math.max(...slowest))
})

test('the database answers in time, as health reports it', { tag: '@AGT-03' }, async ({ request, metric }) => {
  const durations: number[] = []
  for (let sample = 0; sample < samples * 2; sample++) {
    const { database } = await (await request.get('/api/health')).json()
    expect(database?.queryMs, 'time of a query in the health report').toEqual(expect.any(Number))
    durations.push(database.queryMs)
  }
  const p95 = percentile(durations, 0.95)
  metric('db_query_ms', p95)
  expect(p95, '95th percentile of a query in ms').toBeLessThan(longestQuery)
})
