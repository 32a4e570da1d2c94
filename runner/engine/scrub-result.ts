import type { Result, Step } from '../core/contracts.ts'
import type { Scrub } from '../core/redaction.ts'

/** A result without secrets, in all that is text of the target's or of a person's making. */
export function scrubResult(result: Result, scrub: Scrub): Result {
  const plain = result.detail === undefined && result.earlier.length === 0 && result.steps.length === 0
  if (plain && result.revision === undefined) return result
  return {
    ...result,
    ...(result.detail === undefined ? {} : { detail: scrub(result.detail) }),
    ...(result.revision === undefined ? {} : { revision: scrub(result.revision) }),
    earlier: result.earlier.map(attempt => ({ ...attempt, detail: scrub(attempt.detail) })),
    steps: result.steps.map(step => scrubStep(step, scrub)),
  }
}

const scrubStep = (step: Step, scrub: Scrub): Step => ({
  ...step,
  title: scrub(step.title),
  ...(step.error === undefined ? {} : { error: scrub(step.error) }),
  ...(step.steps === undefined ? {} : { steps: step.steps.map(inner => scrubStep(inner, scrub)) }),
})
