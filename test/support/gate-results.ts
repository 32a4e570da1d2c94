import type { Result } from '../../runner/core/contracts.ts'

/** A result as a gate makes it; passed unless told otherwise. */
export const gateResult = (check: string, changes: Partial<Result> = {}): Result => ({
  system: 'shop',
  environment: 'staging',
  check,
  location: 'local',
  slot: 1_767_614_400_000,
  trigger: 'gate',
  startedAt: 1_767_614_400_000,
  duration: 120,
  attempts: 1,
  earlier: [],
  verdict: 'passed',
  phases: [],
  steps: [],
  metrics: {},
  artifacts: [],
  loopDelay: 0,
  runner: { version: '0.1.0' },
  ...changes,
})
