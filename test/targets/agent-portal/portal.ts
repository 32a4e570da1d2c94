import { createAccounts, seedAccounts } from '../kit/accounts.ts'
import type { TargetClock } from '../kit/clock.ts'
import { type Collection, createCollection } from '../kit/collection.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import { type Answer, Refusal } from '../kit/http.ts'
import type { Mailbox } from '../kit/mailbox.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit, type RateLimit } from '../kit/rate-limit.ts'
import { createTokenSignIn, type TokenSignIn } from '../kit/token-sign-in.ts'
import { createTokens, type Tokens } from '../kit/tokens.ts'
import { type Accounts, seedPassword, seeds, type User } from './accounts.ts'
import { type Clinic, createClinic } from './clinic.ts'
import type { PortalBroken } from './faults.ts'

export type PartName = 'database'

/** Secrets of the reference: a real portal has its own. */
const jwtSecret = 'reference-jwt-secret-of-the-agent-portal-that-everybody-may-see'
export const webhookSecret = 'reference-webhook-secret-of-the-agent-portal-that-everybody-may-see'

type Entry = Readonly<Record<string, unknown>>

export interface StoredFile {
  readonly ownerId: string
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
}

/** What all routes of the portal share. */
export interface Portal {
  readonly clock: TargetClock
  readonly broken: PortalBroken
  readonly parts: Parts<PartName>
  readonly mailbox: Mailbox
  readonly revision: { current: string }
  readonly tokens: Tokens
  readonly accounts: Accounts
  readonly signIn: TokenSignIn<User>
  readonly clinic: Clinic
  readonly tasks: Collection<Entry>
  readonly tickets: Collection<Entry>
  readonly payments: Collection<Entry>
  readonly notifications: Collection<Entry & { readonly userId: string }>
  readonly reports: Collection<Entry>
  readonly schedules: Collection<Entry>
  readonly files: Collection<StoredFile>
  readonly signIns: RateLimit
  readonly startedAt: number
  /** Tells open pages something: those of one user, or all. Set when the listeners are there. */
  tell: (message: unknown, userId?: string) => void
}

const quarter = 15 * 60_000
const mostSignIns = 20

export function createPortal(given: Pick<Portal, 'clock' | 'broken' | 'parts' | 'mailbox' | 'revision'>): Portal {
  const { clock, broken } = given
  const tokens = createTokens(jwtSecret, clock.now)
  const accounts: Accounts = createAccounts(clock.now)
  seedAccounts(accounts, seeds, seedPassword)
  return {
    ...given,
    tokens,
    accounts,
    signIn: createTokenSignIn({ tokens, accounts, trusts: broken('AGT-37') ? 'forged' : undefined }),
    clinic: createClinic(clock.now, broken('AGT-18')),
    tasks: createCollection('task', clock.now),
    tickets: createCollection('ticket', clock.now),
    payments: createCollection('payment', clock.now),
    notifications: createCollection('notification', clock.now),
    reports: createCollection('report', clock.now),
    schedules: createCollection('schedule', clock.now),
    files: createCollection('file', clock.now),
    signIns: createRateLimit(broken('AGT-39') ? Number.MAX_SAFE_INTEGER : mostSignIns, quarter, clock.now),
    startedAt: clock.now(),
    tell: () => {},
  }
}

/** Makes calls for people who are signed in: others are refused with 401. */
export const agentRoutes = ({ signIn }: Portal) => guardedRoutes({ who: signIn.caller })

/** What exists, or a refusal with 404. */
export function found<T>(item: T | undefined | false): T {
  if (item === undefined || item === false) throw new Refusal(404)
  return item
}

export const created = (json: unknown): Answer => ({ status: 201, json })

/** The answer to a removal: 404 when there was nothing to remove. */
export function gone(isGone: boolean): Answer {
  found(isGone)
  return { status: 204 }
}

export const listOf = (items: readonly unknown[]): Answer => ({ json: { items, total: items.length } })

export const contains = (whole: string, part: string | null) => whole.toLowerCase().includes((part ?? '').toLowerCase())
