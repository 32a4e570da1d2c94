/** Heartbeats: checks judged by the arrivals of somebody else's signal. */

import type { LimitRef } from './requirements.ts'

/** What a signal says. `start` begins a job whose `success` or `failure` gives its duration. */
export const beatKinds = ['start', 'success', 'failure'] as const
export type BeatKind = (typeof beatKinds)[number]

/** What a sender says: numbers by name, in the unit of the name (`{ oldest_backup_days: 31 }`), and text for people. */
export interface BeatReport {
  readonly kind: BeatKind
  readonly facts: Readonly<Record<string, number>>
  readonly text?: string
}

/** One arrival. */
export interface Beat extends BeatReport {
  /** `system~check~at`. */
  readonly id: string
  readonly system: string
  readonly check: string
  readonly at: number
  /** Since the `start` that it ends, ms. */
  readonly duration?: number
}

/** A limit on what a signal says, by the name that the sender gives the figure. */
export interface FactLimit {
  readonly name?: string
  readonly limit: LimitRef
}

/** How arrivals are judged; part of a check made by `heartbeat`. */
export interface HeartbeatRule {
  /** Longest time between two signals, ms, or the calendar by which they are due. */
  readonly due: { readonly every: number } | { readonly cron: string; readonly timezone: string }
  /** The requirement whose limit `every` is; its figure is put in by `defineSystem`. */
  readonly age?: LimitRef
  /** How much later it may come, ms. */
  readonly grace: number
  /** A job that has started and not ended after so long has failed, ms. */
  readonly longest?: number
  /** Limits on facts: a fact that is missing is a failure. Default of the name: the metric of the limit. */
  readonly facts: readonly FactLimit[]
  /** What the signal must name with bytes: `database` stands for the fact `database_bytes`, which is there and over 0. */
  readonly parts: readonly string[]
}
