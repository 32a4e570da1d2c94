import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/playwright.ts'
import { isSecret } from '../config/secret.ts'
import type { Deploy } from '../core/deploys.ts'
import type { Incident } from '../core/incidents.ts'
import type { Delivery, Notifier, SendContext } from '../core/notifications.ts'

export const grafanaOptions = z.strictObject({
  id: z.string().optional().describe("Its name, when there are several. Default: 'grafana'."),
  url: text.describe("Address of Grafana, such as 'https://grafana.example.com'."),
  token: text.describe('Token of a service account that may write annotations: `secret({ env })`.'),
  tags: z.array(z.string()).optional().describe("Tags of each annotation, besides our own. Default: ['vedette']."),
})

/** Options of `grafana`. */
export type GrafanaOptions = z.input<typeof grafanaOptions>

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
  const { options, problems } = parseOptions(['grafana'], grafanaOptions, given)
  const { id = 'grafana', url, token, tags = ['vedette'] } = options
  const draw = async (annotation: Annotation, context: SendContext): Promise<Delivery> => {
    const answer = await context.request({
      method: 'POST',
      url: `${context.reveal(url).replace(/\/+$/, '')}/api/annotations`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${context.reveal(token)}` },
      body: JSON.stringify({ ...annotation, tags: [...tags, ...annotation.tags] }),
    })
    return deliveryOf(answer, context.now)
  }
  return Object.freeze({
    id,
    kind: 'grafana',
    summary: 'annotations in Grafana',
    audience: { occasions: [] },
    secrets: [url, token].filter(isSecret),
    problems,
    async send(message, context) {
      for (const { incident, url: link } of message.incidents) {
        const delivery = await draw(ofIncident(incident, link), context)
        if (delivery.outcome !== 'delivered') return delivery
      }
      return { outcome: 'delivered' }
    },
    sendDeploy: (deploy, context) => draw(ofDeploy(deploy), context),
  } satisfies Notifier)
}

const ofDeploy = ({ system, environment, revision, at, by, decision, note }: Deploy): Annotation => ({
  time: at,
  tags: ['deploy', `system:${system}`, `environment:${environment}`],
  text: [
    `${system} is at revision ${revision}`,
    ...(decision === undefined ? [] : [`gate: ${decision}`]),
    ...(by === 'seen' ? ['seen by the watch'] : []),
    ...(note === undefined ? [] : [note]),
  ].join('\n'),
})

function ofIncident(incident: Incident, link: string | undefined): Annotation {
  const { startedAt, resolvedAt, title, system, environment, cause, severity, drill } = incident
  return {
    time: startedAt,
    ...(resolvedAt === undefined ? {} : { timeEnd: resolvedAt }),
    tags: [drill ? 'drill' : 'incident', severity, `cause:${cause}`, `system:${system}`, `environment:${environment}`],
    text: [drill ? `Drill: ${title}` : title, ...(link === undefined ? [] : [link])].join('\n'),
  }
}

function deliveryOf({ status, headers, body }: Awaited<ReturnType<SendContext['request']>>, now: number): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'delivered' }
  const trouble = `expected Grafana to take the annotation, found ${status}: ${body.replace(/\s+/g, ' ').slice(0, 200)}`
  if (status < 500 && status !== 429 && status !== 408) return { outcome: 'never', trouble }
  const wait = headers['retry-after']
  const after = wait === undefined ? Number.NaN : /^\d+$/.test(wait) ? Number(wait) * 1_000 : Date.parse(wait) - now
  return { outcome: 'later', trouble, ...(after > 0 ? { after } : {}) }
}
