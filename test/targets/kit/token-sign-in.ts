import type { Call } from './http.ts'
import { subjectOf, type Tokens } from './tokens.ts'

export interface TokenSignInOptions<Who> {
  readonly tokens: Tokens
  readonly accounts: { byId(id: string): Who | undefined }
  /** Seconds. Default: 15 minutes. */
  readonly accessLife?: number
  /** Access tokens that are believed though they should not be: a fault. Default: none. */
  readonly trusts?: 'forged' | 'expired' | undefined
}

const refreshLife = 7 * 24 * 60 * 60

/** Sign-in with two tokens: a short one that comes with every call (`Authorization: Bearer …`), and one to get the next. */
export function createTokenSignIn<Who extends { readonly id: string }>(options: TokenSignInOptions<Who>) {
  const { tokens, accounts, accessLife = 15 * 60, trusts } = options
  const ofAccess = (token: string): Who | undefined => {
    const claims = tokens.verify(token, 'access')
    if (claims === trusts) return accounts.byId(subjectOf(token))
    return typeof claims === 'string' ? undefined : accounts.byId(claims.sub)
  }
  return {
    accessLife,
    accessToken: ({ id }: Who) => tokens.sign(id, 'access', accessLife),
    refreshToken: ({ id }: Who) => tokens.sign(id, 'refresh', refreshLife),
    ofAccess,
    ofRefresh(token: string): Who | undefined {
      const claims = tokens.verify(token, 'refresh')
      return typeof claims === 'string' ? undefined : accounts.byId(claims.sub)
    },
    /** Who calls. */
    caller(call: Call): Who | undefined {
      const token = /^Bearer (.+)$/.exec(call.header('authorization'))?.[1]
      return token === undefined ? undefined : ofAccess(token)
    },
  }
}

export type TokenSignIn<Who extends { readonly id: string }> = ReturnType<typeof createTokenSignIn<Who>>
