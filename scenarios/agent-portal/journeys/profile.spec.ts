import type { Page } from 'playwright/test'
import { settingsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

/** A PNG of the browser's making: its left half red, its right half blue. */
async function draw(page: Page, width: number, height: number): Promise<Buffer> {
  const url = await page.evaluate(
    ([width, height]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height })
      const context = canvas.getContext('2d')!
      context.fillStyle = 'red'
      context.fillRect(0, 0, width! / 2, height!)
      context.fillStyle = 'blue'
      context.fillRect(width! / 2, 0, width! / 2, height!)
      return canvas.toDataURL('image/png')
    },
    [width, height],
  )
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}

const sizeOf = (png: Buffer) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) })

test('a profile image is resized, and files come and go', { tag: '@AGT-49' }, async ({
  page,
  portal,
  session,
  enter,
}) => {
  const settings = settingsPage(page)
  const { headers } = session
  await enter(page)
  await settings.open()
  const original = await draw(page, 640, 480)

  await test.step('the image comes back resized', async () => {
    const [answer] = await Promise.all([
      page.waitForResponse(response => response.url().endsWith('/api/upload/single')),
      settings.upload({ name: `${portal.mark}.png`, mimeType: 'image/png', buffer: original }),
    ])
    const { id } = await answer.json()
    portal.removeLater(`/api/upload/${id}`)
    await expect(settings.image).toBeVisible()
    const stored = await page.request.get(`/api/files/${id}`, { headers })
    const { width, height } = sizeOf(await stored.body())
    expect(width, 'width of the stored image').toBeLessThan(640)
    expect(height, 'height of the stored image').toBeLessThan(480)
    const colours = await settings.image.evaluate((image: HTMLImageElement) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 2, height: 1 })
      const context = canvas.getContext('2d', { willReadFrequently: true })!
      context.drawImage(image, 0, 0, 2, 1)
      return [...context.getImageData(0, 0, 2, 1).data]
    })
    expect(colours, 'colours of the left and the right half').toEqual([255, 0, 0, 255, 0, 0, 255, 255])
  })

  await test.step('a deleted image is gone', async () => {
    const [gone] = await Promise.all([
      page.waitForResponse(response => response.request().method() === 'DELETE'),
      settings.remove(),
    ])
    await expect(settings.image).toBeHidden()
    const id = gone.url().split('/').at(-1)
    expect((await page.request.get(`/api/files/${id}`, { headers })).status(), 'status of a deleted file').toBe(404)
  })

  await test.step('several files go up in one call', async () => {
    const files = new FormData()
    for (const name of ['first.png', 'second.png']) {
      files.append('file', new File([new Uint8Array(original)], `${portal.mark}-${name}`, { type: 'image/png' }))
    }
    const answer = await page.request.post('/api/upload/multiple', { headers, multipart: files })
    await expect(answer).toBeOK()
    const { items }: { items: readonly { id: string; url: string }[] } = await answer.json()
    for (const { id } of items) portal.removeLater(`/api/upload/${id}`)
    expect(items.length, 'files that are kept').toBe(2)
    for (const { url } of items) await expect(await page.request.get(url, { headers }), url).toBeOK()
  })
})
