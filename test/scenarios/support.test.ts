import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../../runner/core/contracts.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt } from '../journeys/support.ts'
import { expired, right, startSite } from './support-server.ts'

/** What each helper says when this one thing is broken. */
const said: Readonly<Record<string, RegExp>> = {
  'cors.any': /access-control-allow-origin of a call from https:\/\/stranger\.example/,
  'cors.echo': /access-control-allow-origin of a call from https:\/\/stranger\.example/,
  'cors.preflight': /access-control-allow-origin of a preflight/,
  'https.served': /status of .* over plain HTTP/,
  'https.plain': /location of .* over plain HTTP/,
  'https.path': /path that it leads to/,
  'upload.none': /status of a picture/,
  'upload.content': /status of a script named photo\.png/,
  'upload.type': /status of a (script|page) named photo\.png/,
  'upload.name': /status of a picture named photo\.php/,
  'upload.large': /status of a picture of 1001 bytes/,
  'operators.mongo': /status of a sign-in with \{"\$ne":null\} as password/,
  'operators.sql': /status of a sign-in with .* OR '1'='1" as password/,
  'operators.crash': /status of a sign-in with \["\$ne",null\] as password/,
  'tokens.none': /status without a token/,
  'tokens.key': /a token that is: signed with another key/,
  'tokens.alg': /a token that is: alg: none/,
  'tokens.expired': /a token that is: expired/,
  'tokens.closed': /status with the right token/,
  'assets.plain': /assets of \/ with a hash in their name, among .*\/assets\/app\.js/,
  'assets.uncached': /cache-control of \/assets\/app\.3f9ac2b1\.js/,
  'assets.short': /max-age of \/assets\/app\.3f9ac2b1\.js \(cache-control: max-age=60\)/,
  'assets.large': /content-encoding of \/assets\/app\.3f9ac2b1\.js/,
  'secrets.page': /\/ holds a setting that only the server may know/,
  'secrets.import': /\/assets\/part\.js holds a connection string/,
  'secrets.map': /\.js\.map holds a secret key of Stripe/,
  'manifest.missing': /manifest that \/ names/,
  'manifest.html': /expected manifest \/app\.webmanifest to be JSON, found text\/html/,
  'manifest.nameless': /name or short_name of the manifest/,
  'manifest.display': /display of the manifest/,
  'manifest.small': /width of the largest icon/,
  'manifest.icon': /icon \/icon-192\.png/,
  'manifest.size': /sizes of icon \/icon-192\.png/,
  'offline.missing': /state of the service worker that controls the page/,
  'offline.idle': /state of the service worker that controls the page/,
  'offline.blank': /the page that is shown offline/,
  'markup.runs': /markup in what was typed was run/,
  'markup.removed': /what was typed, as text/,
  'window.wide': /status of call 11/,
  'window.narrow': /status within the window of 10 calls/,
  'window.silent': /expected RateLimit headers to tell which window is whole, found none/,
  'window.crash': /status within the window of 10 calls/,
  'atmost.wide': /RateLimit-Limit/,
  'atmost.never': /expected 429 for one of 13 calls in a window, found every one of them admitted/,
}

const sites = new Map<string, Awaited<ReturnType<typeof startSite>>>()
let opened: ReturnType<typeof openTestJourneys>
let outcomes: ReadonlyMap<string, Outcome>

beforeAll(async () => {
  for (const fault of ['healthy', ...Object.keys(said)]) sites.set(fault, await startSite(fault))
  opened = openTestJourneys()
  const urls = Object.fromEntries([...sites].map(([fault, { url }]) => [fault, url]))
  const env = { SUPPORT: JSON.stringify({ urls, tokens: { right, expired } }) }
  outcomes = await runAll(
    opened,
    sourceAt(join(fixtures, 'support'), { env, retry: { attempts: 0, delay: 0 }, screenshots: 'off', parallel: true }),
  )
}, 180_000)
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  for (const { server } of sites.values()) {
    server.close()
    server.closeAllConnections()
  }
})

/** By the title of its describe block. */
const outcomesOf = (fault: string) =>
  [...outcomes.keys()].filter(id => id.startsWith(`helpers/${fault.replace('.', '-')}-`)).map(id => last(outcomes, id))

describe('helpers for security specs and audits', () => {
  test('are content with a healthy site', () => {
    const found = outcomesOf('healthy')
    expect(found.map(({ detail }) => detail)).toEqual(found.map(() => undefined))
    expect(found.length).toBe(12)
  })

  test.each(Object.entries(said))('notice %s', (fault, message) => {
    const found = outcomesOf(fault)
    expect(found.length).toBe(1)
    const [step, ...more] = found[0]!.steps?.filter(({ title }) => title.startsWith('said: ')) ?? []
    expect([found[0]!.ok, step?.title, more]).toEqual([true, expect.stringMatching(message), []])
  })
})
