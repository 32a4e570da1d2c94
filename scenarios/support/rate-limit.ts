import type { APIResponse } from 'playwright/test'
import { expect } from '#vedette/playwright'

export interface RateLimit {
  readonly limit: number
  readonly remaining: number
  /** Seconds until the window begins anew. */
  readonly reset: number
}

/** The RateLimit headers of an answer, in the spelling of any draft of the standard; NaN where one is missing. */
export function rateLimitOf(response: APIResponse): RateLimit {
  const headers = response.headers()
  // `RateLimit: limit=100, remaining=42, reset=600`, or `RateLimit: "default";r=42;t=600` beside `RateLimit-Policy: "default";q=100`.
  const joined = headers['ratelimit'] ?? ''
  const policy = headers['ratelimit-policy'] ?? ''
  const read = (name: string, ...others: readonly (RegExpExecArray | null)[]) => {
    const found = headers[`ratelimit-${name}`] ?? headers[`x-ratelimit-${name}`] ?? others.find(Boolean)?.[1]
    return Number(found ?? Number.NaN)
  }
  return {
    limit: read('limit', /\blimit=(\d+)/.exec(joined), /\bq=(\d+)/.exec(policy)),
    remaining: read('remaining', /\bremaining=(\d+)/.exec(joined), /\br=(\d+)/.exec(joined)),
    reset: read('reset', /\breset=(\d+)/.exec(joined), /\bt=(\d+)/.exec(joined)),
  }
}

/**
 * The first of some credentials whose window is whole, so that a limit can be measured: undefined when each has begun. `look` makes the
 * one call that tells; it costs one of the window.
 */
export async function freshCredential<Credential>(
  credentials: Iterable<Credential> | AsyncIterable<Credential>,
  look: (credential: Credential) => Promise<APIResponse>,
): Promise<Credential | undefined> {
  for await (const credential of credentials) {
    const { limit, remaining } = rateLimitOf(await look(credential))
    if (Number.isNaN(limit)) throw new Error('expected RateLimit headers to tell which window is whole, found none')
    if (remaining === limit - 1) return credential
  }
  return undefined
}

export interface Window {
  /** Calls of this window that were made before, by this very check. */
  readonly spent?: number
  /** True where the system must say with each answer how many calls are left. Default: false. */
  readonly headers?: boolean
  /** Calls at a time. Default: 20. */
  readonly parallel?: number
}

/**
 * Calls until the window is spent: the last call that is promised is admitted, the next is refused with 429. Spends one window of the
 * credential that `call` uses, and no more.
 */
export async function spendWindow(
  limit: number,
  call: () => Promise<APIResponse>,
  { spent = 0, headers = false, parallel = 20 }: Window = {},
): Promise<APIResponse> {
  const left = limit - spent
  for (let from = 0; from < left; from += parallel) {
    const answers = await Promise.all(Array.from({ length: Math.min(parallel, left - from) }, call))
    for (const answer of answers) {
      expect(answer.status(), `status within the window of ${limit} calls`).not.toBe(429)
      expect(answer.status(), `status within the window of ${limit} calls`).toBeLessThan(500)
      if (headers) expect(rateLimitOf(answer).remaining, 'RateLimit-Remaining').toBeGreaterThanOrEqual(0)
    }
  }
  return expectRefused(await call(), `status of call ${limit + 1}`, headers)
}

/**
 * For a promise of at most so many calls, where the system may admit fewer: calls until one is refused with 429, and at most once more
 * than promised. Where the answers say how many are left, that is held to as well.
 */
export async function expectAtMost(
  most: number,
  call: () => Promise<APIResponse>,
  { spent = 0, parallel = 20 }: Pick<Window, 'spent' | 'parallel'> = {},
): Promise<APIResponse> {
  const { limit } = rateLimitOf(await call())
  if (!Number.isNaN(limit)) expect(limit, 'RateLimit-Limit').toBeLessThanOrEqual(most)
  for (let made = spent + 1; made <= most; made += parallel) {
    const answers = await Promise.all(Array.from({ length: Math.min(parallel, most + 1 - made) }, call))
    const refused = answers.find(answer => answer.status() === 429)
    if (refused) return refused
    for (const answer of answers) expect(answer.status(), 'status of an admitted call').toBeLessThan(500)
  }
  throw new Error(`expected 429 for one of ${most + 1} calls in a window, found every one of them admitted`)
}

function expectRefused(answer: APIResponse, about: string, headers: boolean): APIResponse {
  expect(answer.status(), about).toBe(429)
  if (headers) {
    expect(rateLimitOf(answer), 'RateLimit headers').toMatchObject({ remaining: 0, reset: expect.any(Number) })
    expect(rateLimitOf(answer).reset, 'RateLimit-Reset').toBeGreaterThan(0)
  }
  return answer
}
