import { randomBytes } from 'node:crypto'
import { cookieOf } from './cookies.ts'
import type { Call } from './http.ts'

export interface CookieSessions {
  /** Signs in; the value is for `set-cookie`. */
  start(user: string): string
  /** Id of the user that the call's cookie belongs to. */
  userOf(call: Call): string | undefined
  /** Signs out for good: the cookie is forgotten here as well. The value is for `set-cookie`. */
  end(call: Call): string
}

export interface CookieSessionsOptions {
  /** Name of the cookie. */
  readonly name: string
  readonly lifeSeconds: number
  now(): number
}

/** Sessions that the server keeps and a cookie names. Browsers count http://127.0.0.1 as secure, so `Secure` holds there as well. */
export function createCookieSessions({ name, lifeSeconds, now }: CookieSessionsOptions): CookieSessions {
  const sessions = new Map<string, { readonly user: string; readonly endsAt: number }>()
  const flags = 'Path=/; HttpOnly; Secure; SameSite=Lax'
  const idOf = (call: Call) => cookieOf(call, name)
  return {
    start(user) {
      for (const [id, { endsAt }] of sessions) if (endsAt <= now()) sessions.delete(id)
      const id = randomBytes(24).toString('base64url')
      sessions.set(id, { user, endsAt: now() + lifeSeconds * 1_000 })
      return `${name}=${id}; ${flags}; Max-Age=${lifeSeconds}`
    },
    userOf(call) {
      const found = sessions.get(idOf(call))
      return found && found.endsAt > now() ? found.user : undefined
    },
    end(call) {
      sessions.delete(idOf(call))
      return `${name}=; ${flags}; Max-Age=0`
    },
  }
}
