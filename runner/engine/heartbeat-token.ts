import { createHmac } from 'node:crypto'
import type { CheckKey } from '../core/ports.ts'

/**
 * The secret part of a heartbeat's address. Made of the key in the data folder and the name, so that nothing more has to be kept, and of the
 * environment, so that a job of staging cannot speak for production.
 */
export const heartbeatToken = (secret: string, environment: string, key: CheckKey): string =>
  createHmac('sha256', secret).update(`heartbeat\n${environment}\n${key}`).digest('base64url').slice(0, 32)
