import { createAccounts, seedAccounts } from '../kit/accounts.ts'
import type { TargetClock } from '../kit/clock.ts'
import { createCollection } from '../kit/collection.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import type { Mailbox } from '../kit/mailbox.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit } from '../kit/rate-limit.ts'
import { createTokenSignIn, type TokenSignIn } from '../kit/token-sign-in.ts'
import { createTokens } from '../kit/tokens.ts'
import { type Accounts, seedPassword, seeds, type User } from './accounts.ts'
import { type Clinic, createClinic } from './clinic.ts'
import type { PortalBroken } from './faults.ts'

export type PartName = 'database'

/** Secrets of the reference: a real portal has its own. */
const jwtSecret = 'reference-jwt-secret-of-the-agent-portal-that-everybody-may-see'
export const webhookSecret = 'reference-webhook-secret-of-the-agent-portal-that-everybody-may-see'

type Entry = Readonly<Record<string, unknown>>

interface StoredFile {
  readonly ownerId: string
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
}

interface Given {
  readonly clock: TargetClock
  readonly broken: PortalBroken
  readonly parts: Parts<PartName>
  readonly mailbox: Mailbox
  readonly revision: { current: string }
}

const quarter = 15 * 60_000
const mostSignIns = 20

/** What all routes of the portal share. */
export function createPortal(given: Given) {
  const { broken } = given
  const { now } = given.clock
  const collect = <T extends object = Entry>(kind: string) => createCollection<T>(kind, now)
  const tokens = createTokens(jwtSecret, now)
  const accounts: Accounts = createAccounts(now)
  seedAccounts(accounts, seeds, seedPassword)
  const trusts = broken('AGT-37') ? 'forged' : undefined
  const signIn: TokenSignIn<User> = createTokenSignIn({ tokens, accounts, trusts })
  const clinic: Clinic = createClinic(now, broken('AGT-18'))
  return {
    ...given,
    tokens,
    accounts,
    signIn,
    clinic,
    tasks: collect('task'),
    tickets: collect('ticket'),
    payments: collect('payment'),
    notifications: collect<Entry & { readonly userId: string }>('notification'),
    reports: collect('report'),
    schedules: collect('schedule'),
    files: collect<StoredFile>('file'),
    signIns: createRateLimit(broken('AGT-39') ? Number.MAX_SAFE_INTEGER : mostSignIns, quarter, now),
    startedAt: now(),
    /** Tells open pages something: those of one user, or all. Set when the listeners are there. */
    tell: (_message: unknown, _userId?: string): void => {},
  }
}

export type Portal = ReturnType<typeof createPortal>

/** Makes calls for people who are signed in: others are refused with 401. */
export const agentRoutes = ({ signIn }: Portal) => guardedRoutes<User>({ who: signIn.caller })
