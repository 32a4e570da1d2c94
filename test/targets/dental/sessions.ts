import { randomBytes } from 'node:crypto'
import type { TargetClock } from '../kit/clock.ts'
import { createTokenSignIn } from '../kit/token-sign-in.ts'
import type { Tokens } from '../kit/tokens.ts'
import type { User } from './accounts.ts'
import type { DentalBroken } from './faults.ts'

export interface Session {
  readonly id: string
  /** Id of the user. */
  readonly user: string
  /** Must come with every change. */
  readonly csrf: string
  /** The refresh token that is good for one more use, and those that were used. */
  refreshToken: string
  readonly usedTokens: Set<string>
  /** Epoch milliseconds. */
  lastSeen: number
}

export const refreshLife = 7 * 24 * 60 * 60
/** Ours: the document names no figure. */
const idleLife = 30 * 60_000
/** Sessions that were left are forgotten when there are more than these. */
const mostSessions = 10_000

const random = () => randomBytes(18).toString('base64url')

/** Sessions as they stand in Redis: an access token is worth what its session is. */
export function createSessions(clock: TargetClock, tokens: Tokens, broken: DentalBroken) {
  const sessions = new Map<string, Session>()
  const isLeft = ({ lastSeen }: Session) => clock.now() - lastSeen > idleLife && !broken('DNT-26')
  const forget = () => {
    for (const session of sessions.values()) if (isLeft(session)) sessions.delete(session.id)
  }
  /** The session if it is still one. */
  const alive = (id: string): Session | undefined => {
    const session = sessions.get(id)
    if (!session || !isLeft(session)) return session
    sessions.delete(id)
    return undefined
  }
  const used = (session: Session | undefined) => {
    if (session) session.lastSeen = clock.now()
    return session
  }
  const trusts = broken('DNT-33') ? 'forged' : undefined
  const signIn = createTokenSignIn({ tokens, accounts: { byId: alive }, trusts })
  return {
    open(user: Pick<User, 'id'>, id = random(), lastSeen = clock.now()): Session {
      if (sessions.size > mostSessions) forget()
      const refreshToken = `${id}.${random()}`
      const session = { id, user: user.id, csrf: random(), refreshToken, usedTokens: new Set<string>(), lastSeen }
      sessions.set(id, session)
      return session
    },
    accessLife: signIn.accessLife,
    accessToken: signIn.accessToken,
    ofAccess: (token: string) => used(signIn.ofAccess(token)),
    /** Exchanges a refresh token. One that was used before may be stolen, so its session ends. */
    refresh(token: string): Session | undefined {
      const session = alive(token.split('.')[0]!)
      const isUsed = session?.usedTokens.has(token) ?? false
      if (!session || !(isUsed || session.refreshToken === token)) return undefined
      if (isUsed && !broken('DNT-12')) {
        sessions.delete(session.id)
        return undefined
      }
      session.usedTokens.add(token)
      session.refreshToken = `${session.id}.${random()}`
      return used(session)
    },
    end({ id }: Session): void {
      if (!broken('DNT-26')) sessions.delete(id)
    },
    endAll(user: User): void {
      for (const session of sessions.values()) if (session.user === user.id) sessions.delete(session.id)
    },
    get size() {
      return sessions.size
    },
  }
}
