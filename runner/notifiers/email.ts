import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Problem } from '../core/contracts.ts'
import type { Delivery, Message, Notifier, SendContext } from '../core/notifications.ts'
import type { Mail, MailServer } from '../system/send-mail.ts'
import { commonFields, makeNotifier, unusable } from './parts/options.ts'
import { cut, isDrill, oneLine, plainText, subject } from './parts/words.ts'

const address = z
  .string()
  .regex(/^(?:[^<>\r\n]*<)?[^\s@<>]+@[^\s@<>]+>?$/, "expected an address such as 'oncall@example.com'")

export const emailOptions = z.strictObject({
  host: z.string().min(1).describe('The mail server that takes it.'),
  port: z.int().min(1).max(65_535).optional().describe("Default: 587; with `tls: 'always'` 465."),
  tls: z
    .enum(['starttls', 'always', 'none'])
    .optional()
    .describe(
      "'starttls': it begins in the clear and is refused without TLS; 'always': TLS from the first byte; 'none': in the clear, for a server on this machine. Default: 'starttls'.",
    ),
  ca: z.string().optional().describe('Certificate (PEM) that is trusted as well.'),
  username: z.string().optional().describe('Where the server asks who it is.'),
  password: text.optional().describe('Of that user.'),
  from: address.describe("Sender: 'Vedette <vedette@example.com>'."),
  to: z.array(address).min(1).describe('Receivers.'),
  ...commonFields,
})

/** Options of `email`. */
export type EmailOptions = z.input<typeof emailOptions>

const longestText = 50_000
const mostPictureBytes = 2_000_000

/**
 * Sends mail: one thread an incident, plain text, with the picture of the first failure.
 *
 * @example email({ host: 'mail.example.com', from: 'vedette@example.com', to: ['oncall@example.com'] })
 */
export function email(given: EmailOptions): Notifier {
  const { options, problems } = parseOptions([], emailOptions, given)
  if (problems.length > 0) return unusable('email', given, problems)
  const { host, from, to, username, password, ca, tls = 'starttls' } = options
  const server: MailServer = {
    host,
    port: options.port ?? (tls === 'always' ? 465 : 587),
    tls,
    ...(ca === undefined ? {} : { ca }),
  }
  return makeNotifier({
    kind: 'email',
    summary: `Mail to ${to.join(', ')}`,
    options,
    occasions: ['acknowledged'],
    texts: [password],
    problems: authProblems(username, password !== undefined, tls),
    async send(message, context) {
      const auth =
        username === undefined || password === undefined
          ? {}
          : { auth: { user: username, pass: context.reveal(password) } }
      return sent({ ...server, ...auth }, await mailOf(message, from, to), context)
    },
  })
}

function authProblems(username: string | undefined, hasPassword: boolean, tls: MailServer['tls']): readonly Problem[] {
  const problem = (name: string, message: string): Problem => ({ level: 'error', path: [name], message })
  if ((username !== undefined) !== hasPassword)
    return [problem('username', 'expected `username` and `password` together, found one of them')]
  return username !== undefined && tls === 'none'
    ? [
        problem(
          'tls',
          "expected 'starttls' or 'always' beside a password, found 'none', which would show it to everybody on the way",
        ),
      ]
    : []
}

async function sent(server: MailServer, mail: Mail, { signal }: SendContext): Promise<Delivery> {
  // Most who watch send no mail: the library is loaded by those who do.
  const { sendMail } = await import('../system/send-mail.ts')
  try {
    const { refused } = await sendMail(server, mail, signal)
    return { outcome: 'delivered', ...(refused.length === 0 ? {} : { trouble: `refused for ${refused.join(', ')}` }) }
  } catch (error) {
    const { message, responseCode } = error as Error & { readonly responseCode?: number }
    const trouble = `expected the mail server to take it, found: ${cut(oneLine(message), 300)}`
    // 4xx of SMTP: not now. 5xx: not so.
    return responseCode !== undefined && responseCode >= 500
      ? { outcome: 'never', trouble }
      : { outcome: 'later', trouble }
  }
}

/**
 * Programs put mails with the same references and the same subject into one thread. The id of a message is the same at each try, so that
 * a server or a program drops a double.
 */
async function mailOf(message: Message, from: string, to: readonly string[]): Promise<Mail> {
  const domain = /@([^>\s]+)/.exec(from)![1]!
  const reference = (id: string) => `<${id.replace(/[^\w.~-]/g, '-')}@${domain}>`
  const picture = message.incidents.length === 1 ? await message.incidents[0]!.screenshot?.() : undefined
  const isSent = picture !== undefined && picture.data.byteLength <= mostPictureBytes
  return {
    from,
    to,
    subject: subject(message),
    messageId: reference(message.id),
    references: message.incidents.slice(0, 20).map(({ incident }) => reference(`incident-${incident.id}`)),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(isDrill(message) ? { 'X-Vedette-Drill': 'yes' } : {}),
    },
    date: new Date(message.at),
    text: `${plainText(message, longestText)}\n`,
    attachments: isSent
      ? [
          {
            filename: `first-failure.${picture.contentType.split('/')[1]?.replace(/\W.*/, '') ?? 'png'}`,
            contentType: picture.contentType,
            content: picture.data,
          },
        ]
      : [],
  }
}
