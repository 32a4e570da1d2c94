/** Objectives as they stand: what was promised over a time, what was measured, and how much may still go wrong. */

import type { Severity } from './contracts.ts'
import type { Deploy } from './deploys.ts'

/** `unknown`: nothing valid was measured. */
export type Standing = 'kept' | 'broken' | 'unknown'

/** The time over which a part holds. */
export interface PeriodState {
  readonly kind: 'rolling' | 'month' | 'deploy'
  readonly from: number
  /** Exclusive. Of a month and of a time after a deploy it may lie ahead; of a rolling one it is now. */
  readonly to: number
  /** `last 30d`, `November 2026 (Europe/Berlin)`, `1d after the deploy of 4f2a9c1`. */
  readonly text: string
  readonly deploy?: Deploy
}

/** Scheduled runs of all checks of the part in its period so far. */
export interface PartRuns {
  readonly good: number
  readonly bad: number
  /** Good and bad: all that the part is judged by. */
  readonly valid: number
  readonly unknown: number
  readonly maintenance: number
  /** Slots so far. */
  readonly expected: number
}

/** How much may go wrong in the whole period. */
export interface Budget {
  /** In runs. `left` is below 0 when more went wrong. */
  readonly runs: { readonly total: number; readonly used: number; readonly left: number }
  /**
   * The same in ms of outage, of the time that is measured so far or still to come; absent for what is counted and not a share. `whole`: what a
   * period allows that is measured throughout.
   */
  readonly time?: { readonly total: number; readonly used: number; readonly left: number; readonly whole: number }
  /** What is left of it, from 1 down to below 0; of a budget of nothing 1 until the first bad run, then 0. */
  readonly left: number
}

/** How fast the budget went lately: 1 would use it up exactly by the end of the period. */
export interface Burn {
  /** In words: `1h`. */
  readonly window: string
  /** ms. */
  readonly long: number
  readonly short: number
  /** Both windows above it: it alerts, when at least two runs failed in the long one. */
  readonly factor: number
  readonly severity: Severity
  /** Absent without valid runs in the window. */
  readonly rate?: number
  readonly shortRate?: number
  readonly firing: boolean
}

/** One day of the calendar, judged by itself. */
export interface DayState {
  /** `2026-11-29`. */
  readonly day: string
  readonly from: number
  readonly to: number
  readonly standing: Standing
  readonly value?: number
  readonly coverage?: number
}

/** One figure of an objective, as it stands. */
export interface PartState {
  /** Unique in the objective: metric, stat and scope: `availability`, `http_req_duration_ms/avg`. */
  readonly part: string
  readonly metric: string
  /**
   * `ratio`: good (or bad) of valid runs; `count`: so many runs; `statistic`: of the durations of those that answered, ms; `alarm`: of incidents
   * and messages.
   */
  readonly sli: 'ratio' | 'count' | 'statistic' | 'alarm'
  /** In words: `availability >= 0.999 over 7d`. */
  readonly limit: string
  /** The figure of the limit, in the unit of the metric. */
  readonly target: number
  /** Absent before a deploy, `waiting` says why. */
  readonly period?: PeriodState
  readonly waiting?: string
  readonly standing: Standing
  readonly value?: number
  readonly runs: PartRuns
  /** Share of the slots so far that told something; maintenance apart. Absent while there were none. */
  readonly coverage?: number
  /** Absent for a statistic. */
  readonly budget?: Budget
  readonly burn: readonly Burn[]
  /** Worst severity at which it alerts now. */
  readonly firing?: Severity
  /** Ids of the checks whose runs count. */
  readonly checks: readonly string[]
  /** Oldest first. */
  readonly days: readonly DayState[]
}

/** An objective as it stands at a moment. */
export interface ObjectiveState {
  readonly system: string
  readonly objective: string
  /** The requirement whose limits it has, and its need in words. */
  readonly requirement: string
  readonly need: string
  readonly at: number
  /** Broken when one part is; kept when all are. */
  readonly standing: Standing
  /** False: it is only reported. */
  readonly alerts: boolean
  readonly parts: readonly PartState[]
}
