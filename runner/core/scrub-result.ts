import type { Result, Step } from './contracts.ts'
import type { Scrub } from './redaction.ts'

/** A result without secrets: every text that came from a target or a test is scrubbed; ids stay as they are. */
export function scrubResult(result: Result, scrub: Scrub): Result {
  // Nearly every run of a probe passes at once and says nothing.
  if (
    result.verdict === 'passed' &&
    result.earlier.length === 0 &&
    result.steps.length === 0 &&
    result.revision === undefined
  )
    return result
  return {
    ...result,
    ...(result.detail === undefined ? {} : { detail: scrub(result.detail) }),
    ...(result.revision === undefined ? {} : { revision: scrub(result.revision) }),
    earlier: result.earlier.map(attempt => ({ ...attempt, detail: scrub(attempt.detail) })),
    steps: result.steps.map(step => scrubStep(step, scrub)),
    artifacts: result.artifacts.map(artifact => ({ ...artifact, name: scrub(artifact.name) })),
  }
}

const scrubStep = (step: Step, scrub: Scrub): Step => ({
  ...step,
  title: scrub(step.title),
  ...(step.error === undefined ? {} : { error: scrub(step.error) }),
  ...(step.steps === undefined ? {} : { steps: step.steps.map(inner => scrubStep(inner, scrub)) }),
})
