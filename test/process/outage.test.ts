/** One outage in real time, through everything: target, incident, page, message, recovery. Every delay is printed, none is judged. */

import { expect, onTestFinished, test } from 'vitest'
import { createReceiver } from '../support/receiver.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { startWatch } from '../support/watch-process.ts'
import { createCodAdmin } from '../targets/cod-admin/create-cod-admin.ts'

const configuration = (
  url: string,
  receiver: string,
) => `import { check, defineConfig, defineSystem, http, webhook } from 'vedette'
export default defineConfig({
  systems: [
    defineSystem('shop', {
      url: '${url}',
      checks: [
        check('health', {
          probe: http('/health', { expect: { status: 200 } }),
          every: '1s',
          retry: { attempts: 1, delay: '200ms' },
          severity: 'p0',
        }),
      ],
    }),
  ],
  notifiers: [webhook({ url: '${receiver}', secret: 'whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxsIQ==' })],
})
`

test('a target is broken and mended: failure, incident, page, message, and all of it back again', async () => {
  const shop = await createCodAdmin()
  onTestFinished(() => shop.close())
  const receiver = await createReceiver()
  onTestFinished(() => receiver[Symbol.asyncDispose]())
  const folder = tempFolder({ 'vedette.config.ts': configuration(shop.urls.web, receiver.url) })
  onTestFinished(() => folder[Symbol.dispose]())
  const { child, says, ended } = startWatch(folder.path)
  const page = (await says(/Vedette: (http:\S+) /))[1]!
  await says(/"verdict":"passed"/)

  const control = (redis: 'down' | 'up') =>
    fetch(`${shop.control.url}/faults`, { method: 'POST', body: JSON.stringify({ redis }) })
  const shown = async (text: string) => {
    while (!(await (await fetch(`${page}/incidents`)).text()).includes(text)) await fetch(`${page}/health/ready`)
  }
  const delays: string[] = []
  let begun = 0
  const reached = (what: string) => void delays.push(`${what} after ${Math.round(performance.now() - begun)} ms`)

  begun = performance.now()
  await control('down')
  await says(/"verdict":"failed"/)
  reached('broken: the first failed run')
  await says(/"msg":"incident opened"/)
  reached('broken: the incident')
  await Promise.all([
    receiver.received(1).then(() => reached('broken: the message')),
    shown('shop: health').then(() => reached('broken: the page')),
  ])
  begun = performance.now()
  await control('up')
  await says(/"msg":"incident resolved"/)
  reached('mended: the end of the incident')
  await receiver.received(2)
  reached('mended: the message')
  console.log(delays.join('\n'))

  const messages = receiver.requests.map(({ body }) => JSON.parse(body) as { type: string; data: { subject: string } })
  expect(messages.map(({ type }) => type)).toEqual(['incident.opened', 'incident.resolved'])
  expect(messages[0]!.data.subject).toContain('health')
  const listed = await (await fetch(`${page}/incidents`)).text()
  expect(new Set(listed.match(/\/incidents\/shop~[^"]+/g))).toHaveProperty('size', 1)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})
