import { expect, test } from 'vitest'
import { secret } from '../../runner/config/secret.ts'
import { slack } from '../../runner/notifiers/slack.ts'
import { hostile, messageOf, notifierConformance, trySending } from '../conformance/notifier.ts'
import { affectedOf, incidentOf } from '../support/incidents.ts'
import type { Request } from '../support/receiver.ts'
import { httpScene } from './http-scene.ts'

interface Text {
  readonly type: string
  readonly text: string
}

interface Block {
  readonly type: string
  readonly text?: Text
  readonly elements?: readonly Text[]
}

interface Body {
  readonly text: string
  readonly blocks: readonly Block[]
}

/** As Slack's own service refuses it. */
function accepts({ body }: Request): string | undefined {
  const { text, blocks } = JSON.parse(body) as Body
  if (text === '') return 'no_text'
  if (blocks.length > 50) return 'too many blocks'
  const isBad = ({ type, text }: Block) =>
    text?.text === '' || (text?.text.length ?? 0) > (type === 'header' ? 150 : 3_000)
  if (blocks.some(isBad)) return 'invalid_blocks'
  return body.length > 13_000 ? 'msg_blocks_too_long' : undefined
}

const open = () =>
  httpScene(
    url => ({
      notifier: slack({ url: secret({ env: 'SLACK' }) }),
      secrets: { SLACK: `${url}/services/T0000/B0000/aVerySecretPart` },
    }),
    { status: 200, body: 'ok' },
    accepts,
  )

notifierConformance({ open, http: true })

const sentBy = async (message = messageOf()) => {
  await using scene = await open()
  await trySending(scene.notifier, message, scene)
  return JSON.parse(scene.taken[0]!) as Body
}

test('says the most important in the text that a notification shows', async () => {
  expect((await sentBy()).text).toBe('OPEN: P1 shop: health does not answer')
})

test('links to incident, run, picture and runbook', async () => {
  const message = messageOf([incidentOf({ runbook: 'https://wiki.example.com/shop?a=1&b=2' })])
  const [part] = message.incidents
  const { blocks } = await sentBy({
    ...message,
    incidents: [{ ...part!, screenshotUrl: 'https://vedette.example.com/artifacts/a.png' }],
  })
  const links = blocks.find(({ type }) => type === 'context')!.elements![0]!.text
  expect(links.match(/\|\w+>/g)).toEqual(['|Runbook>', '|Incident>', '|Run>', '|Picture>'])
  expect(links).toContain('<https://wiki.example.com/shop?a=1&amp;b=2|Runbook>')
})

test('has what a target says read as markup nowhere', async () => {
  const incident = incidentOf({
    title: hostile,
    runbook: 'https://x|<!here>',
    affected: [affectedOf('a', { detail: hostile })],
  })
  const { text, blocks } = await sentBy(messageOf([incident]))
  expect(text).not.toContain('<')
  const marked = blocks
    .flatMap(({ text, elements = [] }) => [text, ...elements])
    .filter(part => part?.type === 'mrkdwn')
  expect(marked.map(part => part!.text).join()).not.toMatch(/<!|script|\*/)
})

test('is not content with a page that somebody in between answers', async () => {
  await using scene = await open()
  scene.receiver.behave({ status: 200, body: '<html>Please sign in</html>' })
  expect(await trySending(scene.notifier, messageOf(), scene)).toMatchObject({
    outcome: 'later',
    trouble: expect.stringContaining("expected Slack's `ok`, found 200: <html>"),
  })
})
