import { expect, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import type { Deploy } from '../../runner/core/deploys.ts'
import { grafana } from '../../runner/notifiers/grafana.ts'
import { createRequests } from '../../runner/system/notifier-request.ts'
import { contextOf, messageOf, notifierConformance, trySending } from '../conformance/notifier.ts'
import { happening, incidentOf, noon } from '../support/incidents.ts'
import { httpScene } from './http-scene.ts'

const open = () =>
  httpScene(
    url => ({
      notifier: grafana({ url: `${url}/`, token: secret({ env: 'GRAFANA_TOKEN' }) }),
      secrets: { GRAFANA_TOKEN: 'glsa_0123456789abcdef' },
    }),
    { status: 200, body: '{"message":"Annotation added","id":1}' },
    ({ body, path, headers }) => {
      const { time, text, tags } = JSON.parse(body) as { time?: unknown; text?: unknown; tags?: unknown }
      if (path !== '/api/annotations') return 'another address'
      if (headers.authorization !== 'Bearer glsa_0123456789abcdef') return 'no token'
      return typeof time === 'number' && typeof text === 'string' && Array.isArray(tags) ? undefined : 'no annotation'
    },
  )

notifierConformance({ open, http: true })

const deploy: Deploy = {
  id: 'shop~abc~1',
  system: 'shop',
  environment: 'production',
  revision: 'abc',
  at: noon,
  by: 'gate',
  decision: 'go',
  note: 'faster cart',
}

test('a deploy is an annotation with its tags', async () => {
  await using scene = await open()
  await using requests = createRequests()
  const sent = await scene.notifier.sendDeploy!(deploy, contextOf(requests.request, scene.secrets))
  expect(sent).toEqual({ outcome: 'delivered' })
  expect(JSON.parse(scene.taken[0]!)).toEqual({
    time: noon,
    tags: ['vedette', 'deploy', 'system:shop', 'environment:production'],
    text: 'shop is at revision abc\ngate: go\nfaster cart',
  })
})

test('an incident is a line, and a span once it is over', async () => {
  await using scene = await open()
  const incident = incidentOf()
  await trySending(scene.notifier, messageOf([incident]), scene)
  await trySending(
    scene.notifier,
    messageOf([happening(incident, 'resolved', noon + 120_000).incident], 'resolved'),
    scene,
  )
  const [line, span] = scene.taken.map(body => JSON.parse(body) as Record<string, unknown>)
  expect(line).toMatchObject({ time: incident.startedAt, tags: expect.arrayContaining(['incident', 'system:shop']) })
  expect(line).not.toHaveProperty('timeEnd')
  expect(span).toMatchObject({ time: incident.startedAt, timeEnd: noon + 120_000 })
})
