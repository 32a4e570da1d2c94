/** Being slow: runs over a threshold in a row are trouble, and only passes end it. */

import type { Slowness } from './alarm-state.ts'
import type { Health, HealthPolicy, Onset, Result } from './contracts.ts'

/** What is known after a run. `isTold`: there is trouble about it already, which nothing but passes ends. */
export function slownessAfter(
  before: Slowness | undefined,
  result: Result,
  health: Health,
  isTold: boolean,
): Slowness | undefined {
  switch (result.verdict) {
    case 'unknown':
      return before
    case 'degraded':
      if (before === undefined) return { runs: 1, onset: onsetOf(result, health), passes: 0 }
      return isTold ? withPasses(before, 0) : { ...before, runs: before.runs + 1 }
    case 'failed':
      return before === undefined || !isTold ? undefined : withPasses(before, 0)
    case 'passed':
      return before === undefined || !isTold ? undefined : withPasses(before, before.passes + 1)
  }
}

const withPasses = (before: Slowness, passes: number): Slowness =>
  before.passes === passes ? before : { ...before, passes }

export const isSlow = (slowness: Slowness | undefined, { failures }: HealthPolicy): boolean =>
  slowness !== undefined && slowness.runs >= failures

/** Before any of it the check passed; a degraded run is not yet the end of it. */
function onsetOf({ slot, startedAt }: Result, { lastPassedAt, lastPassedSlot }: Health): Onset {
  return {
    slot,
    at: startedAt,
    ...(lastPassedAt === undefined ? {} : { goodAt: lastPassedAt }),
    ...(lastPassedSlot === undefined ? {} : { passedSlot: lastPassedSlot }),
  }
}
