import type { Page, Request } from 'playwright/test'
import { expect } from '#vedette/playwright'

/**
 * Says when a page has got all that it asked for, without the half second that `networkidle` waits on top. Call it before the page is
 * opened: `const settled = watchRequests(page)`, and after each step `await settled()`.
 */
export function watchRequests(page: Page): () => Promise<void> {
  const underWay = new Set<Request>()
  page.on('request', request => underWay.add(request))
  page.on('requestfinished', request => underWay.delete(request))
  page.on('requestfailed', request => underWay.delete(request))
  const nothing = () =>
    expect(
      [...underWay].map(request => request.url()),
      'requests that are not answered yet',
    ).toEqual([])
  return () =>
    expect(async () => {
      nothing()
      // What came last may lead to further calls: the page gets a turn to make them.
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done))))
      nothing()
    }).toPass({ intervals: [20, 50, 100], timeout: 5_000 })
}
