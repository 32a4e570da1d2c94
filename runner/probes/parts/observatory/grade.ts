/** A score and a grade out of findings, as Mozilla Observatory gives them (algorithm 6). Pure. */

import { judgeCsp } from './csp.ts'
import type { Finding } from './finding.ts'
import { readPage } from './page.ts'
import {
  type Headers,
  judgeCookies,
  judgeCors,
  judgeEmbedder,
  judgeFraming,
  judgeHsts,
  judgeOpener,
  judgeRedirect,
  judgeReferrer,
  judgeResource,
  judgeScripts,
  judgeSniffing,
  linesOf,
} from './rules.ts'

/** All that is known of a site. */
export interface Site {
  readonly url: URL
  readonly headers: Headers
  readonly body: string
  /** The answer to a call from `origin`. */
  readonly cors: { readonly headers: Headers; readonly origin: string }
  readonly plain: { readonly route: readonly URL[] | undefined; readonly badCertificate: boolean }
  /** In the browsers' list of preloaded names. */
  readonly preloaded: boolean
}

export interface Graded {
  readonly score: number
  readonly grade: string
  readonly findings: readonly Finding[]
}

export function gradeSite({ url, headers, body, cors, plain, preloaded }: Site): Graded {
  const secure = url.protocol === 'https:'
  const type = (linesOf(headers, 'content-type')[0] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const isHtml = type === '' || type === 'text/html' || type === 'application/xhtml+xml'
  const page = readPage(isHtml ? body : '')
  const csp = judgeCsp({
    header: linesOf(headers, 'content-security-policy'),
    meta: page.meta.get('content-security-policy') ?? [],
    reportOnly: linesOf(headers, 'content-security-policy-report-only').length > 0,
    secure,
  })
  const hsts = judgeHsts(headers, secure, preloaded)
  const findings = [
    csp.finding,
    judgeCookies(headers, hsts.modifier >= 0),
    judgeCors(cors.headers, cors.origin),
    judgeRedirect(plain.route, plain.badCertificate),
    judgeReferrer(headers, page),
    hsts,
    judgeScripts(page, url, isHtml),
    judgeSniffing(headers),
    judgeFraming(headers, csp.framing),
    judgeResource(headers, page),
    judgeEmbedder(headers),
    judgeOpener(headers),
  ]
  return { ...scoreOf(findings), findings }
}

const from: readonly (readonly [score: number, grade: string])[] = [
  [100, 'A+'],
  [90, 'A'],
  [85, 'A-'],
  [80, 'B+'],
  [70, 'B'],
  [65, 'B-'],
  [60, 'C+'],
  [50, 'C'],
  [45, 'C-'],
  [40, 'D+'],
  [30, 'D'],
  [25, 'D-'],
]

/** Penalties always count; what is given on top only for those who have at least 90 without. */
export function scoreOf(findings: readonly Finding[]): { readonly score: number; readonly grade: string } {
  const sum = (list: readonly Finding[]) => list.reduce((total, { modifier }) => total + modifier, 100)
  const plain = sum(findings.filter(({ modifier }) => modifier < 0))
  const score = Math.max(0, plain >= 90 ? sum(findings) : plain)
  return { score, grade: from.find(([least]) => score >= least)?.[1] ?? 'F' }
}
