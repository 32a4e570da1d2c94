/**
 * The words of Vedette as types. Pure data: everything here can be stored, posted between threads and read by every room,
 * except where a definition carries functions (`Probe`), which never leaves the thread that loaded it.
 * Units: milliseconds, bytes, ratios from 0 to 1. Times are epoch milliseconds.
 */

export const verdicts = ['passed', 'degraded', 'failed', 'unknown'] as const
/** What a run comes to: `degraded` is over a threshold and within the timeout; `unknown` is our own fault and blames nobody. */
export type Verdict = (typeof verdicts)[number]

/** Why a run did not simply pass. A closed list, because it becomes a metric label. `runner` is our own fault. */
export const reasons = [
  'timeout',
  'connect',
  'dns',
  'tls',
  'protocol',
  'status',
  'redirect',
  'limit',
  'assertion',
  'contract',
  'slow',
  'script',
  'missed',
  'runner',
] as const
export type Reason = (typeof reasons)[number]

export const triggers = ['schedule', 'manual', 'gate', 'proof', 'drill'] as const
/** Why a run happened. Only `schedule` feeds health, SLI and roll-ups. */
export type Trigger = (typeof triggers)[number]

export const phaseNames = ['resolve', 'connect', 'tls', 'send', 'wait', 'transfer'] as const
export type PhaseName = (typeof phaseNames)[number]

/** Where the time of one hop went. A request that follows two redirects has hops 0, 1 and 2. */
export interface Phase {
  readonly name: PhaseName
  readonly duration: number
  readonly hop: number
}

/** A named part of a journey. `startedAt` counts from the start of the attempt. */
export interface Step {
  readonly title: string
  readonly startedAt: number
  readonly duration: number
  readonly error?: string
  readonly steps?: readonly Step[]
}

/** Title of the step that tells, as its error, what a journey's clean-up could not remove. */
export const cleanupStep = 'clean-up'

/** Something kept of a run. `path` is relative to the artifact store. */
export interface Artifact {
  readonly name: string
  readonly kind: 'screenshot' | 'trace' | 'console' | 'network' | 'attachment'
  readonly contentType: string
  readonly path: string
  readonly bytes: number
}

/** A figure that crossed the threshold promised for it. */
export interface Breach {
  /** Id of the one that has the limit; absent where the figure stands in the check. */
  readonly requirement?: string
  readonly metric: string
  /** In the unit of the metric's name. */
  readonly value: number
  /** The limit in words, e.g. `p95 < 500`. */
  readonly limit: string
  /** What was found, where a number alone helps nobody: `label at #email on /login`. */
  readonly found?: string
}

interface Seen {
  /** Milliseconds, in their order. */
  readonly phases?: readonly Phase[]
  readonly steps?: readonly Step[]
  /** Figures by name, in the unit of the name (`tls_cert_days_left`, `http_status`, `lcp_ms`). */
  readonly metrics?: Readonly<Record<string, number>>
  readonly artifacts?: readonly Artifact[]
  readonly breaches?: readonly Breach[]
}

/**
 * What one attempt saw: ok, or a reason with a detail that a person understands (`expected 200, found 503`). A down target is data, never
 * an error. With `breaches` what is ok is degraded.
 */
export type Observation =
  | (Seen & { readonly ok: true })
  | (Seen & { readonly ok: false; readonly reason: Exclude<Reason, 'runner' | 'missed'>; readonly detail: string })

/** What one attempt could not see because of ourselves. */
export interface Fault extends Seen {
  readonly fault: string
}

export interface Attempt {
  readonly startedAt: number
  readonly duration: number
  readonly saw: Observation | Fault
}

/** The observations of one run, before judgement. The last attempt counts. */
export interface Outcome {
  readonly attempts: readonly [Attempt, ...Attempt[]]
  /** Largest event-loop delay seen while the run was measured. */
  readonly loopDelay?: number
  readonly browser?: string
}

/** An attempt before the last one, which did not pass. */
export interface EarlierAttempt {
  readonly duration: number
  readonly reason: Reason
  readonly detail: string
}

