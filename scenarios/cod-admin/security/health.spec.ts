import { figure } from '../../support/figures.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

test('health tells the truth about its parts', { tag: '@COD-14' }, async ({ request }) => {
  const response = await request.get('/health')
  const { status, services } = await response.json()
  const allOk = Object.values(services).every(state => state === 'ok')
  expect(status, `status while services are ${JSON.stringify(services)}`).toBe(allOk ? 'ok' : 'degraded')
  expect(response.status(), `code while services are ${JSON.stringify(services)}`).toBe(allOk ? 200 : 503)
})

test('alive, and ready only with the database', { tag: '@COD-15' }, async ({ request }) => {
  const live = await request.get('/health/live')
  expect(live.status()).toBe(200)
  expect(await live.json()).toMatchObject({ status: 'alive' })

  const [health, ready] = [await request.get('/health'), await request.get('/health/ready')]
  const { services } = await health.json()
  const { status } = await ready.json()
  if (services.database === 'ok') {
    expect(ready.status()).toBe(200)
    expect(status).toBe('ready')
  } else {
    expect(ready.status(), `while the database is ${services.database}`).toBe(503)
    expect(status).not.toBe('ready')
  }
})

test('no query was slow', { tag: '@COD-44' }, async ({ request }) => {
  const { queries } = await (await request.get('/health')).json()
  expect(queries?.slowestMs, 'the slowest query of late, ms').toBeLessThanOrEqual(figure(requirements, 'COD-44'))
})
