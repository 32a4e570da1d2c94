/** What the public page says, for programs: an Atom feed of its incidents, and a badge for each of its parts. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import type { PartState } from '../core/public-part.ts'
import type { PublicIncident, PublicStatus } from '../core/public-status.ts'
import { missing } from './api.ts'
import { about, answersText, asks } from './guard.ts'
import type { Status } from './status-page.ts'

const words: Readonly<Record<PartState, readonly [string, string]>> = {
  operational: ['operational', '#2e7d32'],
  degraded: ['degraded', '#8a5a00'],
  outage: ['outage', '#b3261e'],
  maintenance: ['maintenance', '#3b5bdb'],
  unknown: ['not known', '#5f6368'],
}

export function serveStatusFeeds(app: FastifyInstance, status: Status, publicUrl: () => string | undefined): void {
  const found = async (url: string): Promise<PublicStatus> => {
    const read = await status.read()
    if (read === undefined) throw missing('the address of a page', `GET ${url.split('?')[0]}`)
    return read
  }
  app.get(
    '/status.atom',
    {
      ...asks('public'),
      schema: {
        ...about('status', 'Incidents of the public status page as an Atom feed'),
        ...answersText('application/atom+xml'),
      },
    },
    async (request, reply) => {
      const shown = await found(request.url)
      const base = publicUrl() ?? `${request.protocol}://${request.host}`
      return reply
        .type('application/atom+xml; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(feed(shown, base))
    },
  )
  app.get(
    '/badge/:system',
    {
      ...asks('public'),
      schema: {
        ...about('status', 'A badge of a system on the status page: `shop.svg`'),
        ...answersText('image/svg+xml'),
      },
    },
    async (request, reply) => {
      const { system } = request.params as { readonly system: string }
      const shown = (await found(request.url)).systems.find(item => `${slug(item.title)}.svg` === system)
      if (shown === undefined) throw missing('the badge of a system on the status page', `'${system}', which is none`)
      return badge(reply, shown.title, worst(shown.parts.map(({ state }) => state)))
    },
  )
  app.get(
    '/badge/:system/:part',
    {
      ...asks('public'),
      schema: { ...about('status', 'A badge of one of its parts: `ordering.svg`'), ...answersText('image/svg+xml') },
    },
    async (request, reply) => {
      const { system, part } = request.params as { readonly system: string; readonly part: string }
      const shown = (await found(request.url)).systems
        .find(item => slug(item.title) === system)
        ?.parts.find(item => `${slug(item.title)}.svg` === part)
      if (shown === undefined) throw missing('the badge of a part on the status page', `'${part}', which is none`)
      return badge(reply, shown.title, shown.state)
    },
  )
}

const order: readonly PartState[] = ['outage', 'degraded', 'unknown', 'maintenance', 'operational']
const worst = (states: readonly PartState[]) => order.find(state => states.includes(state)) ?? 'unknown'

const slug = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** Characters that XML forbids even when they are escaped go away. */
const escaped = (text: string) =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

function feed({ title, at, incidents }: PublicStatus, base: string): string {
  const updated = Math.max(0, ...incidents.map(lastChange)) || at
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>${escaped(title)}</title>
<id>${escaped(base)}/status</id>
<link href="${escaped(base)}/status"/>
<link rel="self" href="${escaped(base)}/status.atom"/>
<updated>${iso(updated)}</updated>
<author><name>${escaped(title)}</name></author>
${incidents.map(incident => entry(incident, base)).join('\n')}
</feed>
`
}

const iso = (time: number) => new Date(time).toISOString()
const lastChange = ({ openedAt, acknowledgedAt = openedAt, resolvedAt = acknowledgedAt }: PublicIncident) => resolvedAt

function entry(incident: PublicIncident, base: string): string {
  const { anchor, system, parts, level, openedAt, startedAt, resolvedAt } = incident
  const what = level === 'outage' ? 'outage' : 'degraded service'
  const end = resolvedAt === undefined ? 'It is not over.' : `It ended at ${iso(resolvedAt)}.`
  return `<entry>
<title>${escaped(`${system}: ${what}${resolvedAt === undefined ? '' : ', over'}`)}</title>
<id>${escaped(base)}/status#${escaped(anchor)}</id>
<link href="${escaped(base)}/status#${escaped(anchor)}"/>
<published>${iso(openedAt)}</published>
<updated>${iso(lastChange(incident))}</updated>
<summary>${escaped(`${parts.join(', ')}: ${what} since ${iso(startedAt)}. ${end}`)}</summary>
</entry>`
}

const perLetter = 7

function badge(reply: FastifyReply, title: string, state: PartState): FastifyReply {
  const [word, colour] = words[state]
  const left = title.length * perLetter + 20
  const right = word.length * perLetter + 20
  const name = escaped(title)
  return reply
    .type('image/svg+xml; charset=utf-8')
    .header('cache-control', 'no-cache')
    .send(`<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${name}: ${word}">
<title>${name}: ${word}</title>
<rect width="${left}" height="20" fill="#3c4043"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/>
<g fill="#fff" font-family="Verdana,sans-serif" font-size="11" text-anchor="middle"><text x="${left / 2}" y="14">${name}</text><text x="${left + right / 2}" y="14">${word}</text></g>
</svg>
`)
}
