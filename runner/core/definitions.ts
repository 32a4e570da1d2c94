/** What a person defines: systems, checks, probes. Values made by the factories of `runner/config` and `runner/probes`; never changed. */

import type { Clock, HealthPolicy, Observation, Problem, Retry, Schedule, Severity } from './contracts.ts'
import type { EscalationRule } from './escalation.ts'
import type { HeartbeatRule } from './heartbeats.ts'
import type { Maintenance } from './maintenance.ts'
import type { Notifier } from './notifications.ts'
import type { Limit, LimitRef, Requirement } from './requirements.ts'

/** Where a secret comes from. It prints as `[secret]`; `reveal` is called only where the value is used. */
export interface Secret {
  readonly source: { readonly env: string } | { readonly file: string }
  toString(): '[secret]'
}

/** Text, or a secret that stands for text. */
export type Text = string | Secret

/** What the engine gives to a probe for one attempt. Whatever the probe does ends with `signal`. */
export interface ProbeRun {
  readonly clock: Clock
  /** Aborts at the check's timeout (TimeoutError) or when we are shut down. */
  readonly signal: AbortSignal
  /** The check's timeout, ms, for messages ("no answer within 5 s"). */
  readonly timeout: number
  /**
   * An address of the system: `url()` is `web`; `url('plain')` another of its map; a full URL stands for itself. All runs get the same
   * object, which is not to be changed.
   */
  url(name?: string): URL
  /** The limit that a reference means. The configuration was refused if there is none. */
  limit(ref: LimitRef): Limit
  /** The value of a secret; throws RunnerFault when it is missing. */
  reveal(text: Text): string
  /** Headers that mark our traffic (User-Agent suffix, X-Vedette-Run, traceparent), for the system's own origins only. */
  readonly marks: Readonly<Record<string, string>>
  /** To be told when we ourselves kept a run waiting, ms: that time is not the target's. */
  waited?(ms: number): void
  /** True when `url` belongs to the system, so that marks and credentials may be sent. */
  ownOrigin(url: URL): boolean
  /** Absolute folder of the system, which paths of files are relative to. */
  readonly folder?: string
  /** A place for what is dear to make and the same for all probes of the system, such as TLS contexts; it lasts as long as the generation. */
  readonly shared?: Map<string, unknown>
}

/** A threshold in place, by the metric that a requirement would have it under. */
export interface Figure {
  readonly metric: string
  readonly value: number | string
}

/** A way to observe. The target's fault is returned, ours is thrown. */
export interface Probe {
  /** `http`, `tcp`, `tls` …: a metric label and a word on the page. */
  readonly kind: string
  /** What is observed, for people: `GET /health`. */
  readonly summary: string
  /** Limits that the probe judges by, so that loading can refuse an unknown id. */
  readonly limits?: readonly LimitRef[]
  /** Thresholds that were written as figures, so that loading can tell which of them a requirement has already. */
  readonly figures?: readonly Figure[]
  /** Names of the system's addresses that it uses (default `['web']`), so that loading can refuse an unknown one. */
  readonly origins?: readonly string[]
  /** Secrets that it reveals, so that loading can name the missing ones and redaction knows their values. */
  readonly secrets?: readonly Secret[]
  /** Files that it reads, relative to the folder of the system, so that loading can name the missing ones. */
  readonly files?: readonly string[]
  /** What is wrong with its options: a configuration with errors never runs. */
  readonly problems?: readonly Problem[]
  /** Loads what only runs need, so that the first of them need not wait; called in the thread that runs, before its first slot. */
  prepare?(): Promise<unknown>
  /** One attempt. Resolves soon after `run.signal` aborts at the latest; rejects (RunnerFault) only for what is our own fault. */
  observe(run: ProbeRun): Promise<Observation>
}

