import { expect, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import { ntfy } from '../../runner/notifiers/ntfy.ts'
import { messageOf, notifierConformance, trySending } from '../conformance/notifier.ts'
import { happening, incidentOf, noon } from '../support/incidents.ts'
import { httpScene } from './http-scene.ts'

const open = () =>
  httpScene(
    url => ({
      notifier: ntfy({ url, topic: 'night-shift', token: secret({ env: 'NTFY_TOKEN' }) }),
      secrets: { NTFY_TOKEN: 'tk_aVerySecretToken' },
    }),
    { status: 200, body: '{"id":"hwQ2YpKdmg","event":"message"}' },
    ({ body }) => {
      const { message, title } = JSON.parse(body) as { readonly message: string; readonly title: string }
      return Buffer.byteLength(message) > 4_096 || title.length > 250 ? 'too long' : undefined
    },
  )

notifierConformance({ open, http: true })

const sentBy = async (message = messageOf()) => {
  await using scene = await open()
  await trySending(scene.notifier, message, scene)
  return { ...(JSON.parse(scene.taken[0]!) as Record<string, unknown>), headers: scene.receiver.requests[0]!.headers }
}

test('pushes to the topic, with the token, so that a tap opens the incident', async () => {
  expect(await sentBy()).toMatchObject({
    topic: 'night-shift',
    title: 'OPEN: P1 shop: health does not answer',
    priority: 4,
    tags: ['rotating_light', 'opened'],
    click: expect.stringContaining('/incidents/shop'),
    headers: { authorization: 'Bearer tk_aVerySecretToken' },
  })
})

test.each([
  ['p0', 5],
  ['p1', 4],
  ['p2', 3],
] as const)('gives %s the priority %i, and its end less', async (severity, priority) => {
  const incident = incidentOf({ severity })
  expect(await sentBy(messageOf([incident]))).toMatchObject({ priority })
  const { incident: ended } = happening(incident, 'resolved', noon + 60_000)
  expect(await sentBy(messageOf([ended], 'resolved'))).toMatchObject({ priority: 3 })
})

test('says how the message reads at night', async () => {
  expect((await sentBy()) as { message?: string }).toMatchObject({
    message: `OPEN.

What:      shop: health does not answer
Where:     shop, production
Severity:  P1, owner backend
Since:     2026-01-05 11:58:55 UTC, 5m ago; noticed after 1m
Sure:      1 check fails: health
Found:     health (connect): expected an answer within 5s, found connection refused
Incident:  https://vedette.example.com/incidents/shop~unreachable~1767614400000
Run:       https://vedette.example.com/runs/shop~health~local~1767614400000~schedule`,
  })
})
