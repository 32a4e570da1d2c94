import type { Result, Step } from '../core/contracts.ts'
import type { Scrub } from '../core/redaction.ts'

/** A result without secrets: every text that came from a target or a test is scrubbed; ids stay as they are. */
export const scrubResult = (result: Result, scrub: Scrub): Result => ({
  ...result,
  ...(result.detail === undefined ? {} : { detail: scrub(result.detail) }),
  earlier: result.earlier.map(attempt => ({ ...attempt, detail: scrub(attempt.detail) })),
  steps: result.steps.map(step => scrubStep(step, scrub)),
  artifacts: result.artifacts.map(artifact => ({ ...artifact, name: scrub(artifact.name) })),
})

const scrubStep = (step: Step, scrub: Scrub): Step => ({
  ...step,
  title: scrub(step.title),
  ...(step.error === undefined ? {} : { error: scrub(step.error) }),
  ...(step.steps === undefined ? {} : { steps: step.steps.map(inner => scrubStep(inner, scrub)) }),
})
