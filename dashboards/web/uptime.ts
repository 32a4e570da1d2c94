import type { WindowStats } from '../../runner/core/ports.ts'

export interface Uptime {
  /** Good runs ÷ valid runs. Undefined without a valid run. */
  readonly ratio?: number
  /** Valid runs ÷ runs expected in the window: how much of the time the ratio speaks for. */
  readonly coverage: number
}

/** Degraded runs are good for availability; unknown ones are not valid and lower the coverage instead. */
export function uptimeOf(stats: WindowStats | undefined, interval: number, window: number): Uptime {
  if (!stats) return { coverage: 0 }
  const good = stats.runs.passed + stats.runs.degraded
  const valid = good + stats.runs.failed
  const coverage = Math.min(1, valid / Math.max(1, Math.floor(window / interval)))
  return valid === 0 ? { coverage } : { ratio: good / valid, coverage }
}
