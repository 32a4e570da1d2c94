/** Messages about incidents, and who sends them. */

import type { Problem, Severity } from './contracts.ts'
import type { Secret } from './definitions.ts'
import type { Deploy } from './deploys.ts'
import type { Incident } from './incidents.ts'

export const occasions = ['opened', 'changed', 'acknowledged', 'reminder', 'escalated', 'resolved', 'drill'] as const
/** Why a message is sent. */
export type Occasion = (typeof occasions)[number]

/** A message in the outbox. It is sent at least once, in order for each incident and notifier. */
export interface Notification {
  /** The receiver's key against doubles: the same at every try. */
  readonly id: string
  readonly notifier: string
  readonly occasion: Occasion
  /** Incidents that it is about; more than one when they opened within the same moments. */
  readonly incidents: readonly string[]
  readonly createdAt: number
  /** Not before: grouping, quiet hours, back-off. */
  readonly dueAt: number
  readonly tries: number
  /** The last trouble in words. */
  readonly trouble?: string
  readonly state: 'waiting' | 'delivered' | 'dead' | 'dropped'
  readonly endedAt?: number
  /** Why it was dropped or waits: `quiet hours until 07:00`, `the incident ended before it was sent`. */
  readonly why?: string
}

/** What a notifier is given: the newest state of the incidents, and addresses for people. */
export interface Message {
  readonly id: string
  readonly occasion: Occasion
  readonly at: number
  readonly incidents: readonly MessageIncident[]
}

export interface MessageIncident {
  readonly incident: Incident
  /** Of our own pages; absent when no public address is configured. */
  readonly url?: string
  /** Of the run that failed first. */
  readonly runUrl?: string
  readonly screenshotUrl?: string
  /** Bytes of the screenshot of the first failure, where there is one. */
  readonly screenshot?: () => Promise<{ readonly contentType: string; readonly data: Uint8Array } | undefined>
}

/**
 * How a try ended. `later`: try again, not before `after` ms when the receiver said so. `never`: trying again cannot help (401, 404, 410, a
 * message that is refused): a dead letter.
 */
export type Delivery =
  /** `trouble`: what went wrong beside it, such as one of several addresses that was refused. */
  | { readonly outcome: 'delivered'; readonly trouble?: string }
  | { readonly outcome: 'later'; readonly trouble: string; readonly after?: number }
  | { readonly outcome: 'never'; readonly trouble: string }

/** What a notifier gets for one try. Whatever it does ends with `signal`. */
export interface SendContext {
  readonly signal: AbortSignal
  readonly now: number
  reveal(text: string | Secret): string
  /** Refuses redirects; rejects on trouble of the connection. Bodies of answers are cut at 64 kB. */
  request(options: {
    readonly method: 'POST' | 'PUT' | 'GET'
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array
  }): Promise<{
    readonly status: number
    readonly headers: Readonly<Record<string, string | undefined>>
    readonly body: string
  }>
}

/** Which messages a notifier is for. What is left out means all. */
export interface Audience {
  readonly severities?: readonly Severity[]
  readonly owners?: readonly string[]
  readonly systems?: readonly string[]
  /** News between the first message and the end, which both are always sent. */
  readonly occasions?: readonly Extract<Occasion, 'changed' | 'acknowledged'>[]
  /** Told only when nobody has acknowledged for so long, ms: escalation. */
  readonly unacknowledgedFor?: number
}

/** A daily time in which messages wait, except for these severities. Times of day in minutes; `to` may lie on the next day. */
export interface QuietHours {
  readonly from: number
  readonly to: number
  readonly timezone: string
  readonly except: readonly Severity[]
}

/** A way to tell people. The value of a factory such as `slack({ … })`; importing it is its registration. */
export interface Notifier {
  /** Unique in the configuration; a metric label. */
  readonly id: string
  readonly kind: string
  /** For people: `Slack #oncall`, never with a secret. */
  readonly summary: string
  readonly audience: Audience
  readonly quiet?: QuietHours
  /** Again while an incident is open and nobody has acknowledged it, ms. */
  readonly remindEvery?: number
  /** Takes one incident a message: the receiver groups by itself. */
  readonly single?: boolean
  /** The receiver forgets what it is not told again: it gets the state of all that it was told of so often, ms. None of that is recorded. */
  readonly repeatEvery?: number
  readonly secrets: readonly Secret[]
  readonly problems: readonly Problem[]
  /** Never rejects for what the receiver does; what it throws is taken as `later`. */
  send(message: Message, context: SendContext): Promise<Delivery>
  /** Tells the receiver of a deploy, where it has a place for it. */
  sendDeploy?(deploy: Deploy, context: SendContext): Promise<Delivery>
}
