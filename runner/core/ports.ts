/** What the engine needs of the outside, as the engine sees it. Implementations: stores/, journeys/, reporters/. */

import type { Health, Outcome, Problem, Result, Transition, Trigger, Verdict } from './contracts.ts'
import type { JourneyCheck, JourneySource, RevisionSource, System } from './definitions.ts'
import type { Deploy, DeployMark } from './deploys.ts'
import type { Beat, BeatReport } from './heartbeats.ts'
import type { Incident, IncidentLine } from './incidents.ts'
import type { Maintenance, Span } from './maintenance.ts'
import type { Notification } from './notifications.ts'
import type { ObjectiveState } from './objectives.ts'
import type { GuardState } from './own-state.ts'

// ---- runs ---------------------------------------------------------------------------------------------------------

/** `system/check`. */
export type CheckKey = `${string}/${string}`
export const checkKey = (of: { readonly system: string; readonly check: string }): CheckKey =>
  `${of.system}/${of.check}`

/** Names a run: (check, location, slot, trigger). Safe in a URL path segment. */
export const runId = (run: Pick<Result, 'system' | 'check' | 'location' | 'slot' | 'trigger'>): string =>
  `${segment(run.system)}~${segment(run.check)}~${segment(run.location)}~${run.slot}~${run.trigger}`

const plain = /^[\w.-]*$/
/** Nearly all ids are plain; this is asked several times in every run. */
const segment = (id: string) => (plain.test(id) ? id : encodeURIComponent(id))

// ---- store --------------------------------------------------------------------------------------------------------

export interface StoredHealth {
  readonly system: string
  readonly check: string
  readonly health: Health
}

export interface ResultQuery {
  readonly system?: string
  readonly check?: string
  readonly triggers?: readonly Trigger[]
  readonly verdicts?: readonly Verdict[]
  /** Slot, inclusive. */
  readonly from?: number
  /** Slot, exclusive. */
  readonly to?: number
  /** Newest first. Default 100, at most 10,000. */
  readonly limit?: number
}

/** Counts of scheduled runs in a window, with the distribution of the durations of those that answered. */
export interface WindowStats {
  readonly system: string
  readonly check: string
  readonly runs: Readonly<Record<Verdict, number>>
  /** Runs in maintenance windows; they are in none of the other figures. */
  readonly maintenance: number
  /** Passed at the second or later attempt: first-attempt failures, counted apart. */
  readonly retried: number
  /** Milliseconds; NaN without samples. Relative error of the percentiles at most 3 %. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly avg: number
  /** On request: the durations as `core/histogram.ts` encodes them, to be added up over checks. */
  readonly durations?: Uint8Array
}

export interface SeriesPoint {
  readonly from: number
  readonly to: number
  readonly runs: Readonly<Record<Verdict, number>>
  readonly p50: number
  readonly p95: number
  readonly avg: number
}

/** The last runs of a check, oldest first, for the row of bars and the sparkline. */
export interface Strip {
  readonly system: string
  readonly check: string
  readonly runs: readonly { readonly slot: number; readonly verdict: Verdict; readonly duration: number }[]
}

/** One load run as it was judged. */
export interface LoadRun {
  readonly id: string
  readonly system: string
  readonly environment: string
  readonly load: string
  readonly profile: string
  readonly startedAt: number
  readonly duration: number
  readonly verdict: Verdict
  readonly detail?: string
  readonly timeScale: number
  readonly stages: readonly string[]
  readonly thresholds: readonly LoadThreshold[]
  /** Figures by k6 metric and statistic: `http_req_duration p(95)`. */
  readonly metrics: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Over time, for the chart: seconds since the start, users, requests a second, p95 in ms, failed ratio. */
  readonly series: readonly {
    readonly at: number
    readonly users: number
    readonly rps: number
    readonly p95: number
    readonly failed: number
  }[]
  readonly k6: { readonly version: string; readonly exitCode: number }
}

