import { expect, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import { alertmanager } from '../../runner/notifiers/alertmanager.ts'
import { messageOf, notifierConformance, trySending } from '../conformance/notifier.ts'
import { happening, incidentOf, noon } from '../support/incidents.ts'
import { httpScene } from './http-scene.ts'

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

const open = () =>
  httpScene(
    url => ({
      notifier: alertmanager({ url: `${url}/`, username: 'vedette', password: secret({ env: 'AM_PASSWORD' }) }),
      secrets: { AM_PASSWORD: 'aVerySecretPassword' },
    }),
    { status: 200, body: '' },
    ({ body }) => {
      const alerts = JSON.parse(body) as readonly Alert[]
      const isValid = ({ labels }: Alert) => Object.keys(labels).every(name => /^[a-zA-Z_]\w*$/.test(name))
      return alerts.length > 0 && alerts.every(isValid) && body.length < 4_000_000 ? undefined : 'bad'
    },
  )

notifierConformance({ open, http: true })

const alertsOf = async (message = messageOf()) => {
  await using scene = await open()
  await trySending(scene.notifier, message, scene)
  const { path, headers } = scene.receiver.requests[0]!
  return { path, authorization: headers.authorization, alerts: JSON.parse(scene.taken[0]!) as readonly Alert[] }
}

test('raises an alert for each incident, with labels that do not change while it lasts', async () => {
  const { path, authorization, alerts } = await alertsOf(messageOf([incidentOf(), incidentOf({ system: 'other' })]))
  expect(path).toBe('/api/v2/alerts')
  expect(authorization).toBe(`Basic ${btoa('vedette:aVerySecretPassword')}`)
  expect(alerts).toMatchObject([
    {
      labels: {
        alertname: 'VedetteIncident',
        incident: incidentOf().id,
        system: 'shop',
        environment: 'production',
        cause: 'unreachable',
        severity: 'p1',
        owner: 'backend',
      },
      annotations: {
        summary: 'shop: health does not answer',
        description: expect.stringContaining('connection refused'),
      },
      startsAt: '2026-01-05T12:00:00.000Z',
    },
    { labels: { system: 'other' } },
  ])
})

test('lets an alert outlive three lost repeats, and no more', async () => {
  const { alerts } = await alertsOf()
  await using scene = await open()
  const life = Date.parse(alerts[0]!.endsAt) - messageOf().at
  expect(scene.notifier.repeatEvery).toBe(60_000)
  expect(life).toBeGreaterThan(3 * 60_000 + 30_000)
  expect(life).toBeLessThan(5 * 60_000)
})

test('ends an alert when its incident ended', async () => {
  const { incident } = happening(incidentOf(), 'resolved', noon + 120_000)
  const { alerts } = await alertsOf(messageOf([incident], 'resolved'))
  expect(alerts).toMatchObject([{ endsAt: '2026-01-05T12:02:00.000Z' }])
})

test('gives a drill a name of its own, which ends by itself', async () => {
  const { alerts } = await alertsOf(messageOf([incidentOf({ drill: true })], 'drill'))
  expect(alerts).toMatchObject([{ labels: { alertname: 'VedetteDrill', drill: 'true' } }])
})
