/** How a user stays below a rate limit. No k6 module is needed here. */

export interface Window {
  /** Calls that are left. */
  readonly remaining: number
  /** Seconds until the window begins anew. */
  readonly reset: number
}

/**
 * Seconds until the next call: `usual`, unless the calls that are left would not last until the window begins anew or the run ends
 * (`left`, seconds), whichever is sooner. One call is kept in reserve.
 */
export function nextPause(usual: number, window: Window | undefined, left: number): number {
  if (window === undefined) return usual
  const span = Math.max(0, Math.min(window.reset, left))
  return window.remaining <= 1 ? Math.max(usual, span) : Math.max(usual, span / (window.remaining - 1))
}
