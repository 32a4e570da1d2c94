import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Message, Notifier } from '../core/notifications.ts'
import { post } from './parts/answer.ts'
import { commonFields, makeNotifier, unusable, urlProblems } from './parts/options.ts'
import { cut, headline, plainText, stateOf, worstOf } from './parts/words.ts'

export const ntfyOptions = z.strictObject({
  topic: text.describe('Whoever knows it can read along, so it is a secret on a server that is open to all.'),
  url: text.optional().describe("The server. Default: 'https://ntfy.sh'."),
  token: text.optional().describe('Access token, where the topic is protected.'),
  ...commonFields,
})

/** Options of `ntfy`. */
export type NtfyOptions = z.input<typeof ntfyOptions>

// A message over 4,096 bytes becomes an attachment, which nobody opens at night.
const mostBytes = 3_800

/**
 * Pushes to phones through ntfy.
 *
 * @example ntfy({ topic: secret({ env: 'NTFY_TOPIC' }), for: { severities: ['p0'] } })
 */
export function ntfy(given: NtfyOptions): Notifier {
  const { options, problems } = parseOptions([], ntfyOptions, given)
  if (problems.length > 0) return unusable('ntfy', given, problems)
  const { url = 'https://ntfy.sh', topic, token } = options
  return makeNotifier({
    kind: 'ntfy',
    summary: `ntfy${typeof topic === 'string' ? ` topic ${topic}` : ''}`,
    options,
    occasions: ['acknowledged'],
    texts: [url, topic, token],
    problems: urlProblems('url', url),
    send: (message, context) =>
      post(context, {
        url,
        headers: token === undefined ? {} : { authorization: `Bearer ${context.reveal(token)}` },
        body: { topic: context.reveal(topic), ...contentOf(message) },
        expects: { words: 'the id that ntfy gives to a message', pattern: /"id"\s*:\s*"/ },
      }),
  })
}

const priorities = { p0: 5, p1: 4, p2: 3 } as const

function contentOf(message: Message) {
  const state = stateOf(message)
  const { url, runUrl } = message.incidents[0]!
  const single = message.incidents.length === 1
  return {
    title: cut(headline(message), 200),
    message: withinBytes(plainText(message, mostBytes), mostBytes),
    priority: state === 'resolved' || state === 'acknowledged' || state === 'drill' ? 3 : priorities[worstOf(message)],
    tags: [state === 'resolved' ? 'white_check_mark' : state === 'drill' ? 'test_tube' : 'rotating_light', state],
    ...(url === undefined ? {} : { click: single ? url : new URL('/incidents', url).href }),
    ...(runUrl === undefined || !single ? {} : { actions: [{ action: 'view', label: 'Run', url: runUrl }] }),
  }
}

function withinBytes(said: string, most: number): string {
  let text = said
  while (Buffer.byteLength(text) > most) text = cut(text, Math.floor(text.length * 0.9))
  return text
}