/** The JSON reporter's line, the API's object, the queue's message. A run is (check, location, slot, trigger). */
export interface Result {
  readonly system: string
  readonly environment: string
  /** Id of the check within its system. */
  readonly check: string
  readonly location: string
  /** Start of the slot; of an on-demand run its start plus a random part. */
  readonly slot: number
  readonly trigger: Trigger
  /** Who asked for it: a person's name, `token ci`. Absent where nobody did. */
  readonly by?: string
  readonly startedAt: number
  /** Of the last attempt. */
  readonly duration: number
  readonly attempts: number
  readonly earlier: readonly EarlierAttempt[]
  readonly verdict: Verdict
  readonly reason?: Reason
  readonly detail?: string
  readonly phases: readonly Phase[]
  readonly steps: readonly Step[]
  readonly metrics: Readonly<Record<string, number>>
  readonly artifacts: readonly Artifact[]
  readonly revision?: string
  /** It ran in a maintenance window: recorded, and in no health, objective or roll-up but the count of such runs. */
  readonly maintenance?: true
  readonly loopDelay: number
  readonly runner: { readonly version: string; readonly browser?: string }
}

/** How bad trouble is: `p0` wakes somebody, `p1` is for the day, `p2` for the week. */
export type Severity = 'p0' | 'p1' | 'p2'

export const healthStates = ['up', 'retrying', 'degraded', 'down', 'unknown', 'maintenance', 'paused'] as const
export type HealthState = (typeof healthStates)[number]

export interface Health {
  readonly state: HealthState
  /** When the state was entered. */
  readonly since: number
  readonly consecutiveFailures: number
  readonly consecutiveSuccesses: number
  readonly lastRunAt?: number
  readonly lastVerdict?: Verdict
  readonly lastPassedAt?: number
  /** Slot of the last run that passed. */
  readonly lastPassedSlot?: number
  /** When the last run ended that passed or was degraded. */
  readonly lastGoodAt?: number
  /** The first of the failures that have not ended. */
  readonly failing?: Onset
  /** `f` and `p` for the last runs, the newest last, where the policy counts among several. */
  readonly recent?: string
  /** The failures among those. */
  readonly failures?: readonly Onset[]
  /** It was down when a maintenance window began, and is so still as far as anybody knows. */
  readonly hidden?: 'down'
}

/** A run with which trouble began, or may have. */
export interface Onset {
  readonly slot: number
  /** Its start. */
  readonly at: number
  /** When the last good run before it ended; absent where there was none. */
  readonly goodAt?: number
  /** Slot of the last run before it that passed. */
  readonly passedSlot?: number
}

/** A change of health. */
export interface Transition {
  readonly system: string
  readonly check: string
  readonly from: HealthState
  readonly to: HealthState
  readonly at: number
  readonly reason?: Reason
  readonly detail?: string
}

/** How failures become `down`, and successes in a row `up`. */
export interface HealthPolicy {
  readonly failures: number
  /** The failures count among so many last runs; absent: they must come in a row. */
  readonly of?: number
  readonly successes: number
}

export interface Retry {
  /** Further attempts after the first. */
  readonly attempts: number
  readonly delay: number
}

export type Schedule = { readonly every: number } | { readonly cron: string; readonly timezone: string }

/** A mistake in what a person wrote: what was expected, what was found, how to mend it. */
export interface Problem {
  readonly level: 'error' | 'warning'
  readonly file?: string
  readonly line?: number
  /** Where, from the outside in: `['system cod-admin', 'check health', 'probe', 'expect', 'status']`. */
  readonly path: readonly string[]
  readonly message: string
}

/** Wall clock for stamps, monotonic clock for durations. `runner/system/clock.ts` is the real one. */
export interface Clock {
  now(): number
  monotonic(): number
  /** Resolves after `ms`, rejects with the signal's reason if that comes first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `wake` once after `ms`; the returned function cancels. */
  timer(ms: number, wake: () => void): () => void
  /** A signal that aborts after `ms` with a TimeoutError, or with `signal`. Disposing clears the timer. */
  deadline(ms: number, signal?: AbortSignal): Deadline
}

export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}
