import { type Call, Refusal } from './http.ts'

/** One count of a window, and the standard headers that tell it. */
interface Taken {
  readonly refused: boolean
  readonly headers: Readonly<Record<string, string>>
}

export type RateLimit = (key: string) => Taken

/** Windows that are over are forgotten when there are more than these. */
const mostKeys = 10_000

/** Counts calls per key in fixed windows, as express-rate-limit does. */
export function createRateLimit(limit: number, windowMs: number, now: () => number): RateLimit {
  const windows = new Map<string, { readonly endsAt: number; count: number }>()
  const forget = (at: number) => {
    for (const [key, { endsAt }] of windows) if (endsAt <= at) windows.delete(key)
  }
  return key => {
    const at = now()
    const open = windows.get(key)
    const window = open && open.endsAt > at ? open : { endsAt: at + windowMs, count: 0 }
    windows.set(key, window)
    if (windows.size > mostKeys) forget(at)
    window.count++
    const reset = String(Math.ceil((window.endsAt - at) / 1_000))
    const refused = window.count > limit
    return {
      refused,
      headers: {
        'ratelimit-policy': `${limit};w=${windowMs / 1_000}`,
        'ratelimit-limit': String(limit),
        'ratelimit-remaining': String(Math.max(0, limit - window.count)),
        'ratelimit-reset': reset,
        ...(refused ? { 'retry-after': reset } : {}),
      },
    }
  }
}

/** Counts a call against its key, and tells its answer so; refused with 429 and what `body` says when the window is spent. */
export function spend(
  limit: RateLimit,
  key: string,
  call: Call,
  body: (seconds: string) => Readonly<Record<string, unknown>>,
): void {
  const { refused, headers } = limit(key)
  Object.assign(call.answerHeaders, headers)
  if (refused) throw new Refusal(429, body(headers['retry-after'] ?? ''), headers)
}
