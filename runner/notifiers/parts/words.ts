/** What a message says to somebody who is woken by it: what is wrong, where, since when, how sure that is, what to do. Plain text. */

import { formatDuration } from '../../core/duration.ts'
import type { Affected, Incident } from '../../core/incidents.ts'
import type { Message, MessageIncident } from '../../core/notifications.ts'

const mostNamed = 5
const mostDetailed = 3
const longestDetail = 600

/** At most so many characters, with a mark where something is missing. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  // Not between the two halves of a character.
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** Without what moves cursors, hides text or turns its direction. */
export const clean = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, '')
    .toWellFormed()

export const oneLine = (text: string): string => clean(text).replace(/\s+/g, ' ').trim()

export const isDrill = ({ incidents }: Message): boolean => incidents.some(({ incident }) => incident.drill)

/** What it has come to: the newest state counts, whatever the message was first sent for. */
export function stateOf(message: Message): Message['occasion'] {
  const all = message.incidents.map(({ incident }) => incident)
  if (isDrill(message)) return 'drill'
  return all.every(({ resolvedAt }) => resolvedAt !== undefined) ? 'resolved' : message.occasion
}

const rank = { p0: 0, p1: 1, p2: 2 } as const

/** The most severe of them. */
export const worstOf = ({ incidents }: Message): Incident['severity'] =>
  incidents.map(({ incident }) => incident.severity).toSorted((a, b) => rank[a] - rank[b])[0]!

/** Names the incidents and says nothing that changes: `P0 COD Admin: health does not answer`. */
export function subject(message: Message, most = 200): string {
  const [first, ...more] = message.incidents
  const title = oneLine(first!.incident.title)
  const what = more.length === 0 ? title : `${message.incidents.length} incidents: ${title}; and ${more.length} more`
  return cut(`${isDrill(message) ? 'DRILL ' : ''}${worstOf(message).toUpperCase()} ${what}`, most)
}

const words: Readonly<Record<Message['occasion'], string>> = {
  opened: 'OPEN',
  changed: 'CHANGED',
  acknowledged: 'ACKNOWLEDGED',
  reminder: 'STILL OPEN',
  escalated: 'ESCALATED',
  resolved: 'RESOLVED',
  drill: 'DRILL',
}

/** Why there is a message now, in a sentence. */
export function lead(message: Message): string {
  const { at, incidents } = message
  const all = incidents.map(({ incident }) => incident)
  const state = stateOf(message)
  const age = formatAge(at - Math.min(...all.map(({ openedAt }) => openedAt)))
  const says: Readonly<Record<Message['occasion'], () => string>> = {
    opened: () => (all.length === 1 ? '.' : `: ${all.length} incidents at once.`),
    changed: () => `: open for ${age}.`,
    acknowledged: () => `: ${oneLine(all[0]!.acknowledgedBy ?? 'somebody')} takes care of it.`,
    reminder: () => ` after ${age}, and nobody has acknowledged it.`,
    escalated: () => `: nobody has acknowledged it for ${age}.`,
    resolved: () => {
      const end = Math.max(...all.map(({ resolvedAt }) => resolvedAt ?? at))
      return ` after ${formatAge(end - Math.min(...all.map(({ startedAt }) => startedAt)))}.`
    },
    drill: () => ': this is a test of the alarm. Nothing is broken, and nothing is to be done.',
  }
  return `${words[state]}${says[state]()}`
}

/** `RESOLVED: P1 …`, `DRILL P1 …`: for receivers that show one line. */
export const headline = (message: Message, most = 200): string => {
  const state = stateOf(message)
  return cut(`${state === 'drill' ? '' : `${words[state]}: `}${subject(message, most)}`, most)
}

/** One incident as names and texts, in the order in which somebody asks. */
export function facts(
  { incident, url, runUrl, screenshotUrl }: MessageIncident,
  now: number,
): readonly (readonly [string, string])[] {
  const { startedAt, openedAt, resolvedAt, acknowledgedAt, acknowledgedBy, runbook } = incident
  const lines: (readonly [string, string | undefined])[] = [
    ['What', cut(oneLine(incident.title), 300)],
    ['Where', `${incident.system}, ${incident.environment}`],
    [
      'Severity',
      `${incident.severity.toUpperCase()}${incident.owner === undefined ? '' : `, owner ${oneLine(incident.owner)}`}`,
    ],
    [
      'Since',
      `${timeText(startedAt)}, ${formatAge((resolvedAt ?? now) - startedAt)}${resolvedAt === undefined ? ' ago' : ' long'}; noticed after ${formatAge(openedAt - startedAt)}`,
    ],
    ['Until', resolvedAt === undefined ? undefined : timeText(resolvedAt)],
    ['Sure', sureness(incident)],
    ...incident.affected
      .filter(({ detail }) => detail !== undefined)
      .toSorted((a, b) => Number(a.until !== undefined) - Number(b.until !== undefined))
      .slice(0, mostDetailed)
      .map(affected => ['Found', found(affected)] as const),
    [
      'Taken by',
      acknowledgedAt === undefined
        ? undefined
        : `${oneLine(acknowledgedBy ?? 'somebody')}, ${timeText(acknowledgedAt)}`,
    ],
    ['Runbook', runbook],
    ['Incident', url],
    ['Run', runUrl],
    ['Picture', screenshotUrl],
  ]
  return lines.filter((line): line is [string, string] => line[1] !== undefined)
}

/** Facts as lines of plain text. */
export const factLines = (part: MessageIncident, now: number): string =>
  facts(part, now)
    .map(([name, text]) => `${`${name}:`.padEnd(10)} ${text.replaceAll('\n', `\n${' '.repeat(11)}`)}`)
    .join('\n')

/** The whole message, cut to so many characters. What is left out is counted. */
export function plainText(message: Message, most: number): string {
  const blocks = [lead(message)]
  let length = blocks[0]!.length
  for (const [index, part] of message.incidents.entries()) {
    const room = most - length - 40
    const block = factLines(part, message.at)
    if (index > 0 && block.length > room) {
      blocks.push(`… and ${message.incidents.length - index} more`)
      break
    }
    blocks.push(cut(block, Math.max(room, 1)))
    length += blocks.at(-1)!.length + 2
  }
  return cut(blocks.join('\n\n'), most)
}

function sureness({ affected, flapping }: Incident): string | undefined {
  const failing = affected.filter(({ until }) => until === undefined)
  const recovered = affected.length - failing.length
  if (affected.length === 0) return undefined
  const says = [
    failing.length === 0
      ? 'no check fails any more'
      : `${failing.length === 1 ? '1 check fails' : `${failing.length} checks fail`}: ${namesOf(failing)}`,
    ...(recovered > 0 && failing.length > 0 ? [`${recovered} recovered`] : []),
    ...(flapping ? ['it comes and goes, and stays open until it was calm for a while'] : []),
  ]
  return says.join('; ')
}

const namesOf = (affected: readonly Affected[]) => {
  const names = affected.slice(0, mostNamed).map(({ check }) => check)
  return `${names.join(', ')}${affected.length > mostNamed ? ` and ${affected.length - mostNamed} more` : ''}`
}

const found = ({ check, reason, detail }: Affected) =>
  `${check}${reason === undefined ? '' : ` (${reason})`}: ${cut(clean(detail!).trim(), longestDetail)}`

/** Whole seconds below a minute, whole minutes after. */
const formatAge = (ms: number) => {
  const whole = ms < 60_000 ? 1_000 : 60_000
  return formatDuration(Math.max(0, Math.floor(ms / whole) * whole))
}

/** `2026-01-05 12:00:31 UTC`. */
const timeText = (at: number) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
