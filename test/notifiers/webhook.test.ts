import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import { webhook } from '../../runner/notifiers/webhook.ts'
import { messageOf, notifierConformance, trySending } from '../conformance/notifier.ts'
import { incidentOf } from '../support/incidents.ts'
import { httpScene } from './http-scene.ts'

const [first, second] = ['first key of a test!!', 'second key of a test!'].map(
  key => `whsec_${Buffer.from(key).toString('base64')}`,
)
const secrets = { HOOK: first!, NEXT: second! }
const open = () =>
  httpScene(
    url => ({
      notifier: webhook({
        url: `${url}/hooks/vedette`,
        secret: secret({ env: 'HOOK' }),
        previousSecret: secret({ env: 'NEXT' }),
      }),
      secrets,
    }),
    { status: 204 },
    ({ body }) => (Buffer.byteLength(body) < 20_000 ? undefined : 'too big'),
  )

notifierConformance({ open, http: true })

const signature = (key: string, signed: string) =>
  `v1,${createHmac('sha256', Buffer.from(key.slice(6), 'base64'))
    .update(signed)
    .digest('base64')}`

test('signs with each secret, over id, time and body', async () => {
  await using scene = await open()
  const message = messageOf()
  await trySending(scene.notifier, message, { secrets })
  const { headers, body, path, method } = scene.receiver.requests[0]!
  expect([method, path, headers['content-type']]).toEqual(['POST', '/hooks/vedette', 'application/json'])
  expect(headers['webhook-id']).toBe(message.id)
  expect(headers['webhook-timestamp']).toBe(String(message.at / 1_000))
  const signed = `${message.id}.${message.at / 1_000}.${body}`
  expect(headers['webhook-signature']).toBe(`${signature(first!, signed)} ${signature(second!, signed)}`)
})

test('sends what a program wants to know', async () => {
  await using scene = await open()
  await trySending(scene.notifier, messageOf(), { secrets })
  await expect(JSON.parse(scene.taken[0]!)).toMatchObject({
    type: 'incident.opened',
    timestamp: '2026-01-05T12:04:00.000Z',
    data: {
      drill: false,
      subject: 'P1 shop: health does not answer',
      incidentsLeftOut: 0,
      incidents: [
        {
          id: incidentOf().id,
          status: 'open',
          severity: 'p1',
          openedAt: '2026-01-05T12:00:00.000Z',
          resolvedAt: null,
          affected: [{ check: 'health', reason: 'connect' }],
        },
      ],
    },
  })
})

test('ends for good when the receiver says that it is gone', async () => {
  await using scene = await open()
  scene.receiver.behave({ status: 410 })
  expect(await trySending(scene.notifier, messageOf(), { secrets })).toMatchObject({ outcome: 'never' })
})

test('reads a date in Retry-After', async () => {
  await using scene = await open()
  scene.receiver.behave({ status: 503, headers: { 'retry-after': new Date(messageOf().at + 90_000).toUTCString() } })
  expect(await trySending(scene.notifier, messageOf(), { secrets })).toMatchObject({ outcome: 'later', after: 90_000 })
})

test.each([
  [{ url: 'https://example.com' }, ['secret'], 'text or a secret, found nothing'],
  [
    { url: 'example.com', secret: first! },
    ['url'],
    "expected an address such as https://example.com/…, found 'example.com'",
  ],
  [
    { url: 'https://example.com', secret: 'mine' },
    ['secret'],
    'expected a secret of `whsec_` and base64, found another text',
  ],
  [
    { url: 'https://example.com', secret: first!, quiet: { from: '22:00', to: '22:00' } },
    ['quiet', 'to'],
    'found the same',
  ],
  [
    { url: 'https://example.com', secret: first!, quiet: { from: '22:00', to: '07:00', timezone: 'Mars' } },
    ['quiet', 'timezone'],
    "found 'Mars'",
  ],
  [
    { url: 'https://example.com', secret: first!, quiet: { from: '10pm', to: '07:00' } },
    ['quiet', 'from'],
    "such as '22:00'",
  ],
  [{ url: 'https://example.com', secret: first!, for: { owner: ['me'] } }, ['for', 'owner'], "did you mean 'owners'?"],
] as const)('refuses %j', (given, path, message) => {
  const { problems } = webhook(given as never)
  expect(problems).toMatchObject([{ level: 'error', path, message: expect.stringContaining(message) }])
})
