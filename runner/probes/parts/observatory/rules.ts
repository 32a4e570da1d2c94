/** The rules of Mozilla Observatory beside the policy (algorithm 6). Pure. */

import { type Finding, finding } from './finding.ts'
import type { PageFacts } from './page.ts'

/** Answers, header names in small letters. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

export const linesOf = (headers: Headers, name: string): readonly string[] => {
  const value = headers[name]
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}
const firstOf = (headers: Headers, name: string) => linesOf(headers, name)[0]?.trim()

const sixMonths = 15_552_000

export function judgeHsts(headers: Headers, secure: boolean, preloaded: boolean): Finding {
  const rule = 'strict-transport-security'
  if (preloaded) return finding(rule, 5, 'is preloaded')
  if (!secure) return finding(rule, -20, 'counts over HTTPS alone, and the page came without')
  const line = firstOf(headers, rule)
  if (line === undefined) return finding(rule, -20, 'is missing')
  const age = line.split(';').flatMap(part => /^\s*max-age=(\d+)/i.exec(part)?.[1] ?? [])[0]
  if (age === undefined || line.includes(',')) return finding(rule, -20, `cannot be read: ${line.slice(0, 100)}`)
  return Number(age) < sixMonths
    ? finding(rule, -10, `holds for ${age} s, less than six months`)
    : finding(rule, 0, 'holds for six months or more')
}

interface Cookie {
  readonly name: string
  readonly secure: boolean
  readonly httpOnly: boolean
  /** Undefined: not given. */
  readonly sameSite: string | undefined
}

export function readCookie(line: string): Cookie | undefined {
  const [pair = '', ...rest] = line.split(';')
  const name = pair.split('=', 1)[0]!.trim()
  if (name === '' || !pair.includes('=')) return undefined
  const flags = new Map(
    rest.map(part => {
      const [key = '', ...value] = part.split('=')
      return [key.trim().toLowerCase(), value.join('=').trim().toLowerCase()]
    }),
  )
  return { name, secure: flags.has('secure'), httpOnly: flags.has('httponly'), sameSite: flags.get('samesite') }
}

export function judgeCookies(headers: Headers, hsts: boolean): Finding {
  const rule = 'cookies'
  const cookies = linesOf(headers, 'set-cookie').flatMap(line => readCookie(line) ?? [])
  const looked = cookies.filter(({ name }) => name !== 'heroku-session-affinity')
  if (looked.length === 0) return finding(rule, 0, 'there are none')
  const findings = looked.flatMap(cookie => judgeCookie(cookie, hsts))
  const [worst] = findings.toSorted((a, b) => b.rank - a.rank)
  if (worst) return finding(rule, worst.modifier, worst.text)
  return looked.every(({ sameSite }) => sameSite)
    ? finding(rule, 5, 'have all the flags')
    : finding(rule, 0, 'have Secure and HttpOnly; SameSite is missing')
}

/** Worse has a higher rank; the rank alone says which counts, as with the model. */
function judgeCookie({ name, secure, httpOnly, sameSite }: Cookie, hsts: boolean) {
  const isSession = /login|sess/i.test(name)
  const isInvalid = sameSite !== undefined && !['lax', 'strict', 'none'].includes(sameSite)
  const found: { readonly rank: number; readonly modifier: number; readonly text: string }[] = []
  const add = (when: boolean, rank: number, modifier: number, text: string) => {
    if (when) found.push({ rank, modifier, text: `${name} ${text}` })
  }
  add(!secure && hsts, 0, -5, 'lacks Secure, under HSTS')
  add(!secure && !hsts, 1, -20, 'lacks Secure')
  add(isSession && !secure && hsts, 2, -10, 'is of a session and lacks Secure, under HSTS')
  add(isInvalid || (!secure && sameSite === 'none'), 3, -20, `has a SameSite that does not count: '${sameSite}'`)
  add(/csrf/i.test(name) && !sameSite, 4, -20, 'is against CSRF and lacks SameSite')
  add(isSession && !httpOnly, 5, -30, 'is of a session and lacks HttpOnly')
  add(isSession && !secure && !hsts, 6, -40, 'is of a session and lacks Secure')
  return found
}

/** `asked`: the Origin that was sent. */
export function judgeCors(headers: Headers, asked: string): Finding {
  const rule = 'cross-origin-resource-sharing'
  const admitted = firstOf(headers, 'access-control-allow-origin')
  if (!admitted) return finding(rule, 0, 'is not given')
  const credentials = firstOf(headers, 'access-control-allow-credentials')?.toLowerCase() === 'true'
  if (admitted === asked && credentials) return finding(rule, -50, 'admits any origin, with credentials')
  return finding(rule, 0, admitted === '*' ? 'is given to all, without credentials' : 'is given to some')
}

/** The addresses of a walk that began with plain HTTP; undefined where nobody answers that. */
export function judgeRedirect(route: readonly URL[] | undefined, badCertificate: boolean): Finding {
  const rule = 'redirection'
  if (badCertificate) return finding(rule, -20, 'meets a bad certificate')
  if (route === undefined) return finding(rule, 0, 'is not needed: nobody answers plain HTTP')
  const [first, second] = route
  if (first === undefined || second === undefined) return finding(rule, -20, 'is missing: plain HTTP is served')
  if (route.at(-1)!.protocol !== 'https:') return finding(rule, -20, 'does not lead to HTTPS')
  if (second.protocol === 'http:') return finding(rule, -10, 'leads to HTTPS by way of plain HTTP')
  if (first.hostname !== second.hostname) return finding(rule, -5, `leads at once to another host, ${second.hostname}`)
  return finding(rule, 0, 'leads to HTTPS')
}

