import type { APIRequestContext } from 'playwright/test'
import { expect, test } from '#vedette/playwright'

/** What a page loads from its own origin: absolute addresses of scripts, styles, pictures, manifest. */
export async function assetsOf(request: APIRequestContext, path: string): Promise<readonly URL[]> {
  const response = await request.get(path, { headers: { accept: 'text/html' } })
  await expect(response, `the page ${path}`).toBeOK()
  const page = new URL(response.url())
  const tags = (await response.text()).matchAll(
    /<(script|link|img|source)\b[^>]*?\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/gi,
  )
  const urls = [...tags].flatMap(([, , address]) => (URL.canParse(address!, page) ? [new URL(address!, page)] : []))
  const own = urls.filter(url => url.origin === page.origin && url.pathname !== page.pathname)
  return [...new Map(own.map(url => [url.href, url])).values()]
}

/** `/assets/app.3f9ac2b1.js`, `/_next/static/chunks/main-3f9ac2b1.js`, `/assets/index-BxY2zK9q.css`: its name changes with its content. */
const isHashed = ({ pathname }: URL) =>
  /[.-](?=[\w-]*\d)[\w-]{8,}\.\w+$/.test(pathname) || /\/(?=\w*\d)[0-9a-f]{8,}\.\w+$/.test(pathname)

export interface AssetRules {
  /** Shortest `max-age`, seconds. Default: 30 days. */
  readonly leastAge?: number
  /** Texts from this size on must come compressed. Default: 1024. */
  readonly compressFrom?: number
}

/** The assets of a page whose name changes with their content may be kept for long, and texts among them come compressed. */
export async function expectAssetsCached(
  request: APIRequestContext,
  path: string,
  { leastAge = 30 * 86_400, compressFrom = 1_024 }: AssetRules = {},
): Promise<void> {
  const assets = await assetsOf(request, path)
  const hashed = assets.filter(isHashed)
  const names = assets.map(url => url.pathname).join(', ') || 'no assets'
  expect(hashed.length, `assets of ${path} with a hash in their name, among ${names}`).toBeGreaterThan(0)
  for (const url of hashed) {
    await test.step(url.pathname, async () => {
      const response = await request.get(url.href, { headers: { 'accept-encoding': 'gzip, br' } })
      await expect(response, url.pathname).toBeOK()
      const headers = response.headers()
      const control = headers['cache-control'] ?? 'none'
      expect(control, `cache-control of ${url.pathname}`).not.toMatch(/no-store|no-cache|private/)
      const age = Number(/\bmax-age=(\d+)/.exec(control)?.[1] ?? 0)
      expect(age, `max-age of ${url.pathname} (cache-control: ${control})`).toBeGreaterThanOrEqual(leastAge)
      const isText = /text|javascript|json|svg|xml|wasm/.test(headers['content-type'] ?? '')
      if (!isText || (await response.body()).length < compressFrom) return
      expect(headers['content-encoding'] ?? 'none', `content-encoding of ${url.pathname}`).toMatch(/^(gzip|br|zstd)$/)
    })
  }
}
