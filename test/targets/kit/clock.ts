/** The time of a reference system: the machine's, moved forward on demand so that a window or a token's life passes at once. */
export interface TargetClock {
  /** Epoch milliseconds. */
  now(): number
  advance(ms: number): void
}

export function createClock(base: () => number = Date.now): TargetClock {
  let ahead = 0
  return {
    now: () => base() + ahead,
    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) throw new Error(`expected milliseconds to advance by, found ${ms}`)
      ahead += ms
    },
  }
}
