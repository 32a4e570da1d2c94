import type { FastifyBaseLogger } from 'fastify'
import type { Accounts, Passwords } from '../core/accounts.ts'
import type { Clock } from '../core/contracts.ts'
import type { Store, Watch } from '../core/ports.ts'
import type { Access } from './access.ts'
import type { ProcessStats } from './metrics/self-metrics.ts'
import type { RecentRuns } from './recent-runs.ts'

export interface ServerOptions {
  readonly watch: Watch
  readonly store: Store
  /** Folder of the artifact store; made when missing. */
  readonly artifacts: string
  /** The token of this Vedette: whoever has it may do everything. */
  readonly token: string
  readonly accounts: Accounts
  readonly passwords: Passwords
  /** Reading needs a sign-in as well. Default: it does not. */
  readonly signIn?: boolean
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. Default: those of loopback. */
  readonly proxies?: readonly string[]
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
  readonly access: Access
  readonly recent: RecentRuns
}