const privatePolicies = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin']
const openPolicies = ['origin', 'origin-when-cross-origin', 'unsafe-url', 'no-referrer-when-downgrade']

export function judgeReferrer(headers: Headers, page: PageFacts): Finding {
  const rule = 'referrer-policy'
  const given = [...linesOf(headers, rule), ...(page.meta.get(rule) ?? [])]
  if (given.length === 0) return finding(rule, 0, 'is missing')
  const words = given.flatMap(line => line.split(',')).map(word => word.trim().toLowerCase())
  const policy = words.findLast(word => [...privatePolicies, ...openPolicies].includes(word))
  if (policy === undefined) return finding(rule, -5, `cannot be read: ${given.join(', ').slice(0, 100)}`)
  return privatePolicies.includes(policy) ? finding(rule, 5, policy) : finding(rule, -5, `tells too much: ${policy}`)
}

export function judgeSniffing(headers: Headers): Finding {
  const rule = 'x-content-type-options'
  const line = firstOf(headers, rule)?.toLowerCase()
  if (line === 'nosniff') return finding(rule, 0, 'nosniff')
  return finding(rule, -5, line === undefined ? 'is missing' : `expected nosniff, found ${line.slice(0, 100)}`)
}

/** `byPolicy`: the Content-Security-Policy says who may frame the page. */
export function judgeFraming(headers: Headers, byPolicy: boolean): Finding {
  const rule = 'x-frame-options'
  if (byPolicy) return finding(rule, 5, 'is said by frame-ancestors')
  const line = firstOf(headers, rule)?.toLowerCase()
  if (line === undefined) return finding(rule, -20, 'is missing')
  if (line === 'deny' || line === 'sameorigin') return finding(rule, 5, line)
  if (line.startsWith('allow-from')) return finding(rule, 0, 'allow-from, which few browsers know')
  return finding(rule, -20, `cannot be read: ${line.slice(0, 100)}`)
}

export function judgeResource(headers: Headers, page: PageFacts): Finding {
  const rule = 'cross-origin-resource-policy'
  const line = (firstOf(headers, rule) ?? page.meta.get(rule)?.at(-1)?.trim())?.toLowerCase()
  if (line === undefined || line === '') return finding(rule, 0, 'is missing')
  if (line === 'same-origin' || line === 'same-site') return finding(rule, 10, line)
  return line === 'cross-origin' ? finding(rule, 0, line) : finding(rule, -5, `cannot be read: ${line.slice(0, 100)}`)
}

/** A header that is one word, perhaps with parameters; a second line makes it invalid. */
function judgeWord(headers: Headers, rule: string, good: readonly string[]): Finding {
  const lines = linesOf(headers, rule)
  const word = /^\s*([A-Za-z*][\w!#$%&'*+.^`|~:/-]*)\s*(?:;.*)?$/.exec(lines[0] ?? '')?.[1]
  if (lines.length === 0 || lines[0]!.trim() === '') return finding(rule, 0, 'is missing')
  if (lines.length === 1 && word !== undefined && good.includes(word)) return finding(rule, 10, word)
  if (lines.length === 1 && word === 'unsafe-none') return finding(rule, 0, word)
  return finding(rule, -5, `cannot be read: ${lines.join(', ').slice(0, 100)}`)
}

export const judgeEmbedder = (headers: Headers): Finding =>
  judgeWord(headers, 'cross-origin-embedder-policy', ['require-corp', 'credentialless'])

export const judgeOpener = (headers: Headers): Finding =>
  judgeWord(headers, 'cross-origin-opener-policy', ['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups'])

/** Scripts of other sites, held to their content by a hash (SRI). */
export function judgeScripts(page: PageFacts, url: URL, isHtml: boolean): Finding {
  const rule = 'subresource-integrity'
  if (!isHtml) return finding(rule, 0, 'is not needed: the answer is not HTML')
  if (page.scripts.length === 0) return finding(rule, 0, 'is not needed: there are no scripts')
  let foreign = 0
  let own = 0
  const found: { readonly rank: number; readonly modifier: number; readonly text: string }[] = []
  for (const { src, integrity } of page.scripts) {
    if (src === undefined) continue
    const isWhole = /^https?:\/\//i.test(src)
    const isLoose = /^\/\/[^/]/.test(src)
    const secure = isWhole ? /^https:/i.test(src) : !isLoose && url.protocol === 'https:'
    if (!isLoose && (!isWhole || isSameSite(url, src))) {
      if (integrity && secure) own += 1
      continue
    }
    foreign += 1
    if (integrity && !secure)
      found.push({ rank: 0, modifier: -20, text: `${src} has a hash and may come over plain HTTP` })
    if (!integrity && secure) found.push({ rank: 1, modifier: -5, text: `${src} has none` })
    if (!integrity && !secure)
      found.push({ rank: 2, modifier: -50, text: `${src} has none and may come over plain HTTP` })
  }
  const [worst] = found.toSorted((a, b) => b.rank - a.rank)
  if (worst) return finding(rule, worst.modifier, worst.text)
  return own + foreign > 0
    ? finding(rule, 5, 'is used')
    : finding(rule, 0, 'is not needed: all scripts are of this site')
}

/** Hosts below one registrable name, as far as that can be told without the list of public suffixes. */
function isSameSite(url: URL, src: string): boolean {
  const other = URL.parse(src)?.hostname ?? ''
  const parts = (host: string) => host.split('.').reverse()
  const [a, b] = [parts(url.hostname), parts(other)]
  if (url.hostname === other) return true
  const [top = '', second = ''] = a
  // Under `co.uk` and `com.br` everybody may have a name.
  const least = top.length === 2 && second.length <= 3 ? 3 : 2
  return a.length >= least && a.slice(0, least).every((part, index) => part === b[index])
}
