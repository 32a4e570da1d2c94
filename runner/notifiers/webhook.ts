import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Problem } from '../core/contracts.ts'
import type { Text } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Message, MessageIncident, Notifier, SendContext } from '../core/notifications.ts'
import { post } from './parts/answer.ts'
import { commonFields, makeNotifier, unusable, urlProblems } from './parts/options.ts'
import { clean, cut, isDrill, oneLine, plainText, subject } from './parts/words.ts'

export const webhookOptions = z.strictObject({
  url: text.describe('Where it is sent (POST).'),
  secret: text.describe('What messages are signed with: `whsec_` and base64, as Standard Webhooks has it.'),
  previousSecret: text.optional().describe('The one before, while it is replaced: messages carry a signature of each.'),
  ...commonFields,
})

/** Options of `webhook`. */
export type WebhookOptions = z.input<typeof webhookOptions>

// Standard Webhooks asks for less than 20 kB.
const mostBytes = 19_000

/**
 * Sends JSON to an address of yours, signed as Standard Webhooks has it, so that any library of it can verify the message.
 *
 * @example webhook({ url: 'https://example.com/hooks/vedette', secret: secret({ env: 'HOOK_SECRET' }) })
 */
export function webhook(given: WebhookOptions): Notifier {
  const { options, problems } = parseOptions([], webhookOptions, given)
  if (problems.length > 0) return unusable('webhook', given, problems)
  const { url, secret, previousSecret } = options
  const secrets = [secret, ...(previousSecret === undefined ? [] : [previousSecret])]
  return makeNotifier({
    kind: 'webhook',
    summary: `Webhook${typeof url === 'string' ? ` to ${hostOf(url)}` : ''}`,
    options,
    occasions: ['changed', 'acknowledged'],
    texts: [url, ...secrets],
    problems: [...urlProblems('url', url), ...secretProblems(secrets)],
    async send(message, context) {
      const body = fittingBody(message)
      return post(context, { url: url, body, headers: signed(message.id, body, secrets, context) })
    },
  })
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : 'an address')

const isSigningSecret = (value: string) => /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(value)
const wanted = 'expected a secret of `whsec_` and base64'

const secretProblems = (secrets: readonly Text[]): readonly Problem[] =>
  secrets.every(value => typeof value !== 'string' || isSigningSecret(value))
    ? []
    : [{ level: 'error', path: ['secret'], message: `${wanted}, found another text` }]

function signed(id: string, body: string, secrets: readonly Text[], { now, reveal }: SendContext) {
  const timestamp = String(Math.floor(now / 1_000))
  const signatures = secrets.map(secret => {
    const value = reveal(secret)
    if (!isSigningSecret(value)) throw new RunnerFault(`${wanted}, found another text in the secret`)
    const key = Buffer.from(value.slice('whsec_'.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

/** The whole message if it fits; else with less of each incident, then with fewer incidents. */
function fittingBody(message: Message): string {
  for (const { incidents, affected, detail } of [
    { incidents: 50, affected: 50, detail: 1_000 },
    { incidents: 50, affected: 5, detail: 200 },
    { incidents: 20, affected: 2, detail: 100 },
  ]) {
    const body = JSON.stringify(contentOf(message, incidents, affected, detail))
    if (Buffer.byteLength(body) <= mostBytes) return body
  }
  return JSON.stringify(contentOf(message, 5, 1, 50))
}

const contentOf = (message: Message, incidents: number, affected: number, detail: number) => ({
  type: `incident.${message.occasion}`,
  timestamp: new Date(message.at).toISOString(),
  data: {
    id: message.id,
    drill: isDrill(message),
    subject: subject(message),
    text: plainText(message, 1_500),
    incidents: message.incidents.slice(0, incidents).map(part => shown(part, affected, detail)),
    incidentsLeftOut: Math.max(0, message.incidents.length - incidents),
  },
})

const iso = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString())

function shown({ incident, url, runUrl, screenshotUrl }: MessageIncident, most: number, longest: number) {
  return {
    id: incident.id,
    system: incident.system,
    environment: incident.environment,
    cause: incident.cause,
    severity: incident.severity,
    owner: incident.owner === undefined ? null : oneLine(incident.owner),
    title: cut(clean(incident.title), 300),
    status:
      incident.resolvedAt !== undefined ? 'resolved' : incident.acknowledgedAt !== undefined ? 'acknowledged' : 'open',
    startedAt: iso(incident.startedAt),
    openedAt: iso(incident.openedAt),
    acknowledgedAt: iso(incident.acknowledgedAt),
    acknowledgedBy: incident.acknowledgedBy === undefined ? null : oneLine(incident.acknowledgedBy),
    resolvedAt: iso(incident.resolvedAt),
    flapping: incident.flapping ?? false,
    runbook: incident.runbook ?? null,
    url: url ?? null,
    runUrl: runUrl ?? null,
    screenshotUrl: screenshotUrl ?? null,
    affected: incident.affected.slice(0, most).map(one => ({
      check: one.check,
      title: cut(clean(one.title), 200),
      since: iso(one.since),
      until: iso(one.until),
      reason: one.reason ?? null,
      detail: one.detail === undefined ? null : cut(clean(one.detail), longest),
    })),
    affectedLeftOut: Math.max(0, incident.affected.length - most),
  }
}
