import type { APIRequestContext, Page } from 'playwright/test'
import { expect, test } from '#vedette/playwright'

interface Manifest {
  readonly name?: string
  readonly short_name?: string
  readonly start_url?: string
  readonly display?: string
  readonly icons?: readonly { readonly src: string; readonly sizes?: string; readonly type?: string }[]
}

const displays = ['fullscreen', 'standalone', 'minimal-ui']

/** The page names a manifest that makes it installable, and each icon is there in the size that the manifest says. */
export async function expectInstallable(request: APIRequestContext, path = '/'): Promise<void> {
  const { manifest, url } = await test.step('the manifest is there', () => readManifest(request, path))
  await test.step('the manifest is valid', async () => {
    expect(manifest.name ?? manifest.short_name, 'name or short_name of the manifest').toMatch(/\S/)
    expect(displays, 'display of the manifest').toContain(manifest.display)
    const start = new URL(manifest.start_url ?? '', url)
    expect(start.origin, 'origin of start_url').toBe(url.origin)
    await expect(await request.get(start.href), `start_url ${start.pathname}`).toBeOK()
  })
  const icons = manifest.icons ?? []
  for (const icon of icons) {
    await test.step(`icon ${icon.src}`, async () => {
      const response = await request.get(new URL(icon.src, url).href)
      await expect(response, `icon ${icon.src}`).toBeOK()
      const found = sizeOf(await response.body())
      if (found === 'any') return
      expect(icon.sizes?.split(/\s+/), `sizes of icon ${icon.src}`).toContain(found)
    })
  }
  const widest = Math.max(0, ...icons.map(icon => (icon.sizes === 'any' ? 512 : Number.parseInt(icon.sizes ?? '', 10))))
  expect(widest, 'width of the largest icon').toBeGreaterThanOrEqual(512)
  expect(
    icons.some(icon => /\b192x192\b|^any$/.test(icon.sizes ?? '')),
    'an icon of 192x192',
  ).toBe(true)
}

async function readManifest(request: APIRequestContext, path: string) {
  const page = await request.get(path)
  const tag = /<link\b[^>]*\brel\s*=\s*["']?manifest\b[^>]*>/i.exec(await page.text())?.[0]
  const address = /\bhref\s*=\s*["']?([^"'\s>]+)/i.exec(tag ?? '')?.[1]
  expect(address, `manifest that ${path} names`).toBeDefined()
  const response = await request.get(new URL(address!, page.url()).href)
  await expect(response, `manifest ${address}`).toBeOK()
  const url = new URL(response.url())
  try {
    return { manifest: (await response.json()) as Manifest, url }
  } catch {
    throw new Error(`expected manifest ${address} to be JSON, found ${response.headers()['content-type'] ?? 'no type'}`)
  }
}

/** `192x192` as a PNG says of itself; `any` for SVG. */
function sizeOf(bytes: Buffer): string {
  if (bytes.subarray(1, 4).toString() === 'PNG') return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`
  if (/<svg\b/.test(bytes.subarray(0, 1_000).toString())) return 'any'
  throw new Error(
    `expected an icon to be PNG or SVG, found a file that begins with ${bytes.subarray(0, 8).toString('hex')}`,
  )
}

/**
 * The service worker takes control of the page at `path`, and a page that is opened without a network is not blank. `expected`: text
 * that the offline page has.
 */
export async function expectWorksOffline(page: Page, path = '/', expected: RegExp = /\S/): Promise<void> {
  await page.goto(path)
  await test.step('the service worker takes control', async () => {
    await expect
      .poll(() => page.evaluate(() => navigator.serviceWorker?.controller?.state), {
        message: 'state of the service worker that controls the page',
        timeout: 5_000,
      })
      .toBe('activated')
  })
  await page.context().setOffline(true)
  try {
    await test.step('without a network a page is shown', async () => {
      const unseen = new URL('/a-page-that-was-never-opened', page.url())
      const error = await page.goto(unseen.href).then(
        () => undefined,
        (error: Error) => error.message.split('\n')[0],
      )
      expect(error, 'error of a page that is opened offline').toBeUndefined()
      await expect(page.locator('body'), 'the page that is shown offline').toHaveText(expected, { useInnerText: true })
    })
  } finally {
    await page.context().setOffline(false)
  }
}
