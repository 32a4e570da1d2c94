/** One request and the redirects it leads to, hop by hop, so that each hop has its phases and credentials stay at home. */

import type { Phase, PhaseName } from '../../core/contracts.ts'
import type { ProbeRun } from '../../core/definitions.ts'
import type { AddressGuard } from '../../system/address-guard.ts'
import { hostOf, portOf } from '../../system/connector.ts'
import { exchange } from '../../system/exchange.ts'
import type { Exchange, ExchangeTimes } from '../../system/exchange-record.ts'
import type { ContextOptions, TlsContexts } from '../../system/tls-contexts.ts'
import { plainUrl } from './http-rules.ts'
import { phasesBetween } from './phases.ts'
import { cutShort, progress, refuseUnasked, type Trouble, troubleOf } from './trouble.ts'

export interface WalkPlan {
  readonly method: string
  /** With names in small letters. `marks` go to the system's own origins, `credentials` to the first origin only. */
  readonly headers: Readonly<Record<string, string>>
  readonly credentials: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** A body with secrets does not leave its origin. */
  readonly privateBody: boolean
  readonly redirects: number
  /** False: the first answer is the last, also when it is a redirect. */
  readonly follow: boolean
  readonly limits: { readonly wire: number; readonly unpacked: number }
  readonly keepBody: boolean
  readonly family: 4 | 6 | undefined
  readonly guard: AddressGuard | undefined
  readonly contexts: TlsContexts
  readonly tls: ContextOptions
  readonly verify: boolean
  readonly servername: string | undefined
}

export interface Walk {
  readonly phases: readonly Phase[]
  /** Start of the first hop to the end of the last, ms. */
  readonly duration: number
  readonly redirects: number
  readonly url: URL
  /** Where a redirect leads that was not followed. */
  readonly location?: URL
  readonly last: Exchange
  /** Why there is no whole answer. */
  readonly trouble?: Trouble
}

