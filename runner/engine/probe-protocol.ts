/** What main and a probe worker say to each other. Definitions never cross: each thread loads the configuration itself. */

import type { LoadRequest } from '../config/load-configuration.ts'
import type { Problem, Result } from '../core/contracts.ts'
import type { CheckKey } from '../core/ports.ts'

/** Given to a worker when it is made. */
export interface WorkerSetup {
  readonly request: LoadRequest & { readonly generation: number }
  readonly version: string
  /** Overrides the configuration's location. */
  readonly location?: string
}

/** Epoch milliseconds of the last scheduled run, by check. */
export type LastRuns = Readonly<Record<string, number>>

export type ToWorker =
  /** Take the slots later than `after`. Checks with long intervals whose slot has not been run get a first run soon. */
  | { readonly kind: 'start'; readonly after: number; readonly last: LastRuns }
  /** Run a check once, outside its schedule, because somebody asked for it. */
  | { readonly kind: 'run'; readonly id: number; readonly check: CheckKey; readonly by: string }
  /** Take no more slots; answer `retired`; end when what runs has finished. */
  | { readonly kind: 'retire' }
  /** The same, but what still runs after `grace` ms is interrupted. */
  | { readonly kind: 'stop'; readonly grace: number }

export type FromWorker =
  /** `inFlight` holds the slot that each check runs at the moment, 0 for none: what is lost when the worker dies. */
  | { readonly kind: 'loaded'; readonly checks: readonly CheckKey[]; readonly inFlight: Float64Array }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[]; readonly files: readonly string[] }
  | ({ readonly kind: 'report' } & Report)
  | { readonly kind: 'retired'; readonly until: number }

/** What happened since the last report. Comes at least every few seconds, as a sign of life. */
export interface Report {
  readonly results: readonly Result[]
  /** Answers to `run`, by its id. They are among `results` as well. */
  readonly answers: readonly { readonly id: number; readonly index: number }[]
  /** Milliseconds between slot and start of each scheduled run. */
  readonly lateness: readonly number[]
  readonly missed: number
  /** Checks whose slot came while they were still running. */
  readonly overlaps: readonly CheckKey[]
  readonly running: number
  readonly queued: number
  /** Largest delay of the last minute, ms. */
  readonly loopDelay: number
}
