import { expect, onTestFinished, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import type { Message } from '../../runner/core/notifications.ts'
import { type EmailOptions, email } from '../../runner/notifiers/email.ts'
import { hostile, messageOf, type NotifierScene, notifierConformance, trySending } from '../conformance/notifier.ts'
import { createAuthority } from '../support/certificates.ts'
import { happening, incidentOf, noon } from '../support/incidents.ts'
import { createMailReceiver, type MailReceiver, type MailReceiverOptions } from '../support/mail-receiver.ts'

const password = 'aVerySecretPassword'
const authority = createAuthority()
const tls = authority.issue({ names: ['localhost', '127.0.0.1'] })

interface MailScene extends NotifierScene {
  readonly receiver: MailReceiver
}

async function open(
  change: Partial<EmailOptions> = {},
  { strangers }: Pick<MailReceiverOptions, 'strangers'> = {},
): Promise<MailScene> {
  const receiver = await createMailReceiver({ tls, password, ...(strangers === undefined ? {} : { strangers }) })
  const notifier = email({
    host: 'localhost',
    port: receiver.port,
    ca: authority.cert,
    username: 'vedette',
    password: secret({ env: 'MAIL_PASSWORD' }),
    from: 'Vedette <vedette@example.com>',
    to: ['oncall@example.com'],
    ...change,
  })
  const ways = {
    take: 'take',
    hang: 'hang',
    busy: 'later',
    unauthorized: 'refuse',
    unknown: 'refuse',
    reset: 'drop',
    redirect: 'later',
    garbage: 'later',
  } as const
  return {
    notifier,
    receiver,
    secrets: { MAIL_PASSWORD: password },
    get taken() {
      return receiver.mails.map(({ subject, text }) => `${subject}\n${text}`)
    },
    get tries() {
      return receiver.tries
    },
    behave: how => receiver.behave(ways[how]),
    received: receiver.received,
    quiet: receiver.quiet,
    [Symbol.asyncDispose]: () => receiver[Symbol.asyncDispose](),
  }
}

notifierConformance({ open: () => open(), http: false })

async function mailsOf(...messages: readonly Message[]) {
  const scene = await open()
  onTestFinished(() => scene[Symbol.asyncDispose]())
  for (const message of messages) expect((await trySending(scene.notifier, message, scene)).outcome).toBe('delivered')
  return scene.receiver
}

test('signs in, over TLS alone', async () => {
  const { users, mails } = await mailsOf(messageOf())
  expect(users).toEqual(['vedette'])
  expect(mails[0]).toMatchObject({
    from: { address: 'vedette@example.com', name: 'Vedette' },
    to: [{ address: 'oncall@example.com' }],
    subject: 'P1 shop: health does not answer',
  })
})

test('sends no password to a server without TLS', async () => {
  await using receiver = await createMailReceiver({ password })
  const notifier = email({
    host: '127.0.0.1',
    port: receiver.port,
    username: 'vedette',
    password,
    from: 'vedette@example.com',
    to: ['oncall@example.com'],
  })
  expect(await trySending(notifier, messageOf())).toMatchObject({ outcome: 'later' })
  expect(receiver.users).toEqual([])
})

test('trusts no certificate that it does not know', async () => {
  await using scene = await open({ ca: undefined as never })
  expect(await trySending(scene.notifier, messageOf(), scene)).toMatchObject({
    outcome: 'later',
    trouble: expect.stringContaining('certificate'),
  })
})

test('ends for good when the password is wrong', async () => {
  await using scene = await open()
  expect(await trySending(scene.notifier, messageOf(), { secrets: { MAIL_PASSWORD: 'another' } })).toMatchObject({
    outcome: 'never',
  })
})

test('keeps all mails about an incident in one thread, and gives each an id that stays at the next try', async () => {
  const incident = incidentOf()
  const { incident: ended } = happening(incident, 'resolved', noon + 60_000)
  const { mails } = await mailsOf(messageOf([incident]), messageOf([incident]), messageOf([ended], 'resolved'))
  expect(new Set(mails.map(({ subject }) => subject))).toHaveLength(1)
  expect(new Set(mails.map(({ references }) => references))).toEqual(new Set([`<incident-${incident.id}@example.com>`]))
  expect(mails[0]!.messageId).toBe(mails[1]!.messageId)
  expect(mails[2]!.messageId).not.toBe(mails[0]!.messageId)
  expect(mails[2]!.text).toMatch(/^RESOLVED after 2m/)
})

test('asks for no automatic answer', async () => {
  const { mails } = await mailsOf(messageOf())
  expect(mails[0]!.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }))
})

test('attaches the picture of the first failure after the text', async () => {
  const data = new Uint8Array([0x89, 0x50, 0x4e, 0x47])
  const message = messageOf()
  const [part] = message.incidents
  const pictured = { ...part!, screenshot: async () => ({ contentType: 'image/png', data }) }
  const { mails, raw } = await mailsOf({ ...message, incidents: [pictured] })
  expect(mails[0]!.attachments).toMatchObject([{ filename: 'first-failure.png', mimeType: 'image/png' }])
  expect(new Uint8Array(mails[0]!.attachments[0]!.content as ArrayBuffer)).toEqual(data)
  expect(raw[0]!.indexOf('text/plain')).toBeLessThan(raw[0]!.indexOf('image/png'))
})

test('has no header made by a target', async () => {
  const { mails } = await mailsOf(messageOf([incidentOf({ title: hostile, id: `shop\r\nX-Injected: 1` })]))
  expect(mails).toHaveLength(1)
  expect(mails[0]!.headers.map(({ key }) => key)).not.toContain('x-injected')
})

test('counts as delivered when one of several addresses is refused, and tells of it', async () => {
  await using scene = await open(
    { to: ['gone@example.com', 'oncall@example.com'] },
    { strangers: ['gone@example.com'] },
  )
  expect(await trySending(scene.notifier, messageOf(), scene)).toEqual({
    outcome: 'delivered',
    trouble: 'refused for gone@example.com',
  })
})

test.each([
  [{ username: 'me' }, ['username'], 'expected `username` and `password` together'],
  [{ username: 'me', password: 'p', tls: 'none' }, ['tls'], "found 'none'"],
  [{ to: ['nobody'] }, ['to', '0'], "expected an address such as 'oncall@example.com'"],
  [{ from: 'a@b.example\r\nBcc: c@d.example' }, ['from'], 'expected an address'],
] as const)('refuses %j', (given, path, message) => {
  const whole = { host: 'mail', from: 'vedette@example.com', to: ['oncall@example.com'], ...given }
  expect(email(whole as never).problems).toMatchObject([{ path, message: expect.stringContaining(message) }])
})
