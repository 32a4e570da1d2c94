import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Deploy } from '../core/deploys.ts'
import type { Message, Notifier, SendContext } from '../core/notifications.ts'
import { post } from './parts/answer.ts'
import { commonFields, makeNotifier, unusable, urlProblems } from './parts/options.ts'
import { oneLine, plainText, subject } from './parts/words.ts'

export const grafanaOptions = z.strictObject({
  url: text.describe("Address of Grafana: 'https://grafana.example.com'."),
  token: text.describe('Token of a service account that may write annotations.'),
  tags: z.array(z.string()).optional().describe("Tags of each annotation, besides our own. Default: ['vedette']."),
  ...commonFields,
})

/** Options of `grafana`. */
export type GrafanaOptions = z.input<typeof grafanaOptions>

const longestText = 4_000

/** An annotation of the whole organisation: every dashboard shows it that asks for its tags. */
interface Annotation {
  readonly time: number
  readonly timeEnd?: number
  readonly tags: readonly string[]
  readonly text: string
}

/**
 * Draws deploys and incidents into Grafana: annotations with the tags `deploy` and `incident`. A deploy is a line; an incident is a line while it
 * is open and a span when it is over.
 *
 * @example grafana({ url: 'https://grafana.example.com', token: secret({ env: 'GRAFANA_TOKEN' }) })
 */
export function grafana(given: GrafanaOptions): Notifier {
  const { options, problems } = parseOptions([], grafanaOptions, given)
  if (problems.length > 0) return unusable('grafana', given, problems)
  const { url, token, tags = ['vedette'] } = options
  const draw = (annotation: Annotation, context: SendContext) =>
    post(context, {
      url,
      path: '/api/annotations',
      headers: { authorization: `Bearer ${context.reveal(token)}` },
      body: { ...annotation, tags: [...tags, ...annotation.tags] },
      expects: { words: "Grafana's `Annotation added`", pattern: /"Annotation added"/ },
    })
  return makeNotifier({
    kind: 'grafana',
    summary: 'annotations in Grafana',
    options,
    // A line and a span say all that a chart can show.
    occasions: [],
    texts: [url, token],
    problems: urlProblems('url', url),
    single: true,
    send: (message, context) => draw(ofIncident(message), context),
    sendDeploy: (deploy, context) => draw(ofDeploy(deploy), context),
  })
}

const ofDeploy = ({ system, environment, revision, at, by, decision, note }: Deploy): Annotation => ({
  time: at,
  tags: ['deploy', `system:${system}`, `environment:${environment}`],
  text: [
    `${system} is at revision ${revision}`,
    ...(decision === undefined ? [] : [`gate: ${decision}`]),
    ...(by === 'seen' ? ['seen by the watch'] : []),
    ...(note === undefined ? [] : [oneLine(note)]),
  ].join('\n'),
})

function ofIncident(message: Message): Annotation {
  const { startedAt, resolvedAt, system, environment, cause, severity, drill } = message.incidents[0]!.incident
  return {
    time: startedAt,
    ...(resolvedAt === undefined ? {} : { timeEnd: resolvedAt }),
    tags: [drill ? 'drill' : 'incident', severity, `cause:${cause}`, `system:${system}`, `environment:${environment}`],
    text: `${subject(message)}\n${plainText(message, longestText)}`,
  }
}
