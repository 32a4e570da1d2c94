/** One count of a window, and the standard headers that tell it. */
export interface Taken {
  readonly refused: boolean
  readonly headers: Readonly<Record<string, string>>
}

export type RateLimit = (key: string) => Taken

/** Counts calls per key in fixed windows, as express-rate-limit does. */
export function createRateLimit(limit: number, windowMs: number, now: () => number): RateLimit {
  const windows = new Map<string, { readonly endsAt: number; count: number }>()
  return key => {
    const at = now()
    const open = windows.get(key)
    const window = open && open.endsAt > at ? open : { endsAt: at + windowMs, count: 0 }
    windows.set(key, window)
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
