/** A badge on a page of somebody else, in a real browser. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { serve } from '../server/support.ts'
import { createFakeWatch, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { openBrowser, shoot } from './look.ts'

test('is shown there, at its whole size', async () => {
  const parts = { 'Área do médico, with a long name': ['home'], 注文: ['home'] }
  const system = systemOf('shop', { status: { title: 'Clinic', parts } })
  await using serving = await serve({
    watch: createFakeWatch({ systems: [system], checks: [watchedCheck('shop', 'home')], status: 'Clinic' }),
    options: { signIn: true },
  })
  const paths = ['clinic.svg', 'clinic/area-do-medico-with-a-long-name.svg', `clinic/${encodeURIComponent('注文')}.svg`]
  const images = paths.map(path => `<p><img src="${serving.url}/badge/${path}"></p>`).join('')
  const other = createServer((_, response) => void response.setHeader('content-type', 'text/html').end(images))
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 200 }, deviceScaleFactor: 2 })
    await page.goto(`http://localhost:${(other.address() as AddressInfo).port}`)
    const sizes = await page
      .locator('img')
      .evaluateAll(all =>
        all.map(image => ({ isThere: (image as HTMLImageElement).naturalWidth > 60, height: image.clientHeight })),
      )
    await shoot(page, 'badges')
    expect(sizes).toEqual(paths.map(() => ({ isThere: true, height: 20 })))
  } finally {
    await browser.close()
    other.closeAllConnections()
    other.close()
  }
})
