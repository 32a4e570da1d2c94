import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import type { Deploy } from '../../runner/core/deploys.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { SendContext } from '../../runner/core/notifications.ts'
import { grafana } from '../../runner/notifiers/grafana.ts'

const now = Date.UTC(2026, 0, 5, 12)
const deploy: Deploy = {
  id: 'shop~abc~1',
  system: 'shop',
  environment: 'production',
  revision: 'abc',
  at: now,
  by: 'gate',
  decision: 'go',
  note: 'faster cart',
}
const incident = {
  id: 'shop~unreachable~1',
  system: 'shop',
  environment: 'production',
  cause: 'unreachable',
  severity: 'p0',
  title: 'Shop: home does not answer',
  startedAt: now - 60_000,
  openedAt: now,
  affected: [],
  timeline: [],
} satisfies Incident

/** A Grafana that answers with these statuses in turn, and remembers. */
async function receiver(statuses: readonly number[] = [], headers: Readonly<Record<string, string>> = {}) {
  const left = [...statuses]
  const taken: { readonly head: IncomingMessage; readonly body: unknown }[] = []
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('')
    taken.push({ head: request, body: JSON.parse(text) })
    response.writeHead(left.shift() ?? 200, headers).end('{"message":"Annotation added","id":1}')
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const context: SendContext = {
    signal: new AbortController().signal,
    now,
    reveal: text => (typeof text === 'string' ? text : 'glsa_token'),
    async request({ method, url: to, headers: sent, body }) {
      const response = await fetch(to, {
        method,
        ...(sent ? { headers: sent } : {}),
        ...(body ? { body: body as string } : {}),
      })
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
    },
  }
  return { taken, context, notifier: grafana({ url: `${url}/`, token: secret({ env: 'GRAFANA_TOKEN' }) }) }
}

test('a deploy is an annotation with its tags', async () => {
  const { taken, context, notifier } = await receiver()
  expect(notifier.problems).toEqual([])
  expect(notifier.secrets).toHaveLength(1)
  expect(await notifier.sendDeploy!(deploy, context)).toEqual({ outcome: 'delivered' })
  expect(taken[0]!.head).toMatchObject({ method: 'POST', url: '/api/annotations' })
  expect(taken[0]!.head.headers.authorization).toBe('Bearer glsa_token')
  expect(taken[0]!.body).toEqual({
    time: now,
    tags: ['vedette', 'deploy', 'system:shop', 'environment:production'],
    text: 'shop is at revision abc\ngate: go\nfaster cart',
  })
})

test('an incident is a line, and a span once it is over', async () => {
  const { taken, context, notifier } = await receiver()
  const send = (over: Partial<Incident>) =>
    notifier.send(
      { id: 'x', occasion: 'opened', at: now, incidents: [{ incident: { ...incident, ...over }, url: 'https://v/1' }] },
      context,
    )
  expect(await send({})).toEqual({ outcome: 'delivered' })
  await send({ resolvedAt: now + 60_000 })
  await send({ drill: true })
  expect(taken.map(({ body }) => body)).toMatchObject([
    {
      time: now - 60_000,
      text: 'Shop: home does not answer\nhttps://v/1',
      tags: ['vedette', 'incident', 'p0', 'cause:unreachable', 'system:shop', 'environment:production'],
    },
    { time: now - 60_000, timeEnd: now + 60_000 },
    { text: 'Drill: Shop: home does not answer\nhttps://v/1', tags: expect.arrayContaining(['drill']) },
  ])
  expect(taken[0]!.body).not.toHaveProperty('timeEnd')
})

test.each([
  [503, {}, { outcome: 'later' }],
  [429, { 'retry-after': '30' }, { outcome: 'later', after: 30_000 }],
  [429, { 'retry-after': new Date(now + 9_000).toUTCString() }, { outcome: 'later', after: 9_000 }],
  [
    401,
    {},
    { outcome: 'never', trouble: expect.stringContaining('expected Grafana to take the annotation, found 401') },
  ],
])('answer %i %j means %j', async (status, headers, delivery) => {
  const { context, notifier } = await receiver([status], headers as Record<string, string>)
  expect(await notifier.sendDeploy!(deploy, context)).toMatchObject(delivery)
})

test('mistakes are told with their place', () => {
  expect(grafana({ url: 'http://127.0.0.1' } as never).problems[0]).toMatchObject({ path: ['grafana', 'token'] })
})
