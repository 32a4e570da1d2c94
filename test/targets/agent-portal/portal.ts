import { createAccounts, seedAccounts } from '../kit/accounts.ts'
import { createCollection } from '../kit/collection.ts'
import { createDurations } from '../kit/durations.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import { createImages } from '../kit/images.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { createRateLimit } from '../kit/rate-limit.ts'
import type { TargetOptions } from '../kit/target.ts'
import { createTokenSignIn, type TokenSignIn } from '../kit/token-sign-in.ts'
import { createTokens } from '../kit/tokens.ts'
import { type Accounts, seedPassword, seeds, type User } from './accounts.ts'
import { createClinic } from './clinic.ts'
import { breakable } from './faults.ts'

/** Secrets of the reference: a real portal has its own. */
const jwtSecret = 'reference-jwt-secret-of-the-agent-portal-that-everybody-may-see'
export const webhookSecret = 'reference-webhook-secret-of-the-agent-portal-that-everybody-may-see'

type Entry = Readonly<Record<string, unknown>>

const quarter = 15 * 60_000
const mostSignIns = 20
const megabyte = 1024 * 1024

/** What all routes of the portal share. */
export function createPortal(options: TargetOptions) {
  const prepared = prepareTarget(options, { breakable, parts: ['database'], longCertificate: 'AGT-43' })
  const { broken } = prepared
  const { now } = prepared.clock
  const collect = <T extends object = Entry>(kind: string) => createCollection<T>(kind, now)
  const tokens = createTokens(jwtSecret, now)
  const accounts: Accounts = createAccounts(now)
  seedAccounts(accounts, seeds, seedPassword)
  const trusts = broken('AGT-37') ? 'forged' : undefined
  const signIn: TokenSignIn<User> = createTokenSignIn({ tokens, accounts, trusts })
  /** What is asked of the database. */
  const queries = createDurations()
  return {
    ...prepared,
    tokens,
    accounts,
    signIn,
    /** Makes calls for people who are signed in: others are refused with 401. */
    agent: guardedRoutes<User>({ who: call => queries.measure(() => signIn.caller(call)) }),
    queries,
    clinic: createClinic(now, broken('AGT-18')),
    tasks: collect('task'),
    tickets: collect('ticket'),
    payments: collect('payment'),
    notifications: collect<Entry & { readonly userId: string }>('notification'),
    reports: collect('report'),
    schedules: collect('schedule'),
    files: createImages(
      broken('AGT-42')
        ? { mostBytes: Number.POSITIVE_INFINITY, longestName: 255, looksAt: [] }
        : { mostBytes: 10 * megabyte, longestName: 255, looksAt: ['type', 'extension', 'content'] },
      now,
    ),
    signIns: createRateLimit(broken('AGT-39') ? Number.MAX_SAFE_INTEGER : mostSignIns, quarter, now),
    /** Tells open pages something: those of one user, or all. Set when the listeners are there. */
    tell: (_message: unknown, _userId?: string): void => {},
  }
}

export type Portal = ReturnType<typeof createPortal>
