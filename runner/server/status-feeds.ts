/** What the public page says, for programs: an Atom feed of its incidents, and a badge for each of its parts. */

import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { PartState } from '../core/public-part.ts'
import type { PublicIncident, PublicStatus } from '../core/public-status.ts'
import { missing } from './api.ts'
import { about, answersText, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'
import type { Status } from './status-page.ts'

const words: Readonly<Record<PartState, readonly [string, string]>> = {
  operational: ['operational', '#2e7d32'],
  degraded: ['degraded', '#8a5a00'],
  outage: ['outage', '#b3261e'],
  maintenance: ['maintenance', '#3b5bdb'],
  unknown: ['not known', '#5f6368'],
}

export function serveStatusFeeds(app: FastifyInstance, { watch, publicUrl }: Rooms, status: Status): void {
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
      const base = publicUrl?.() ?? `${request.protocol}://${request.host}`
      return fresh(reply, 'application/atom+xml; charset=utf-8').send(feed(shown, base, watch.self().startedAt))
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

/** Letters of any script, without their accents. */
const slug = (title: string) =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
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

function feed({ title, incidents }: PublicStatus, base: string, since: number): string {
  // Without incidents it has not changed since the beginning: nobody is told of a change that is none.
  const updated = Math.max(since, ...incidents.map(lastChange))
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>${escaped(title)}</title>
<id>${idOf(title)}</id>
<link rel="alternate" type="text/html" href="${escaped(base)}/status"/>
<link rel="self" type="application/atom+xml" href="${escaped(base)}/status.atom"/>
<updated>${iso(updated)}</updated>
<author><name>${escaped(title)}</name></author>
${incidents.map(incident => entry(incident, title, base)).join('\n')}
</feed>
`
}

/** The same for ever, and whichever address was asked: a UUID of version 8, made of what it names. */
function idOf(...names: readonly string[]): string {
  const bytes = createHash('sha256')
    .update(['vedette status', ...names].join('\n'))
    .digest()
    .subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`
}

const iso = (time: number) => new Date(time).toISOString()
const lastChange = ({ openedAt, acknowledgedAt = openedAt, resolvedAt = acknowledgedAt }: PublicIncident) => resolvedAt

function entry(incident: PublicIncident, title: string, base: string): string {
  const { anchor, system, parts, level, openedAt, startedAt, resolvedAt } = incident
  const what = level === 'outage' ? 'outage' : 'degraded service'
  const end = resolvedAt === undefined ? 'It is not over.' : `It ended at ${iso(resolvedAt)}.`
  return `<entry>
<title>${escaped(`${system}: ${what}${resolvedAt === undefined ? '' : ', over'}`)}</title>
<id>${idOf(title, anchor)}</id>
<link rel="alternate" type="text/html" href="${escaped(base)}/status#${escaped(anchor)}"/>
<published>${iso(openedAt)}</published>
<updated>${iso(lastChange(incident))}</updated>
<summary>${escaped(`${parts.join(', ')}: ${what} since ${iso(startedAt)}. ${end}`)}</summary>
</entry>`
}

const maxAge = 60
const height = 20
const padding = 6

/** About as wide as Verdana at 11 px draws it; the text is then drawn exactly as wide. */
function widthOf(text: string): number {
  const width = [...text].reduce((sum, letter) => {
    if (/[ijlI.,:;|!'()[\] ]/.test(letter)) return sum + 3.9
    if (/[mwMW@%]/.test(letter)) return sum + 9.7
    if (/[A-Z]/.test(letter)) return sum + 7.4
    return sum + (letter.charCodeAt(0) < 0x1100 ? 6.4 : 11)
  }, 0)
  return Math.round(width)
}

function badge(reply: FastifyReply, title: string, state: PartState): FastifyReply {
  const [word, colour] = words[state]
  const [name, label] = [escaped(title), widthOf(title)]
  const [left, right] = [label + 2 * padding, widthOf(word) + 2 * padding]
  const text = (words: string, from: number, width: number) =>
    `<text x="${from + padding}" y="14" textLength="${width}">${words}</text>`
  return fresh(
    reply,
    'image/svg+xml; charset=utf-8',
  ).send(`<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${height}" role="img" aria-label="${name}: ${word}">
<title>${name}: ${word}</title>
<clipPath id="r"><rect width="${left + right}" height="${height}" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${left}" height="${height}" fill="#3c4043"/><rect x="${left}" width="${right}" height="${height}" fill="${colour}"/></g>
<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">${text(name, 0, label)}${text(word, left, right - 2 * padding)}</g>
</svg>
`)
}

/** Shown to crowds, beside others' pages: caches may keep it for so long as nobody minds. */
const fresh = (reply: FastifyReply, type: string): FastifyReply =>
  reply
    .type(type)
    .header('cache-control', `public, max-age=${maxAge}`)
    // Other sites show it, and their policy may ask whether they may.
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('access-control-allow-origin', '*')
