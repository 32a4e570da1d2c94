import type { APIRequestContext } from 'playwright/test'
import { expect, test } from '#vedette/playwright'

/** Plain HTTP is answered by nothing but the way to the same path over HTTPS. `plain` is the address without TLS. */
export async function expectHttpsRedirect(
  request: APIRequestContext,
  plain: string,
  paths: readonly string[] = ['/', '/orders?page=2'],
): Promise<void> {
  for (const path of paths) {
    await test.step(`${path} leads to HTTPS`, async () => {
      const asked = new URL(path, plain)
      const response = await request.get(asked.href, { maxRedirects: 0 })
      expect([301, 302, 307, 308], `status of ${path} over plain HTTP`).toContain(response.status())
      const location = response.headers()['location'] ?? ''
      expect(location, `location of ${path} over plain HTTP`).toMatch(/^https:\/\//)
      const { hostname, pathname, search } = new URL(location)
      expect(hostname.replace(/^www\./, ''), 'host that it leads to').toBe(asked.hostname.replace(/^www\./, ''))
      expect(pathname + search, 'path that it leads to').toBe(asked.pathname + asked.search)
    })
  }
}
