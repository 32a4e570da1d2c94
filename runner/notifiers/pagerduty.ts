import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Deploy } from '../core/deploys.ts'
import type { Incident } from '../core/incidents.ts'
import type { Delivery, Message, MessageIncident, Notifier, SendContext } from '../core/notifications.ts'
import { post } from './parts/answer.ts'
import { commonFields, makeNotifier, unusable, urlProblems } from './parts/options.ts'
import { cut, facts, isDrill, lead, oneLine, subject } from './parts/words.ts'

export const pagerdutyOptions = z.strictObject({
  routingKey: text.describe('Integration key of a service (Events API v2).'),
  url: text
    .optional()
    .describe("Default: 'https://events.pagerduty.com'; of the EU region 'https://events.eu.pagerduty.com'."),
  ...commonFields,
})

/** Options of `pagerduty`. */
export type PagerdutyOptions = z.input<typeof pagerdutyOptions>

type Action = 'trigger' | 'acknowledge' | 'resolve'

const severities = { p0: 'critical', p1: 'error', p2: 'warning' } as const
const longestSummary = 1_024
const longestKey = 255

/**
 * Triggers, acknowledges and resolves incidents of PagerDuty, and tells it of deploys as change events.
 *
 * @example pagerduty({ routingKey: secret({ env: 'PAGERDUTY_KEY' }), for: { severities: ['p0'] } })
 */
export function pagerduty(given: PagerdutyOptions): Notifier {
  const { options, problems } = parseOptions([], pagerdutyOptions, given)
  if (problems.length > 0) return unusable('pagerduty', given, problems)
  const { url = 'https://events.pagerduty.com', routingKey } = options
  const enqueue = (context: SendContext, path: string, event: object): Promise<Delivery> =>
    post(context, {
      url,
      path,
      body: { routing_key: context.reveal(routingKey), ...event },
      expects: { words: "PagerDuty's `success`", pattern: /"success"/ },
    })
  return makeNotifier({
    kind: 'pagerduty',
    summary: 'PagerDuty',
    options,
    occasions: ['changed', 'acknowledged'],
    texts: [url, routingKey],
    problems: urlProblems('url', url),
    // Each has its key there, and PagerDuty groups as its service says.
    single: true,
    async send(message, context) {
      let delivery: Delivery = { outcome: 'delivered' }
      for (const action of actionsOf(message)) {
        if (delivery.outcome === 'delivered') delivery = await enqueue(context, '/v2/enqueue', eventOf(message, action))
      }
      return delivery
    },
    sendDeploy: (deploy, context) => enqueue(context, '/v2/change/enqueue', changeOf(deploy)),
  })
}

/** A drill must not stay open; an opening that comes late says what has happened since. */
function actionsOf(message: Message): readonly Action[] {
  const { acknowledgedAt, resolvedAt } = message.incidents[0]!.incident
  if (isDrill(message)) return ['trigger', 'resolve']
  if (resolvedAt !== undefined) return ['resolve']
  if (message.occasion === 'acknowledged') return ['acknowledge']
  return acknowledgedAt === undefined ? ['trigger'] : ['trigger', 'acknowledge']
}

function eventOf(message: Message, action: Action) {
  const part = message.incidents[0]!
  const { incident, url } = part
  const key = { event_action: action, dedup_key: cut(incident.id, longestKey) }
  if (action !== 'trigger') return key
  return {
    ...key,
    client: 'Vedette',
    ...(url === undefined ? {} : { client_url: url }),
    payload: {
      summary: subject(message, longestSummary),
      source: `${incident.system} (${incident.environment})`,
      severity: incident.drill ? 'info' : severities[incident.severity],
      timestamp: new Date(incident.startedAt).toISOString(),
      component: incident.system,
      ...(incident.owner === undefined ? {} : { group: oneLine(incident.owner) }),
      class: incident.cause,
      custom_details: { state: lead(message), ...detailsOf(part, message.at) },
    },
    links: linksOf(part),
  }
}

/** Facts by name; of several with one name a list. */
const detailsOf = (part: MessageIncident, now: number) =>
  Object.fromEntries(
    [...Map.groupBy(facts(part, now), ([name]) => name)].map(([name, lines]) => [
      name,
      lines.length === 1 ? lines[0]![1] : lines.map(([, said]) => said),
    ]),
  )

const linksOf = ({ incident, url, runUrl, screenshotUrl }: MessageIncident) =>
  (
    [
      ['Incident', url],
      ['Run', runUrl],
      ['Picture', screenshotUrl],
      ['Runbook', incident.runbook],
    ] satisfies [string, Incident['runbook']][]
  ).flatMap(([name, href]) => (href === undefined ? [] : [{ href, text: name }]))

const changeOf = ({ system, environment, revision, at, by, decision, note }: Deploy) => ({
  payload: {
    summary: cut(
      oneLine(`${system} is at revision ${revision}${note === undefined ? '' : `: ${note}`}`),
      longestSummary,
    ),
    timestamp: new Date(at).toISOString(),
    source: 'Vedette',
    custom_details: { system, environment, revision, by, ...(decision === undefined ? {} : { decision }) },
  },
})
