/** What main and the store's worker tell each other. */

import type { Batch, LoadRun, ResultQuery } from '../core/ports.ts'
import type { Retention } from './sqlite-maintenance.ts'
import type { SeriesQuery, WindowsQuery } from './sqlite-reader.ts'
import type { StoreTrouble } from './store-error.ts'

export interface WorkerSetup {
  readonly path: string
  readonly retention: Retention
  /** How long to wait for another process's lock, ms. */
  readonly patience: number
}

export type Order =
  | { readonly do: 'append'; readonly batch: Batch }
  | { readonly do: 'rename'; readonly system: string; readonly from: string; readonly to: string }
  | { readonly do: 'addLoadRun'; readonly run: LoadRun }
  | { readonly do: 'maintain'; readonly now: number }
  | { readonly do: 'backup'; readonly path: string }
  | { readonly do: 'windows'; readonly query: WindowsQuery }
  | { readonly do: 'series'; readonly query: SeriesQuery }
  | { readonly do: 'results'; readonly query: ResultQuery }
  | { readonly do: 'close' }

export type ToWorker = Order & { readonly id: number }

export type FromWorker =
  /** Answer 0 is given without being asked: the file is open, or why it is not. */
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly trouble: StoreTrouble; readonly message: string }
