import type { Clock } from '../core/contracts.ts'

/** How late runs began in the last minutes. */
export interface Latenesses {
  add(ms: number): void
  percentiles(): { readonly p50: number; readonly p99: number; readonly max: number }
}

const kept = 8_192
const window = 5 * 60_000

export function createLatenesses(clock: Clock): Latenesses {
  const values = new Float64Array(kept)
  const times = new Float64Array(kept)
  let next = 0
  let filled = 0
  return {
    add(ms) {
      values[next] = ms
      times[next] = clock.monotonic()
      next = (next + 1) % kept
      filled = Math.min(filled + 1, kept)
    },
    percentiles() {
      const oldest = clock.monotonic() - window
      const recent = values.slice(0, filled).filter((_, index) => times[index]! >= oldest)
      recent.sort()
      const at = (ratio: number) => recent[Math.min(recent.length - 1, Math.floor(recent.length * ratio))] ?? 0
      return { p50: at(0.5), p99: at(0.99), max: recent.at(-1) ?? 0 }
    },
  }
}
