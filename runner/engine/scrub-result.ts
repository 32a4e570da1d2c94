import type { Result, Step } from '../core/contracts.ts'
import type { Scrub } from '../core/redaction.ts'

/** A result without secrets, in all that is text of the target's or of a person's making. */
export function scrubResult(result: Result, scrub: Scrub): Result {
  // Nine in ten results hold no such text, and this runs for every one.
  const { detail, revision, earlier, steps, artifacts } = result
  if (detail === undefined && revision === undefined && earlier.length + steps.length + artifacts.length === 0)
    return result
  return {
    ...result,
    ...(detail === undefined ? {} : { detail: scrub(detail) }),
    ...(revision === undefined ? {} : { revision: scrub(revision) }),
    earlier: earlier.map(attempt => ({ ...attempt, detail: scrub(attempt.detail) })),
    steps: steps.map(step => scrubStep(step, scrub)),
    artifacts: artifacts.map(artifact => ({ ...artifact, name: scrub(artifact.name) })),
  }
}

const scrubStep = (step: Step, scrub: Scrub): Step => ({
  ...step,
  title: scrub(step.title),
  ...(step.error === undefined ? {} : { error: scrub(step.error) }),
  ...(step.steps === undefined ? {} : { steps: step.steps.map(inner => scrubStep(inner, scrub)) }),
})