export interface LoadThreshold {
  readonly requirement?: string
  /** k6's words: `http_req_duration`, `p(95)<500`. */
  readonly metric: string
  readonly expression: string
  readonly samples: number
  /** `unknown`: the metric had no samples. */
  readonly verdict: 'passed' | 'failed' | 'unknown'
  readonly value?: number
}

/** What is kept by kind and id, beside results: small records that are written whole. */
export interface Kept {
  readonly incident: Incident
  readonly notification: Notification
  readonly deploy: Deploy
  readonly beat: Beat
  readonly maintenance: Maintenance
  /** What has to survive a restart and is nobody's record: one value per id, such as `alarm`. */
  readonly memory: unknown
}
export type KeptKind = keyof Kept

/** A record to write, or with `value: null` to remove. */
export type Keep = {
  [Kind in KeptKind]: {
    readonly kind: Kind
    readonly id: string
    /** What records are ordered and selected by, epoch ms; `open` ones are found without a time. */
    readonly at: number
    /** Still of interest whatever its age: an open incident, a message that waits. */
    readonly open?: boolean
    readonly value: Kept[Kind] | null
  }
}[KeptKind]

export interface KeptQuery {
  /** Inclusive. */
  readonly from?: number
  /** Exclusive. */
  readonly to?: number
  /** Only those that are open, or only those that are not. */
  readonly open?: boolean
  /** Newest first. Default 100, at most 10,000. */
  readonly limit?: number
}

export interface StoreStats {
  readonly bytes: number
  readonly results: number
  readonly details: number
  readonly hours: number
  readonly oldest?: number
}

/** What is written together or not at all. */
export interface Batch {
  readonly results: readonly Result[]
  readonly health: readonly StoredHealth[]
  readonly keep?: readonly Keep[]
}

/**
 * Keeps results, health and roll-ups. Every method may be called at any time; writes are batched and durable when the promise
 * resolves. Storing a result twice changes nothing. Errors are StoreError with a sentence for people.
 */
export interface Store extends AsyncDisposable {
  /** One transaction: results, the health and the records they led to, roll-ups (for `schedule` only) and strips. */
  append(batch: Batch): Promise<void>
  kept<Kind extends KeptKind>(kind: Kind, query?: KeptQuery): Promise<readonly Kept[Kind][]>
  keptOne<Kind extends KeptKind>(kind: Kind, id: string): Promise<Kept[Kind] | undefined>
  /** Moves history and health of a renamed check. */
  rename(system: string, from: string, to: string): Promise<void>
  health(): Promise<readonly StoredHealth[]>
  results(query: ResultQuery): Promise<readonly Result[]>
  result(id: string): Promise<Result | undefined>
  /** Without `checks`: of all. */
  strips(checks?: readonly CheckKey[]): Promise<readonly Strip[]>
  /**
   * Exact at the edges: whole hours from roll-ups, edges from raw rows. Without `check` and `checks`: all. `counts`: without percentiles
   * (NaN), and many times cheaper; `durations`: with the distributions.
   */
  windows(query: {
    readonly from: number
    readonly to: number
    readonly system?: string
    readonly check?: string
    readonly checks?: readonly CheckKey[]
    readonly figures?: 'counts' | 'durations'
  }): Promise<readonly WindowStats[]>
  series(query: {
    readonly system: string
    readonly check: string
    readonly from: number
    readonly to: number
    readonly points: number
  }): Promise<readonly SeriesPoint[]>
  addLoadRun(run: LoadRun): Promise<void>
  loadRuns(system?: string): Promise<readonly LoadRun[]>
  loadRun(id: string): Promise<LoadRun | undefined>
  /** The newest of each load and profile of each system, in no order. Cheap enough for every scrape. */
  newestLoadRuns(): Promise<readonly LoadRun[]>
  /** Retention by age and bytes, roll-ups of days, checkpoint. Call it every hour or so. */
  maintain(now: number): Promise<void>
  backup(path: string): Promise<void>
  stats(): Promise<StoreStats>
}

// ---- journeys -----------------------------------------------------------------------------------------------------

