import type { TargetClock } from '../kit/clock.ts'
import { cookieOf } from '../kit/cookies.ts'
import { type Call, type Handler, Refusal, type Route, route } from '../kit/http.ts'
import type { Parts } from '../kit/parts.ts'
import { createRateLimit, type RateLimit } from '../kit/rate-limit.ts'
import { createTokens } from '../kit/tokens.ts'
import { type Accounts, createAccounts, type Role, seedAccounts, type User } from './accounts.ts'
import type { DentalBroken } from './faults.ts'
import { createPractice, type Practice, seedPractice } from './practice.ts'
import { createSessions, type Session, type Sessions } from './sessions.ts'

export type PartName = 'mongodb' | 'redis'

/** Secret of the reference: a real system has its own. */
const jwtSecret = 'reference-jwt-secret-that-is-long-enough-for-everybody-to-see-it-here'

/** What all instances share: database, cache, clock. */
export interface TopSmile {
  readonly clock: TargetClock
  readonly broken: DentalBroken
  readonly parts: Parts<PartName>
  readonly revision: { current: string }
  readonly startedAt: number
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly practice: Practice
  readonly calls: RateLimit
  /** Calls of the API so far. */
  readonly count: { calls: number }
}

export function createTopSmile(
  given: Pick<TopSmile, 'clock' | 'broken' | 'parts' | 'revision'>,
  seed: number,
): TopSmile {
  const { clock, broken } = given
  const accounts = createAccounts(clock.now)
  const practice = createPractice(clock.now)
  const sessions = createSessions(clock, createTokens(jwtSecret, clock.now), broken)
  seedAccounts(accounts)
  seedPractice(practice, seed, clock.now())
  // Two sessions that tokens in the pack speak of: one that was left long ago, and one that lasts for ever.
  sessions.open({ id: 'monitor@centro' }, 'left', 0)
  sessions.open({ id: 'monitor@centro' }, 'lasting', Number.MAX_SAFE_INTEGER)
  const calls = createRateLimit(300, 60_000, clock.now)
  return {
    ...given,
    startedAt: clock.now(),
    accounts,
    sessions,
    practice,
    calls: broken('DNT-24') ? key => ({ ...calls(key), refused: false }) : calls,
    count: { calls: 0 },
  }
}

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

type SignedHandler = (call: Call, signed: Signed) => ReturnType<Handler>

/** Routes for people who are signed in and have one of these roles. */
export const guardedRoutes =
  (topSmile: TopSmile) =>
  (method: string, path: string, roles: readonly Role[], handler: SignedHandler): Route =>
    route(method, path, call => {
      const signed = signedIn(topSmile, call)
      if (!signed) throw new Refusal(401, { error: 'Entre para continuar' })
      if (!roles.includes(signed.user.role)) throw new Refusal(403, { error: 'Sem permissão' })
      return handler(call, signed)
    })

/** Counts a call against the window of a key; refuses it when that is spent. */
export function spend({ calls }: TopSmile, key: string, call: Call): void {
  const { refused, headers } = calls(key)
  Object.assign(call.answerHeaders, headers)
  if (refused) throw new Refusal(429, { error: 'Muitas chamadas, tente mais tarde' }, headers)
}

/**
 * What holds for every call of the API but the sign-in: its window, and for changes the CSRF token. A call without a session has nothing
 * that a foreign page could abuse.
 */
export function admit(topSmile: TopSmile, call: Call): void {
  const signed = signedIn(topSmile, call)
  spend(topSmile, signed?.user.id ?? `${call.header('x-forwarded-for')} ${call.header('user-agent')}`, call)
  const isChange = !['GET', 'HEAD', 'OPTIONS'].includes(call.method)
  if (!isChange || !signed || topSmile.broken('DNT-21')) return
  if (call.header('x-csrf-token') !== signed.session.csrf) {
    throw new Refusal(403, { error: 'Token CSRF ausente ou inválido' })
  }
}

interface FieldError {
  readonly field: string
  readonly message: string
}

/** Refuses with 422, naming each field. */
export function refuseErrors(errors: readonly (FieldError | false)[]): void {
  const found = errors.filter(error => error !== false)
  if (found.length > 0) throw new Refusal(422, { error: 'Dados inválidos', errors: found })
}

export const textError = (field: string, value: unknown, longest = 200): FieldError | false =>
  !(typeof value === 'string' && value.trim() !== '' && value.length <= longest) && {
    field,
    message: `informe um texto de 1 a ${longest} caracteres`,
  }
