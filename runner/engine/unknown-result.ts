import type { Result } from '../core/contracts.ts'
import { type RunIdentity, toResult } from '../core/judge.ts'

/** The result of a run that we lost or could not make: unknown, by our own fault. */
export const unknownResult = (run: RunIdentity, startedAt: number, fault: string): Result =>
  toResult(run, { attempts: [{ startedAt, duration: 0, saw: { fault } }] })
