/** A mail server that keeps what comes and behaves as it is told. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { createUntil } from './until.ts'

export type MailBehaviour = 'take' | 'hang' | 'later' | 'refuse' | 'drop'

export interface MailReceiver extends AsyncDisposable {
  readonly port: number
  /** As they came. */
  readonly raw: readonly string[]
  readonly mails: readonly Email[]
  /** Who signed in. */
  readonly users: readonly string[]
  readonly tries: number
  behave(how: MailBehaviour): void
  received(tries: number): Promise<void>
  quiet(): Promise<void>
}

export interface MailReceiverOptions {
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly password?: string
  /** Addresses that it does not know. */
  readonly strangers?: readonly string[]
}

export async function createMailReceiver({
  tls,
  password,
  strangers = [],
}: MailReceiverOptions = {}): Promise<MailReceiver> {
  const raw: string[] = []
  const mails: Email[] = []
  const users: string[] = []
  const { until, tell } = createUntil()
  let how: MailBehaviour = 'take'
  let tries = 0
  let open = 0
  const failing = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })
  const server = new SMTPServer({
    ...(tls ?? {}),
    hideSTARTTLS: tls === undefined,
    authOptional: password === undefined,
    allowInsecureAuth: false,
    logger: false,
    onAuth({ username, password: given }, _session, done) {
      if (given !== password) return done(failing(535, 'who are you?'))
      users.push(username ?? '')
      done(null, { user: username })
    },
    onConnect(_session, done) {
      open += 1
      done()
    },
    onClose() {
      open -= 1
      tell()
    },
    onMailFrom(_address, _session, done) {
      tries += 1
      if (how === 'later') done(failing(451, 'come again'))
      else if (how === 'refuse') done(failing(550, 'not here'))
      else if (how === 'take') done()
      else if (how === 'drop') done(failing(421, 'closing'))
      tell()
    },
    onRcptTo({ address }, _session, done) {
      if (strangers.includes(address)) done(failing(550, 'no such mailbox'))
      else done()
    },
    onData(stream, _session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => void parts.push(part))
      stream.on('end', async () => {
        const content = Buffer.concat(parts)
        raw.push(content.toString())
        mails.push(await PostalMime.parse(content))
        done()
        tell()
      })
    },
  })
  server.on('error', () => {})
  const listener = server.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    raw,
    mails,
    users,
    get tries() {
      return tries
    },
    behave(next) {
      how = next
    },
    received: many => until(() => tries >= many),
    quiet: () => until(() => open === 0),
    [Symbol.asyncDispose]: () => new Promise(resolve => server.close(() => resolve())),
  }
}
