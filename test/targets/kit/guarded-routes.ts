import { type Call, type Handler, Refusal, type Route, route } from './http.ts'

type Body = Readonly<Record<string, unknown>>

export interface GuardOptions<Who> {
  /** Who calls; refused with 401 when nobody is known. */
  who(call: Call): Who | undefined
  /** Refused with 403 when not. Default: whoever is signed in may. */
  may?(who: Who): boolean
  /** Bodies of the two refusals. */
  readonly unknown?: Body
  readonly forbidden?: Body
}

/** Makes routes for people who are signed in: `guarded('GET', '/api/tasks', (call, who) => …)`. */
export const guardedRoutes =
  <Who>({ who, may = () => true, unknown, forbidden }: GuardOptions<Who>) =>
  (method: string, path: string, handler: (call: Call, who: Who) => ReturnType<Handler>): Route =>
    route(method, path, call => {
      const caller = who(call)
      if (caller === undefined) throw new Refusal(401, unknown, { 'www-authenticate': 'Bearer' })
      if (!may(caller)) throw new Refusal(403, forbidden)
      return handler(call, caller)
    })