export async function walk(run: ProbeRun, plan: WalkPlan, first: URL): Promise<Walk> {
  const phases: Phase[] = []
  const jar = new Map<string, Map<string, string>>()
  const visited = new Set<string>()
  let { method, body } = plan
  let url = first
  let started: number | undefined
  for (let redirects = 0; ; redirects += 1) {
    const last = await exchange(requestOf(run, plan, { url, first, method, body, cookies: jar.get(url.origin) }), run)
    started ??= last.times.started
    phases.push(...phasesOf(last.times, redirects))
    const seen = { phases, duration: (last.times.ended ?? run.clock.monotonic()) - started, redirects, url, last }
    const trouble = endTrouble(run, last, url)
    if (trouble) return { ...seen, trouble }
    const next = redirectOf(last, url)
    if (next === undefined) return seen
    const stop = typeof next === 'string' ? next : undefined
    if (!plan.follow || plan.redirects === 0) return next instanceof URL ? { ...seen, location: next } : seen
    if (stop !== undefined) return { ...seen, trouble: { reason: 'redirect', detail: stop } }
    const target = next as URL
    visited.add(`${method} ${url.href}`)
    if (redirects === plan.redirects) {
      const circle = visited.has(`${method} ${target.href}`) ? ', where it had been before (a circle)' : ''
      const detail = `expected at most ${plan.redirects} redirects, found another to ${plainUrl(target)}${circle}`
      return { ...seen, trouble: { reason: 'redirect', detail } }
    }
    keepCookies(jar, url.origin, last)
    const status = last.status!
    if ((status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')) {
      method = 'GET'
      body = undefined
    }
    if (body !== undefined && plan.privateBody && target.origin !== first.origin) {
      const detail = `expected to stay at ${first.origin} with a body that holds secrets, found a redirect to ${plainUrl(target)}`
      return { ...seen, trouble: { reason: 'redirect', detail } }
    }
    url = target
  }
}

interface Hop {
  readonly url: URL
  readonly first: URL
  readonly method: string
  readonly body: string | undefined
  readonly cookies: ReadonlyMap<string, string> | undefined
}

function requestOf(run: ProbeRun, plan: WalkPlan, { url, first, method, body, cookies }: Hop) {
  const secure = url.protocol === 'https:'
  const host = hostOf(url)
  const headers: Record<string, string> = { ...plan.headers }
  if (run.ownOrigin(url)) Object.assign(headers, run.marks)
  if (url.origin === first.origin) Object.assign(headers, plan.credentials)
  // What was written for the first host does not name another one.
  else delete headers['host']
  if (body === undefined && plan.body !== undefined) delete headers['content-type']
  if (cookies && cookies.size > 0) {
    const own = headers['cookie']
    headers['cookie'] = [
      ...(own === undefined ? [] : [own]),
      ...[...cookies].map(([name, value]) => `${name}=${value}`),
    ].join('; ')
  }
  return {
    url,
    method,
    headers,
    body,
    limits: plan.limits,
    keepBody: plan.keepBody,
    target: {
      host,
      port: portOf(url),
      family: plan.family,
      guard: plan.guard,
      ...(secure
        ? {
            secure: {
              context: plan.contexts.get(plan.tls, run),
              servername: url.origin === first.origin ? plan.servername : undefined,
              verify: plan.verify,
              protocols: http1,
            },
          }
        : {}),
    },
  }
}

const http1 = ['http/1.1']

/** The address of a redirect, a sentence when it leads nowhere, or undefined when the answer is none. */
function redirectOf({ status, headers }: Exchange, from: URL): URL | string | undefined {
  if (status === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined
  const location = headers['location']
  if (typeof location !== 'string' || location === '')
    return `expected a redirect (${status}) to say where to, found no header location`
  const target = URL.parse(location, from)
  if (target === null) return `expected an address to be redirected to, found '${location.slice(0, 80)}'`
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    return `expected a redirect to http or https, found one to ${target.protocol}`
  }
  target.username = ''
  target.password = ''
  target.hash = ''
  return target
}

/** A site that sets a cookie and sends us back to where we were would go round in circles without it. */
function keepCookies(jar: Map<string, Map<string, string>>, origin: string, { headers }: Exchange) {
  const set = headers['set-cookie']
  if (set === undefined) return
  const cookies = jar.get(origin) ?? new Map<string, string>()
  for (const line of Array.isArray(set) ? set : [String(set)]) {
    const [, name, value] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? []
    if (name === undefined) continue
    if (/;\s*max-age=(?:0|-\d+)\s*(?:;|$)/i.test(line)) cookies.delete(name)
    else cookies.set(name, value!.trim())
  }
  jar.set(origin, cookies)
}

function endTrouble(run: ProbeRun, last: Exchange, url: URL): Trouble | undefined {
  const { end, stage, times } = last
  const peer = `${hostOf(url)}:${portOf(url)}`
  if (end.kind === 'answered') return undefined
  if (end.kind === 'limit') return { reason: 'limit', detail: end.detail }
  if (end.kind === 'broken') return { reason: 'protocol', detail: end.detail }
  if (end.kind === 'error') return troubleOf(end.error, stage, peer)
  refuseUnasked(run, times)
  const how = progress(times, stage, peer)
  if (stage === 'transfer') {
    return cutShort(
      run,
      `${how}, answered ${last.status}, then the body did not end (${last.wireBytes.toLocaleString('en')} bytes so far)`,
    )
  }
  if (stage === 'wait') {
    return cutShort(run, `${how}, then ${times.answered === undefined ? 'nothing' : 'no end of the headers'}`)
  }
  return cutShort(run, stage === 'send' ? `${how}, then the request could not be sent` : how)
}

export function phasesOf(times: ExchangeTimes, hop: number): readonly Phase[] {
  const marks: readonly (readonly [PhaseName, number | undefined])[] = [
    ['resolve', times.resolved],
    ['connect', times.connected],
    ['tls', times.secured],
    ['send', times.sent],
    ['wait', times.answered],
    ['transfer', times.ended],
  ]
  return phasesBetween(times.started, marks, hop)
}
