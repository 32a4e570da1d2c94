import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Outcome } from '../../runner/core/contracts.ts'
import { testBrowser } from '../support/test-browser.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt } from './support.ts'

const card = '<b id="card" style="display:block;height:80px;background:#f00">4111 1111 1111 1111</b>'
let server: Server
let opened: ReturnType<typeof openTestJourneys>
let outcomes: ReadonlyMap<string, Outcome>

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(request.url === '/frame' ? card : `<h1>Pay</h1>${card}<iframe src="/frame"></iframe>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened = openTestJourneys()
  const source = sourceAt(join(fixtures, 'masked'), { mask: ['#card'] })
  const web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  outcomes = await runAll(opened, source, { urls: { web }, trace: true })
}, 120_000)
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  server.close()
})

const kept = (id: string) =>
  outcomes.get(id)!.attempts.flatMap(({ saw }) => ('ok' in saw ? (saw.artifacts ?? []) : []).map(({ name }) => name))

test('a masked screenshot is kept of a pass, and of each attempt under a name of its own', () => {
  expect(last(outcomes, 'card/pays').ok).toBe(true)
  expect(kept('card/pays')).toEqual(['screenshot.png'])
  expect(kept('card/cannot-pay').filter(name => name.endsWith('.png'))).toEqual([
    'attempt-1-screenshot.png',
    'attempt-2-screenshot.png',
  ])
})

test('a spec without our fixture, which cannot mask, leaves no picture and no trace', () => {
  expect(last(outcomes, 'plain/cannot-pay-either').ok).toBe(false)
  expect(kept('plain/cannot-pay-either')).toContain('attempt-1-error.txt')
  expect(kept('plain/cannot-pay-either').filter(name => /\.(?:png|jpeg|zip|webm)$/.test(name))).toEqual([])
})

test('nothing red, the colour of the card, is in any picture', async () => {
  const { chromium } = await import('playwright')
  const { executablePath } = await testBrowser()
  await using browser = await chromium.launch(executablePath ? { executablePath } : {})
  await using page = await browser.newPage()
  const pictures = opened.kept.filter(({ kind }) => kind === 'screenshot')
  expect(pictures.length).toBe(3)
  for (const { data } of pictures) {
    const { red, masked } = await page.evaluate(countPixels, data.toString('base64'))
    expect(red).toBe(0)
    // The card of the page and the one in its frame, which is narrower.
    expect(masked).toBeGreaterThan(1_000 * 80 + 250 * 80)
  }
})

/** Runs in the browser. */
async function countPixels(picture: string) {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob())
  const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')!
  canvas.drawImage(image, 0, 0)
  const { data } = canvas.getImageData(0, 0, image.width, image.height)
  let red = 0
  let masked = 0
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!]
    if (r > 200 && g < 50 && b < 50) red += 1
    // Playwright's pink.
    if (r > 200 && g < 50 && b > 200) masked += 1
  }
  return { red, masked }
}
