import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../core/contracts.ts'
import type { Store, Watch } from '../core/ports.ts'
import type { ProcessStats } from './metrics/self-metrics.ts'
import type { RecentRuns } from './recent-runs.ts'
import type { Guard } from './security.ts'

export interface ServerOptions {
  readonly watch: Watch
  readonly store: Store
  /** Folder of the artifact store; made when missing. */
  readonly artifacts: string
  /** Needed by everything that changes something. */
  readonly token: string
  /** A pino logger. */
  readonly log: FastifyBaseLogger
  readonly clock: Clock
  /** Where people reach us, for addresses in what we send. Default: as the request was made. */
  readonly publicUrl?: () => string | undefined
  /** Default: 127.0.0.1. */
  readonly host?: string
  /** 0: a free one. */
  readonly port: number
  /** Figures of our own process, for the metrics. */
  readonly processStats?: () => ProcessStats
}

/** What the routes of this folder share. */
export interface Rooms extends ServerOptions {
  readonly guard: Guard
  readonly recent: RecentRuns
}
