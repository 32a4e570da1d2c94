import type { APIResponse } from 'playwright/test'

export interface RateLimit {
  readonly limit: number
  readonly remaining: number
  /** Seconds until the window begins anew. */
  readonly reset: number
}

/** The standard RateLimit headers of an answer; NaN where one is missing. */
export function rateLimitOf(response: APIResponse): RateLimit {
  const headers = response.headers()
  const read = (name: string) => Number(headers[`ratelimit-${name}`] ?? Number.NaN)
  return { limit: read('limit'), remaining: read('remaining'), reset: read('reset') }
}