/** Immutable definition: probe + schedule + timeout + retry + tags + the requirements it covers. */
export interface Check {
  /** Within its system. */
  readonly id: string
  /** For people; the id where none was given. */
  readonly title: string
  readonly probe: Probe
  readonly schedule: Schedule
  /** Of one attempt, ms. */
  readonly timeout: number
  readonly retry: Retry
  readonly policy: HealthPolicy
  /** Without the `@` that selects by them. */
  readonly tags: readonly string[]
  /** Ids of requirements. */
  readonly covers: readonly string[]
  readonly severity: Severity
  /** Nobody wrote its severity: the escalation of its system may say another. */
  readonly unrated?: true
  readonly owner?: string
  /** False: `smoke` runs it only when it is named (rate-limit checks). */
  readonly smoke: boolean
  /** Keys (`system/check`) and systems whose trouble explains that of this one: meanwhile it opens no incident. */
  readonly dependsOn: readonly string[]
  /** Known to be flaky: until then it opens no incident. */
  readonly quarantine?: Quarantine
  /** Address of what to do about its failure. Default: that of the system. */
  readonly runbook?: string
  /** After a deploy of its system it opens no incident for so long, ms. */
  readonly startGrace?: number
  /** Judged by the arrivals of somebody else's signal, never run. */
  readonly heartbeat?: HeartbeatRule
  readonly problems?: readonly Problem[]
}

export interface Quarantine {
  /** Epoch ms. */
  readonly until: number
  readonly reason: string
}

/** A Playwright project, or a folder in it, whose tests are checks. */
export interface JourneySource {
  readonly kind: 'journeys'
  /** Absolute folder or file. */
  readonly dir: string
  readonly config?: string
  readonly project?: string
  readonly grep?: string
  readonly schedule: Schedule
  readonly timeout: number
  readonly retry: Retry
  readonly policy: HealthPolicy
  readonly tags: readonly string[]
  readonly severity: Severity
  /** As of a check. */
  readonly unrated?: true
  readonly owner?: string
  /** Further environment of the test run; the system's addresses come as `VEDETTE_URL_<NAME>` and `BASE_URL`. */
  readonly env: Readonly<Record<string, Text>>
  /** Journeys of one system never overlap unless this is true. */
  readonly parallel: boolean
  /** Allows a project whose config starts its own `webServer`. */
  readonly allowWebServer: boolean
  readonly screenshots: 'failures' | 'all' | 'off'
  /** As of a check. */
  readonly dependsOn: readonly string[]
  readonly quarantine?: Quarantine
  readonly runbook?: string
  /** Selectors of what no screenshot may show. Only screenshots of our fixture are kept then, and no traces. */
  readonly mask?: readonly string[]
  readonly smoke: boolean
  readonly problems?: readonly Problem[]
}

/** A journey, discovered: a check whose runs are made by Playwright. Its `probe` only describes it. */
export interface JourneyCheck extends Check {
  readonly source: JourneySource
  readonly test: {
    /** Playwright's own id of the test. */
    readonly id: string
    readonly file: string
    readonly line: number
    readonly project: string
    readonly titlePath: readonly string[]
  }
}

/** One address per environment, overridden by a variable and by `--url`. */
export interface Address {
  /** Name of the variable. */
  readonly env?: string
  /** Addresses by environment; `*` stands for all. */
  readonly environments: Readonly<Record<string, string>>
}

/** Where the live revision is read. */
export interface RevisionSource {
  readonly header: string
  readonly path: string
  readonly json: string
  /** Names of the addresses that must all carry the revision. */
  readonly origins: readonly string[]
}

/** What a system promises over a time: the limits of a requirement, measured on the runs of its checks. */
export interface Objective {
  readonly id: string
  /** The requirement whose limits are the objective. */
  readonly from: string
  /** Whose runs count, in the grammar of selections, within the system. Empty: those that fit the metric. */
  readonly checks: readonly string[]
  /** Time over which it holds, where no limit says so. A calendar month is that of the zone. */
  readonly period: { readonly ms: number } | { readonly calendar: 'month'; readonly timezone: string }
  /** Holds only for a time after a deploy marker: `{ from: 0, to: 1 day }` is day 1. */
  readonly afterDeploy?: { readonly from: number; readonly to: number }
  /** Alerts when its budget burns; false for those that are only reported. */
  readonly alerts: boolean
  readonly problems?: readonly Problem[]
}

