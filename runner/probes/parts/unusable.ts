import type { Problem } from '../../core/contracts.ts'
import type { Probe } from '../../core/definitions.ts'
import { RunnerFault } from '../../core/fault.ts'

/** The probe of a definition that cannot be read: it carries the problems with it, and a configuration that has any never runs. */
export const unusable = (kind: string, summary: string, problems: readonly Problem[]): Probe =>
  Object.freeze({
    kind,
    summary,
    problems,
    origins: [],
    observe: () =>
      Promise.reject(new RunnerFault(`expected options that can be read, found ${problems.length} problems in them`)),
  })
