import type { BaseLogger } from 'pino'

/** Where the engine writes its lines: a pino logger, or what a test collects. */
export type Log = Pick<BaseLogger, 'debug' | 'info' | 'warn' | 'error'>
