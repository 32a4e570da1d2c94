import type { APIRequestContext } from 'playwright/test'
import { expect, test } from '#vedette/playwright'

export interface Cors {
  /** Further foreign origins, such as one that merely begins with an admitted one. */
  readonly origins?: readonly string[]
  /** Of the call that the preflight asks for. Default: POST. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Foreign origins are not admitted: neither `*` nor their own name comes back, for the call itself and for its preflight. */
export async function expectForeignOriginsRefused(
  request: APIRequestContext,
  path: string,
  { origins = [], method = 'POST', headers = {} }: Cors = {},
): Promise<void> {
  const preflight = { 'access-control-request-method': method, 'access-control-request-headers': 'content-type' }
  for (const origin of ['https://stranger.example', 'null', ...origins]) {
    await test.step(`${origin} is not admitted`, async () => {
      for (const [what, response] of [
        ['a call', await request.get(path, { headers: { ...headers, origin } })],
        ['a preflight', await request.fetch(path, { method: 'OPTIONS', headers: { ...preflight, origin } })],
      ] as const) {
        const admitted = response.headers()['access-control-allow-origin']
        expect([origin, '*'], `access-control-allow-origin of ${what} from ${origin}`).not.toContain(admitted)
      }
    })
  }
}
