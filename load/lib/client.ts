/** A user of a JSON API who signs in once and keeps below the rate limit of the own account. */

import { check, sleep } from 'k6'
import exec from 'k6/execution'
import http, { type RefinedResponse, type ResponseType } from 'k6/http'
import { Rate, Trend } from 'k6/metrics'
import { nextPause, type Window } from './pace.ts'

export interface User {
  /** A GET with the user's token; `name` groups addresses that differ only by an id. */
  get(path: string, name: string): RefinedResponse<ResponseType | undefined> | undefined
}

export interface SignIn {
  readonly path: string
  readonly email: string
  readonly password: string
  /** Where the answer holds the token: `tokens.accessToken`. */
  readonly token: string
}

/** Whether answers carried a rate limit, so that the report can say if users paced themselves or were exempt. */
const limited = new Rate('users_rate_limited')
/** Seconds between two calls of a user. */
const pauses = new Trend('user_pause_s')

/** A spent window is this account's own doing: it is told as an exception, which makes the run unknown, never failed. */
const answersOfTheTarget = http.expectedStatuses({ min: 200, max: 399 }, 429)

function refuseSpentWindow(account: SignIn, response: RefinedResponse<ResponseType | undefined>): void {
  if (response.status !== 429) return
  const window = windowOf(response.headers)
  pause(1, response)
  throw new Error(
    `${account.email} has spent its rate limit (429)${window === undefined ? '' : `; it is open again in ${window.reset} s`}`,
  )
}

/** Sign-ins have a narrow window of their own; a user who is refused this often stays away. */
const mostSignIns = 4

/** The user of this k6 VU. `base` has no slash at its end. */
export function createUser(base: string, account: SignIn): User {
  let token: string | undefined
  let signIns = 0

  const signIn = () => {
    if (signIns >= mostSignIns) return
    signIns++
    const body = JSON.stringify({ email: account.email, password: account.password })
    const headers = { 'Content-Type': 'application/json' }
    const response = http.post(`${base}${account.path}`, body, {
      headers,
      tags: { name: `POST ${account.path}` },
      responseCallback: answersOfTheTarget,
    })
    refuseSpentWindow(account, response)
    const isIn = check(response, { 'login successful': answer => answer.status === 200 })
    token = isIn ? (response.json(account.token) as string | undefined) : undefined
  }

  return {
    get(path, name) {
      if (token === undefined) signIn()
      if (token === undefined) return undefined
      const response = http.get(`${base}${path}`, {
        headers: { Authorization: `Bearer ${token}` },
        tags: { name: `GET ${name}` },
        responseCallback: answersOfTheTarget,
      })
      refuseSpentWindow(account, response)
      // The token was withdrawn or ran out: sign in again at the next call.
      if (response.status === 401) token = undefined
      return response
    },
  }
}

/** Waits as long as the user's own rate limit asks, at least `seconds`. */
export function pause(seconds: number, last: RefinedResponse<ResponseType | undefined> | undefined): void {
  const window = last === undefined ? undefined : windowOf(last.headers)
  const planned = Number(__ENV['VEDETTE_LOAD_SECONDS'] ?? Number.POSITIVE_INFINITY)
  const left = planned - exec.instance.currentTestRunDuration / 1_000
  const wait = nextPause(seconds, window, left)
  if (last !== undefined) {
    limited.add(window !== undefined)
    pauses.add(wait)
  }
  sleep(wait)
}

/** The standard RateLimit headers of an answer: calls left, and seconds until the window begins anew. */
function windowOf(headers: Readonly<Record<string, string>>): Window | undefined {
  const find = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? Number.NaN
  const [remaining, reset] = [Number(find('ratelimit-remaining')), Number(find('ratelimit-reset'))]
  return Number.isNaN(remaining) || Number.isNaN(reset) ? undefined : { remaining, reset }
}
