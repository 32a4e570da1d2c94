/** Promises about the check itself: how often it asks, how long it waits, when it counts as down. */

import type { Problem } from '../core/contracts.ts'
import type { Check } from '../core/definitions.ts'
import { describeLimit, keepsLimit, limitsOf, type Requirement } from '../core/requirements.ts'

const own: Readonly<Record<string, (check: Check) => number | undefined>> = {
  interval_s: ({ schedule }) => ('every' in schedule ? schedule.every / 1_000 : undefined),
  timeout_s: ({ timeout }) => timeout / 1_000,
  failures_before_down: ({ policy }) => policy.failures,
  start_grace_s: ({ startGrace = 0 }) => startGrace / 1_000,
}

const options: Readonly<Record<string, string>> = {
  interval_s: 'every',
  timeout_s: 'timeout',
  failures_before_down: 'failures',
  start_grace_s: 'startGrace',
}

/** What a check does not keep of the promises that it covers. */
export const ownLimitProblems = (requirements: readonly Requirement[], check: Check): readonly Problem[] =>
  check.covers.flatMap(id =>
    limitsOf(requirements, id).flatMap((limit): readonly Problem[] => {
      const value = own[limit.metric]?.(check)
      if (value === undefined || keepsLimit(limit, value)) return []
      return [
        {
          level: 'error',
          path: [`check ${check.id}`, options[limit.metric]!],
          message: `expected ${describeLimit(limit)} (${id}), found ${value}; change it, or leave ${id} out of \`covers\``,
        },
      ]
    }),
  )
