import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Message, MessageIncident, Notifier, SendContext } from '../core/notifications.ts'
import { post } from './parts/answer.ts'
import { commonFields, makeNotifier, unusable, urlProblems } from './parts/options.ts'
import { cut, factLines, lead, oneLine } from './parts/words.ts'

export const alertmanagerOptions = z.strictObject({
  url: text.describe("Of the Alertmanager: 'http://alertmanager:9093'."),
  username: z.string().optional().describe('For Basic authentication.'),
  password: text.optional().describe('For Basic authentication.'),
  token: text.optional().describe('For Bearer authentication.'),
  ...commonFields,
})

/** Options of `alertmanager`. */
export type AlertmanagerOptions = z.input<typeof alertmanagerOptions>

// It keeps alerts in memory and forgets them at their end: each is told again often enough that it outlives three lost repeats.
const repeatEvery = 60_000
const life = 4 * repeatEvery + 30_000
const longestDescription = 10_000

/**
 * Raises alerts in an Alertmanager, which groups, silences and sends them on by its own rules.
 *
 * @example alertmanager({ url: 'http://alertmanager:9093' })
 */
export function alertmanager(given: AlertmanagerOptions): Notifier {
  const { options, problems } = parseOptions([], alertmanagerOptions, given)
  if (problems.length > 0) return unusable('alertmanager', given, problems)
  const { url, username, password, token } = options
  const authorization = ({ reveal }: SendContext) => {
    if (token !== undefined) return { authorization: `Bearer ${reveal(token)}` }
    if (username === undefined || password === undefined) return {}
    return { authorization: `Basic ${Buffer.from(`${username}:${reveal(password)}`).toString('base64')}` }
  }
  return makeNotifier({
    kind: 'alertmanager',
    summary: `Alertmanager${typeof url === 'string' && URL.canParse(url) ? ` at ${new URL(url).host}` : ''}`,
    options,
    occasions: ['changed'],
    texts: [url, password, token],
    problems: urlProblems('url', url),
    repeatEvery,
    send: (message, context) =>
      post(context, {
        url,
        path: '/api/v2/alerts',
        headers: authorization(context),
        body: message.incidents.map(part => alertOf(part, message)),
        expects: { words: "Alertmanager's empty answer", pattern: /^\s*(?:\{.*\}|"")?\s*$/ },
      }),
  })
}

function alertOf(part: MessageIncident, message: Message) {
  const { incident, url, runUrl, screenshotUrl } = part
  const links = { incident_url: url, run_url: runUrl, screenshot_url: screenshotUrl, runbook_url: incident.runbook }
  return {
    labels: {
      alertname: incident.drill ? 'VedetteDrill' : 'VedetteIncident',
      incident: incident.id,
      system: incident.system,
      environment: incident.environment,
      cause: incident.cause,
      severity: incident.severity,
      ...(incident.owner === undefined ? {} : { owner: oneLine(incident.owner) }),
      ...(incident.drill ? { drill: 'true' } : {}),
    },
    annotations: {
      summary: cut(oneLine(`${incident.drill ? 'DRILL ' : ''}${incident.title}`), 1_000),
      description: cut(
        `${incident.drill ? `${lead(message)}\n` : ''}${factLines(part, message.at)}`,
        longestDescription,
      ),
      ...Object.fromEntries(Object.entries(links).filter(([, address]) => address !== undefined)),
    },
    startsAt: new Date(incident.openedAt).toISOString(),
    endsAt: new Date(incident.resolvedAt ?? message.at + life).toISOString(),
    ...(url === undefined ? {} : { generatorURL: url }),
  }
}
