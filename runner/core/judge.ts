import type { Attempt, Fault, Observation, Outcome, Phase, Reason, Result, Trigger, Verdict } from './contracts.ts'

const isFault = (saw: Observation | Fault): saw is Fault => 'fault' in saw

interface Judgement {
  readonly verdict: Verdict
  readonly reason?: Reason
  readonly detail?: string
}

/**
 * What an observation means. Ours is `unknown`; a figure over its threshold is `degraded`: reason `slow` when the figure is a time
 * of the answer, `limit` for any other (days left, sizes).
 */
export function judge(saw: Observation | Fault): Judgement {
  if (isFault(saw)) return { verdict: 'unknown', reason: 'runner', detail: saw.fault }
  if (!saw.ok) return { verdict: 'failed', reason: saw.reason, detail: saw.detail }
  const breaches = saw.breaches ?? []
  if (breaches.length === 0) return { verdict: 'passed' }
  return {
    verdict: 'degraded',
    reason: breaches.some(breach => /_m?s$|^duration$/.test(breach.metric)) ? 'slow' : 'limit',
    detail: breaches
      .map(
        breach =>
          `expected ${breach.limit}${breach.requirement ? ` (${breach.requirement})` : ''}, found ${round(breach.value)}${breach.found ? `: ${breach.found}` : ''}`,
      )
      .join('; '),
  }
}

const round = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))

export interface RunIdentity {
  readonly system: string
  readonly check: string
  readonly environment: string
  readonly location: string
  readonly slot: number
  readonly trigger: Trigger
  /** Who asked for it. */
  readonly by?: string
  /** Of this program. */
  readonly version: string
  readonly revision?: string
}

/** The result of a run: its last attempt judged, the earlier ones kept as a list. */
export function toResult(run: RunIdentity, outcome: Outcome): Result {
  const last = outcome.attempts.at(-1)!
  const { verdict, reason, detail } = judge(last.saw)
  return {
    system: run.system,
    environment: run.environment,
    check: run.check,
    location: run.location,
    slot: run.slot,
    trigger: run.trigger,
    ...(run.by === undefined ? {} : { by: run.by }),
    startedAt: last.startedAt,
    duration: last.duration,
    attempts: outcome.attempts.length,
    earlier: outcome.attempts.slice(0, -1).map(earlierAttempt),
    verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    phases: last.saw.phases ?? [],
    steps: last.saw.steps ?? [],
    metrics: last.saw.metrics ?? {},
    artifacts: outcome.attempts.flatMap(attempt => attempt.saw.artifacts ?? []),
    ...(run.revision === undefined ? {} : { revision: run.revision }),
    loopDelay: outcome.loopDelay ?? 0,
    runner: { version: run.version, ...(outcome.browser === undefined ? {} : { browser: outcome.browser }) },
  }
}

function earlierAttempt(attempt: Attempt) {
  const { reason = 'runner', detail = '' } = judge(attempt.saw)
  return { duration: attempt.duration, reason, detail }
}

/** The time of a phase over all hops. */
export const phaseTotal = (phases: readonly Phase[], name: Phase['name']): number =>
  phases.reduce((sum, phase) => (phase.name === name ? sum + phase.duration : sum), 0)