/** What is watched as a whole. */
export interface System {
  readonly id: string
  /** Absolute, once it is loaded: what paths of its parts are relative to. */
  readonly folder: string
  /** For people; the id where none was given. */
  readonly title: string
  /** By name; `web` is the one that is meant where none is named. */
  readonly url: Readonly<Record<string, Address>>
  readonly revision: RevisionSource
  /** Who is told, by severity or cause. */
  readonly owners: Readonly<Record<string, string>>
  /** Who is told of what; it goes before `owners`. */
  readonly escalation: readonly EscalationRule[]
  readonly requirements: readonly Requirement[]
  readonly objectives: readonly Objective[]
  /** Systems whose trouble explains trouble of this one. */
  readonly dependsOn: readonly string[]
  readonly runbook?: string
  /** What the public status page shows of it; absent: nothing. */
  readonly status?: StatusPart
  readonly checks: readonly Check[]
  readonly journeys: readonly JourneySource[]
  readonly load: readonly LoadDefinition[]
  readonly problems: readonly Problem[]
}

/** A system on the public status page: its parts by name, each a selection of checks. Internals are never shown. */
export interface StatusPart {
  readonly title: string
  readonly parts: Readonly<Record<string, readonly string[]>>
}

/** A k6 script with the thresholds it is judged by. */
export interface LoadDefinition {
  readonly id: string
  /** Absolute path of the script. */
  readonly script: string
  /** Requirements whose stages and limits the run takes, per profile. */
  readonly profiles: Readonly<Record<string, LoadProfile>>
  readonly env: Readonly<Record<string, Text>>
  readonly problems?: readonly Problem[]
}

export interface LoadProfile {
  /** The requirement that gives stages and limits. */
  readonly from?: string
  /** k6 stages `duration:target`, where no requirement gives them. */
  readonly stages?: readonly string[]
  /** k6 thresholds by metric, where no requirement gives them. */
  readonly thresholds?: Readonly<Record<string, readonly string[]>>
}

/** How alarms behave, for all systems. */
export interface AlarmSettings {
  /** Messages wait so long for others that belong to them, ms. Default: 3 s. */
  readonly group: number
  /** More changes of health than this within `within` is flapping: it stays open until there was none for as long. */
  readonly flapping: { readonly changes: number; readonly within: number }
  /** Asked after each full healthy loop, so that somebody else notices when we stop. */
  readonly deadMansSwitch?: { readonly url: Text; readonly every: number }
  /** Daily drill, `HH:MM` in UTC; absent: none. */
  readonly drillAt?: string
}

/** What `vedette.config.ts` exports. */
export interface Configuration {
  readonly systems: readonly System[]
  /** The place this runner runs from. Default: `local`. */
  readonly location: string
  /** Default: `local`. */
  readonly environment: string
  readonly server: {
    readonly host: string
    readonly port: number
    /** Reading needs a sign-in as well. */
    readonly signIn: boolean
    /** Addresses and networks whose X-Forwarded-For is believed, beside those of loopback. */
    readonly proxies: readonly string[]
  }
  readonly retention: {
    /** Days of single results. */
    readonly rawDays: number
    /** Days of hour roll-ups. */
    readonly hourDays: number
    /** Of the store: above this the oldest single results go. */
    readonly bytes: number
    /** Of screenshots and traces: above this the oldest go. */
    readonly artifactBytes: number
  }
  /** Places that a verdict about a system is taken from: a majority of these must see it down. Default: the location alone. */
  readonly locations: readonly string[]
  readonly notifiers: readonly Notifier[]
  readonly maintenance: readonly Maintenance[]
  readonly alarms: AlarmSettings
  /** Addresses (`tcp://192.0.2.1:443`) that accept connections as long as our own link works. */
  readonly guard: { readonly references: readonly string[] }
  /** The public status page; absent: there is none. */
  readonly status?: { readonly title: string }
  /** Where people reach our pages, for links in messages: `https://vedette.example.com`. */
  readonly publicUrl?: string
  /** Runs at a time. */
  readonly concurrency: { readonly probes: number; readonly journeys: number }
  readonly problems: readonly Problem[]
}
