/** What is known of the machine that watches, and of failures that were its own. */

/** What of ours may be in trouble. Closed, because it becomes a metric label. */
export const signNames = ['link', 'resolver', 'clock', 'cpu', 'memory', 'disk', 'browser'] as const
export type SignName = (typeof signNames)[number]

/** One look at a part of our own state. */
export interface Sign {
  readonly name: SignName
  /** What was expected and what was found. Absent: it is well, or it tells nothing on this machine. */
  readonly trouble?: string
  /** It decides alone. Default: only when many fail at once. */
  readonly isCertain?: boolean
  /** It concerns only what lies beyond our own network. */
  readonly isBeyond?: boolean
}

/** What the guard knows and did, for pages and metrics. */
export interface GuardState {
  /** As of the newest look; those that are well included. */
  readonly signs: readonly Sign[]
  readonly lookedAt?: number
  /** Own trouble that made runs unknown and lasts. */
  readonly trouble?: { readonly sign: SignName; readonly detail: string; readonly since: number; readonly runs: number }
  /** Failing runs since the start for which we were at fault, by what of ours it was. */
  readonly excused: Readonly<Record<SignName, number>>
  /** Failing runs since the start that were held against our own state, and left with the target. */
  readonly blamed: number
}