export interface Discovery {
  readonly checks: readonly JourneyCheck[]
  /** Tests that were found and will not run (skip, fixme), with the reason. */
  readonly skipped: readonly { readonly title: string; readonly reason: string }[]
  readonly problems: readonly Problem[]
  /** False: listing failed, `checks` are those of the last good listing and their runs are unknown. */
  readonly good: boolean
}

export interface JourneyRequest {
  readonly system: System
  /** Due together, all of one source: one invocation of Playwright. */
  readonly checks: readonly JourneyCheck[]
  /** Addresses of the system by name, resolved for the environment. */
  readonly urls: Readonly<Record<string, string>>
  /** Names the invocation in marks, scratch and artifacts. */
  readonly invocation: string
  readonly trigger: Trigger
  readonly signal: AbortSignal
  /** Overrides for `vedette run --headed --trace`. */
  readonly headed?: boolean
  readonly trace?: boolean
  /** Called as soon as a journey has its outcome. Every check of the request gets exactly one outcome. */
  onOutcome(check: JourneyCheck, outcome: Outcome): void
}

export interface Journeys extends AsyncDisposable {
  discover(system: System, source: JourneySource): Promise<Discovery>
  run(request: JourneyRequest): Promise<void>
  /** Starts what makes the first journey fast (browser server, spare runner). */
  warm(source: JourneySource): Promise<void>
  /** The line that repeats this run by hand. */
  command(check: JourneyCheck, urls: Readonly<Record<string, string>>): string
  stats(): { readonly browsers: number; readonly children: number; readonly spares: number }
}

// ---- gate and reports ---------------------------------------------------------------------------------------------

export interface Revisions {
  readonly expected?: string
  readonly before?: string
  readonly after?: string
  /** Why `before` or `after` could not be told, in a sentence: no answer, a mixed fleet, not up in time. */
  readonly trouble?: string
}

/** One answer of one origin: the revision, or why there is none. */
export type RevisionAnswer = { readonly revision: string } | { readonly trouble: string }

/** Asks an origin once, over a connection of its own, so that a balancer may choose another instance each time. Never rejects. */
export type AskRevision = (
  origin: URL,
  source: RevisionSource,
  options: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
) => Promise<RevisionAnswer>

/** A smoke run judged as a whole. */
export interface Decision {
  readonly decision: 'go' | 'no-go' | 'cannot-tell'
  readonly exitCode: 0 | 1 | 2 | 3 | 4 | 130 | 143
  /** Sentences, the most important first. */
  readonly reasons: readonly string[]
  readonly strict: boolean
  readonly environment: string
  readonly selection: readonly string[]
  readonly revisions: Readonly<Record<string, Revisions>>
  readonly startedAt: number
  readonly duration: number
  readonly results: readonly Result[]
}

/** Where a reporter writes. Injected, so that tests see exact output. */
export interface Screen {
  write(text: string): void
  readonly columns: number
  /** True on a terminal: colour and redrawing are welcome. */
  readonly live: boolean
}

export interface RunPlan {
  readonly environment: string
  readonly selection: readonly string[]
  readonly checks: readonly {
    readonly system: string
    readonly check: string
    readonly title: string
    readonly kind: string
    /** The line that repeats a journey by hand. */
    readonly command?: string
  }[]
}

/** Output of a smoke run. A reporter's failure is shown and never changes the decision. */
export interface Reporter {
  readonly name: string
  onPlan?(plan: RunPlan): void | Promise<void>
  /** What the gate waits for: `waiting for revision abc on web (found def)`. */
  onProgress?(message: string): void | Promise<void>
  onResult?(result: Result): void | Promise<void>
  onDecision?(decision: Decision): void | Promise<void>
}

// ---- watching, as the server sees it --------------------------------------------------------------------------------

export interface WatchedCheck {
  readonly system: string
  readonly check: string
  readonly title: string
  readonly kind: string
  readonly summary: string
  readonly covers: readonly string[]
  readonly tags: readonly string[]
  readonly severity: string
  readonly owner?: string
  /** Interval in ms; the mean of a calendar schedule. */
  readonly interval: number
  readonly timeout: number
  readonly nextRunAt?: number
  readonly health: Health
  readonly last?: Result
  /** The line that repeats a journey by hand. */
  readonly command?: string
}

