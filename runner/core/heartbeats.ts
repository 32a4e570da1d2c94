/** Heartbeats: checks judged by the arrivals of somebody else's signal. */

import type { LimitRef } from './requirements.ts'

/** What a signal says. `start` begins a job whose `success` or `failure` gives its duration. */
export const beatKinds = ['start', 'success', 'failure'] as const
export type BeatKind = (typeof beatKinds)[number]

/** One arrival. */
export interface Beat {
  /** `system~check~at`. */
  readonly id: string
  readonly system: string
  readonly check: string
  readonly at: number
  readonly kind: BeatKind
  /** Numbers by name, in the unit of the name: `{ oldest_backup_days: 31 }`. */
  readonly facts: Readonly<Record<string, number>>
  readonly text?: string
  /** Since the `start` that it ends, ms. */
  readonly duration?: number
}

/** How arrivals are judged; part of a check made by `heartbeat`. */
export interface HeartbeatRule {
  /** Longest time between two successes, ms, or the calendar by which they are due. */
  readonly due: { readonly every: number } | { readonly cron: string; readonly timezone: string }
  /** How much later it may come, ms. */
  readonly grace: number
  /** A job that has started and not ended after so long has failed, ms. */
  readonly longest?: number
  /** Limits on facts: a fact that is missing is a failure. */
  readonly facts: readonly LimitRef[]
}
