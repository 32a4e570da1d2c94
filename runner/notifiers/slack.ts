import { z } from 'zod'
import { parseOptions } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Message, MessageIncident, Notifier } from '../core/notifications.ts'
import { post } from './parts/answer.ts'
import { commonFields, makeNotifier, unusable, urlProblems } from './parts/options.ts'
import { cut, facts, headline, lead } from './parts/words.ts'

export const slackOptions = z.strictObject({
  url: text.describe('Address of an incoming webhook; whoever has it can write, so it is a secret.'),
  ...commonFields,
})

/** Options of `slack`. */
export type SlackOptions = z.input<typeof slackOptions>

// Slack refuses sections over 3,000 characters and, without saying so anywhere, messages over some 13,000.
const longestSection = 2_500
const mostIncidents = 4
const longestLine = 150

/**
 * Writes into a channel of Slack, or of what understands its incoming webhooks.
 *
 * @example slack({ url: secret({ env: 'SLACK_URL' }), for: { severities: ['p0', 'p1'] } })
 */
export function slack(given: SlackOptions): Notifier {
  const { options, problems } = parseOptions([], slackOptions, given)
  if (problems.length > 0) return unusable('slack', given, problems)
  return makeNotifier({
    kind: 'slack',
    summary: 'Slack',
    options,
    occasions: ['acknowledged'],
    texts: [options.url],
    problems: urlProblems('url', options.url),
    send: (message, context) =>
      post(context, {
        url: options.url,
        body: bodyOf(message),
        expects: { words: "Slack's `ok`", pattern: /^\s*ok\s*$|"success"\s*:\s*true/ },
      }),
  })
}

function bodyOf(message: Message) {
  const line = headline(message, longestLine)
  const shown = message.incidents.slice(0, mostIncidents)
  const left = message.incidents.length - shown.length
  return {
    // What a notification shows. It is read as markup, whatever the blocks say.
    text: escaped(line),
    mrkdwn: false,
    unfurl_links: false,
    blocks: [
      { type: 'header', text: plain(line, longestLine) },
      { type: 'section', text: plain(lead(message), longestSection) },
      ...shown.flatMap(part => incidentBlocks(part, message.at)),
      ...(left > 0 ? [{ type: 'section', text: plain(`… and ${left} more incidents`, longestSection) }] : []),
    ],
  }
}

const linked = ['Runbook', 'Incident', 'Run', 'Picture']

function incidentBlocks(part: MessageIncident, now: number) {
  const all = facts(part, now)
  const lines = all.filter(([name]) => !linked.includes(name)).map(([name, said]) => `${name}: ${said}`)
  const links = all.filter(([name, address]) => linked.includes(name) && /^https?:\/\/[^\s|<>]+$/.test(address))
  return [
    { type: 'section', text: plain(lines.join('\n'), longestSection) },
    ...(links.length === 0
      ? []
      : [
          {
            type: 'context',
            elements: [
              { type: 'mrkdwn', text: links.map(([name, address]) => `<${escaped(address)}|${name}>`).join('   ') },
            ],
          },
        ]),
  ]
}

/** Text in which nothing is read as markup: a target must not be able to call the whole channel. */
const plain = (said: string, most: number) => ({ type: 'plain_text', text: cut(said, most), emoji: false })

const escaped = (said: string) => said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
