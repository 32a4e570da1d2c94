/** How long the last calls of a part took. */
export interface Durations {
  measure<T>(work: () => T): T
  /** Milliseconds. */
  p95(): number
}

const kept = 200

export function createDurations(): Durations {
  const durations: number[] = []
  return {
    measure(work) {
      const started = performance.now()
      try {
        return work()
      } finally {
        durations.push(performance.now() - started)
        if (durations.length > kept) durations.shift()
      }
    },
    p95: () => durations.toSorted((a, b) => a - b)[Math.ceil(durations.length * 0.95) - 1] ?? 0,
  }
}