export interface SelfStats {
  readonly generation: number
  /** What is wrong with a refused change, until a good one comes. */
  readonly refused?: readonly Problem[]
  /** Why journeys could not be listed; what they cover is not watched, or as unknown. */
  readonly unlisted?: readonly Problem[]
  readonly startedAt: number
  readonly running: number
  readonly queued: number
  readonly missed: number
  /** Schedule lateness of the last minutes, ms. */
  readonly lateness: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly loopDelay: number
  readonly browsers: number
  readonly children: number
  /** False until a probe worker and the store answer. */
  readonly ready: boolean
  readonly notReady?: string
  /** The address that is asked after each full healthy loop; absent: none is configured. */
  readonly deadMansSwitch?: { readonly every: number; readonly lastAskedAt?: number; readonly trouble?: string }
  /** What is known of our own state, and which failures were ours. */
  readonly guard: GuardState
}

export type WatchEvent =
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'transition'; readonly transition: Transition }
  | { readonly kind: 'generation'; readonly generation: number }
  /** After it is stored. */
  | { readonly kind: 'incident'; readonly incident: Incident; readonly line: IncidentLine }
  | { readonly kind: 'notification'; readonly notification: Notification }
  | { readonly kind: 'deploy'; readonly deploy: Deploy }

/** A person or a program that changes something, for the record. */
export interface Actor {
  readonly name: string
}

/** A notifier of the configuration, and whether it delivers. */
export interface NotifierState {
  readonly id: string
  readonly kind: string
  readonly summary: string
  /** Messages whose time has come, and that have not arrived. */
  readonly waiting: number
  readonly lastDeliveredAt?: number
  /** Why the last try failed; absent while it delivers. */
  readonly trouble?: string
}

/** What people do about trouble. Each resolves once it is stored, and throws RunnerFault for what there is not. */
export interface Alarms {
  /** Open incidents, the newest first. */
  open(): readonly Incident[]
  acknowledge(incident: string, by: Actor): Promise<Incident>
  note(incident: string, by: Actor, text: string): Promise<Incident>
  /** Windows of the configuration and those that were declared, with whether they hold now. */
  maintenance(): readonly (Maintenance & {
    readonly active: boolean
    readonly until?: number
    readonly next?: number
    readonly nextUntil?: number
  })[]
  /** When the window of that id covers a part of a time, as its rule is now, the oldest first. */
  maintenanceSpans(id: string, from: number, to: number): readonly Span[]
  declareMaintenance(window: Maintenance): Promise<void>
  endMaintenance(id: string): Promise<void>
  notifiers(): readonly NotifierState[]
  /** Sends a marked test through the whole path and waits for its deliveries, within `signal`. */
  drill(options: {
    readonly check?: CheckKey
    readonly notifier?: string
    readonly by?: Actor
    readonly signal: AbortSignal
  }): Promise<readonly Notification[]>
  /** The heartbeat whose token this is. */
  heartbeatOf(token: string): CheckKey | undefined
  /** An arrival for it. */
  beat(token: string, report: BeatReport): Promise<Beat>
  markDeploy(mark: DeployMark): Promise<Deploy>
}

/** The running monitor: what `runner/server` shows and what the API can ask for. */
export interface Watch {
  readonly environment: string
  readonly location: string
  readonly version: string
  systems(): readonly System[]
  /** Resolved address of a system by name (`web`). */
  urlsOf(system: string): Readonly<Record<string, string>>
  checks(): readonly WatchedCheck[]
  check(key: CheckKey): WatchedCheck | undefined
  /** Runs a check once, outside its schedule (trigger `manual`). */
  runNow(key: CheckKey, by: Actor): Promise<Result>
  on(listener: (event: WatchEvent) => void): () => void
  self(): SelfStats
  /** The public status page of the configuration, where it has one. */
  publicStatus(): { readonly title: string } | undefined
  readonly alarms: Alarms
  /** As of the last minute. */
  objectives(): readonly ObjectiveState[]
}
