import type { Call } from './http.ts'

/** The value of a cookie; empty when it was not sent. */
export function cookieOf(call: Call, name: string): string {
  const pairs = call.header('cookie').split('; ')
  return pairs.find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}

/** A cookie that only the server reads (`set-cookie`). A life of 0 removes it. */
export const serverCookie = (name: string, value: string, path: string, lifeSeconds: number): string =>
  `${name}=${value}; Path=${path}; Max-Age=${lifeSeconds}; HttpOnly; Secure; SameSite=Strict`
