import { createAccounts } from '../kit/accounts.ts'
import { cookieOf } from '../kit/cookies.ts'
import { type FieldError, refuseErrors, textErrors as textErrorsOf } from '../kit/field-errors.ts'
import { guardedRoutes } from '../kit/guarded-routes.ts'
import { type Call, Refusal } from '../kit/http.ts'
import { createPageAssets } from '../kit/page-assets.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { createRateLimit, spend } from '../kit/rate-limit.ts'
import type { TargetOptions } from '../kit/target.ts'
import { createTokens } from '../kit/tokens.ts'
import { type Accounts, type Role, seedAccounts, type User } from './accounts.ts'
import { breakable } from './faults.ts'
import { createPractice, seedPractice } from './practice.ts'
import { createSessions, type Session } from './sessions.ts'

export type PartName = 'mongodb' | 'redis'

/** Secret of the reference: a real system has its own. */
const jwtSecret = 'reference-jwt-secret-that-is-long-enough-for-everybody-to-see-it-here'

/** What all instances share: database, cache, clock. */
export function createTopSmile(options: TargetOptions) {
  const parts: readonly PartName[] = ['mongodb', 'redis']
  const prepared = prepareTarget(options, { breakable, parts, longCertificate: 'DNT-35' })
  const { broken, clock } = prepared
  const accounts: Accounts = createAccounts(clock.now)
  const practice = createPractice(clock.now)
  const sessions = createSessions(clock, createTokens(jwtSecret, clock.now), broken)
  seedAccounts(accounts)
  seedPractice(practice, options.seed ?? 1, clock.now())
  // Two sessions that tokens in the pack speak of: one that was left long ago, and one that lasts for ever.
  sessions.open({ id: 'monitor@centro' }, 'left', 0)
  sessions.open({ id: 'monitor@centro' }, 'lasting', Number.MAX_SAFE_INTEGER)
  const calls = createRateLimit(300, 60_000, clock.now)
  return {
    ...prepared,
    accounts,
    sessions,
    practice,
    assets: createPageAssets({ folder: import.meta.dirname }),
    calls: broken('DNT-24') ? (key: string) => ({ ...calls(key), refused: false }) : calls,
    /** Calls of the API so far. */
    count: { calls: 0 },
  }
}

export type TopSmile = ReturnType<typeof createTopSmile>

/** Who calls, by the cookie. */
export interface Signed {
  readonly user: User
  readonly session: Session
}

export function signedIn({ sessions, accounts }: TopSmile, call: Call): Signed | undefined {
  const session = sessions.ofAccess(cookieOf(call, 'access'))
  const user = session && accounts.byId(session.user)
  return user && { user, session }
}

/** Makes routes for people who are signed in and have one of these roles. */
export const routesFor = (topSmile: TopSmile, roles: readonly Role[]) =>
  guardedRoutes<Signed>({
    who: call => signedIn(topSmile, call),
    may: ({ user }) => roles.includes(user.role),
    unknown: { error: 'Entre para continuar' },
    forbidden: { error: 'Sem permissão' },
  })

/** Counts a call against the window of a key; refuses it when that is spent. */
export const spendCall = ({ calls }: TopSmile, key: string, call: Call): void =>
  spend(calls, key, call, () => ({ error: 'Muitas chamadas, tente mais tarde' }))

/**
 * What holds for every call of the API but the sign-in: its window, and for changes the CSRF token. A call without a session has nothing
 * that a foreign page could abuse.
 */
export function admit(topSmile: TopSmile, call: Call): void {
  const signed = signedIn(topSmile, call)
  spendCall(topSmile, signed?.user.id ?? `${call.header('x-forwarded-for')} ${call.header('user-agent')}`, call)
  const isChange = !['GET', 'HEAD', 'OPTIONS'].includes(call.method)
  if (!isChange || !signed || topSmile.broken('DNT-21')) return
  if (call.header('x-csrf-token') !== signed.session.csrf) {
    throw new Refusal(403, { error: 'Token CSRF ausente ou inválido' })
  }
}

/** Refuses with 422, naming each field. */
export const refuseFields = (...errors: readonly (readonly FieldError[])[]): void =>
  refuseErrors(errors.flat(), 'Dados inválidos')

export const textErrors = (field: string, value: unknown, longest = 200): readonly FieldError[] =>
  textErrorsOf(field, value, longest, `informe um texto de 1 a ${longest} caracteres`)
