/** One message over SMTP, by nodemailer. Its transports cannot be stopped in the middle; the connection below them can. */

import MailComposer from 'nodemailer/lib/mail-composer'
import SMTPConnection from 'nodemailer/lib/smtp-connection'

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly messageId: string
  readonly references: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly date: Date
  readonly text: string
  readonly attachments: readonly {
    readonly filename: string
    readonly contentType: string
    readonly content: Uint8Array
  }[]
}

export interface MailServer {
  readonly host: string
  readonly port: number
  /** `always`: TLS from the first byte; `starttls`: refused without; `none`: in the clear. */
  readonly tls: 'always' | 'starttls' | 'none'
  /** Trusted beside those that Node knows. */
  readonly ca?: string | Uint8Array
  readonly auth?: { readonly user: string; readonly pass: string }
}

/** Addresses that were refused while others were not. */
export interface MailSent {
  readonly refused: readonly string[]
}

/** Rejects with what the server or the connection said; `responseCode` is the server's, when it is one. */
export async function sendMail(server: MailServer, mail: Mail, signal: AbortSignal): Promise<MailSent> {
  signal.throwIfAborted()
  const composer = new MailComposer({
    ...mail,
    to: [...mail.to],
    references: [...mail.references],
    inReplyTo: mail.references[0],
    headers: { ...mail.headers },
    attachments: mail.attachments.map(({ content, ...rest }) => ({ ...rest, content: Buffer.from(content) })),
    // What a target said must not make us read a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const node = composer.compile()
  const envelope = node.getEnvelope()
  const content = await node.build()
  const { host, port, tls, ca } = server
  const connection = new SMTPConnection({
    host,
    port,
    secure: tls === 'always',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(ca === undefined ? {} : { tls: { ca: [typeof ca === 'string' ? ca : Buffer.from(ca)] } }),
  })
  const { promise, resolve, reject } = Promise.withResolvers<MailSent>()
  const stop = () => {
    reject(signal.reason)
    connection.close()
  }
  signal.addEventListener('abort', stop, { once: true })
  connection.on('error', reject)
  connection.on('end', () => reject(new Error('expected an answer of the mail server, found that it hung up')))
  const deliver = () =>
    connection.send({ from: envelope.from || false, to: envelope.to }, content, (error, info) => {
      if (error) return reject(error)
      resolve({ refused: info.rejected })
      connection.quit()
    })
  connection.connect(error => {
    if (error) return reject(error)
    if (server.auth === undefined) return deliver()
    connection.login({ credentials: server.auth } as never, failure => (failure ? reject(failure) : deliver()))
  })
  try {
    return await promise
  } catch (error) {
    connection.close()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
