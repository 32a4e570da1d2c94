import { expect, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import { pagerduty } from '../../runner/notifiers/pagerduty.ts'
import { createRequests } from '../../runner/system/notifier-request.ts'
import { contextOf, messageOf, notifierConformance, trySending } from '../conformance/notifier.ts'
import { happening, incidentOf, noon } from '../support/incidents.ts'
import { httpScene } from './http-scene.ts'

interface Event {
  readonly event_action: string
  readonly dedup_key: string
  readonly payload?: { readonly summary: string }
}

const open = () =>
  httpScene(
    url => ({
      notifier: pagerduty({ url, routingKey: secret({ env: 'PD_KEY' }) }),
      secrets: { PD_KEY: 'R0123456789ABCDEF0123456789ABCDEF' },
    }),
    { status: 202, body: '{"status":"success","message":"Event processed"}' },
    ({ body }) => {
      const { payload, dedup_key } = JSON.parse(body) as Event
      if (body.length > 512_000) return 'too big'
      return (payload?.summary.length ?? 0) > 1_024 || dedup_key.length > 255 ? 'invalid event' : undefined
    },
  )

// The key is part of the body by design; it is what the event is addressed with.
const withoutKey = async () => {
  const scene = await open()
  const key = scene.secrets['PD_KEY']!
  return {
    ...scene,
    get taken() {
      return scene.taken.map(body => body.replace(key, 'the key'))
    },
    get tries() {
      return scene.tries
    },
  }
}

notifierConformance({ open: withoutKey, http: true })

const eventsOf = async (message = messageOf()) => {
  await using scene = await open()
  await trySending(scene.notifier, message, scene)
  return scene.taken.map(body => JSON.parse(body) as Event)
}
const actionsOf = async (...given: Parameters<typeof messageOf>) =>
  (await eventsOf(messageOf(...given))).map(({ event_action }) => event_action)

test('triggers with the incident as the key, and with what it is about', async () => {
  expect(await eventsOf()).toMatchObject([
    {
      routing_key: 'R0123456789ABCDEF0123456789ABCDEF',
      event_action: 'trigger',
      dedup_key: incidentOf().id,
      payload: {
        summary: 'P1 shop: health does not answer',
        source: 'shop (production)',
        severity: 'error',
        timestamp: '2026-01-05T11:58:55.000Z',
        class: 'unreachable',
        group: 'backend',
        custom_details: { Found: expect.stringContaining('connection refused') },
      },
      links: [{ text: 'Incident' }, { text: 'Run' }],
    },
  ])
})

test('acknowledges, resolves, and says the newest when it comes late', async () => {
  const incident = incidentOf()
  const { incident: taken } = happening(incident, 'acknowledged', noon + 60_000)
  const { incident: ended } = happening(taken, 'resolved', noon + 120_000)
  expect(await actionsOf([taken], 'acknowledged')).toEqual(['acknowledge'])
  expect(await actionsOf([ended], 'resolved')).toEqual(['resolve'])
  expect(await actionsOf([taken], 'opened')).toEqual(['trigger', 'acknowledge'])
  expect(await actionsOf([ended], 'opened')).toEqual(['resolve'])
})

test('leaves no drill open', async () => {
  const events = await eventsOf(messageOf([incidentOf({ drill: true })], 'drill'))
  expect(events.map(({ event_action }) => event_action)).toEqual(['trigger', 'resolve'])
  expect(events[0]).toMatchObject({ payload: { severity: 'info', summary: expect.stringContaining('DRILL') } })
})

test('tells of a deploy as a change, which calls nobody', async () => {
  await using scene = await open()
  await using requests = createRequests()
  const deploy = {
    id: 'shop~abc~1',
    system: 'shop',
    environment: 'production',
    revision: 'abc',
    at: noon,
    by: 'gate',
    decision: 'go',
  } as const
  scene.receiver.behave({ status: 202, body: '{"status":"success"}' })
  expect(await scene.notifier.sendDeploy!(deploy, contextOf(requests.request, scene.secrets))).toEqual({
    outcome: 'delivered',
  })
  const { path, body } = scene.receiver.requests[0]!
  expect(path).toBe('/v2/change/enqueue')
  expect(JSON.parse(body)).toMatchObject({
    payload: { summary: 'shop is at revision abc', timestamp: '2026-01-05T12:00:00.000Z', source: 'Vedette' },
  })
})
