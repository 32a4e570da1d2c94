import { z } from 'zod'
import { below, nameOf, parseOptions, show } from '../config/options.ts'
import type { Breach, Observation, Phase } from '../core/contracts.ts'
import type { Probe, ProbeRun } from '../core/definitions.ts'
import { describeLimit, grades, keepsLimit, type Limit, type LimitRef } from '../core/requirements.ts'
import { publicOnly } from '../system/address-guard.ts'
import { createTlsContexts, type TlsContexts } from '../system/tls-contexts.ts'
import { addresses, ca, caFiles, family, isLimitRef, limitRef, originName, servername } from './parts/fields.ts'
import { type Walk, type WalkPlan, walk } from './parts/http-walk.ts'
import { type Graded, gradeSite } from './parts/observatory/grade.ts'
import { cutShort, type Trouble } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'

export const headersOptions = z.strictObject({
  origin: originName,
  plain: z
    .string()
    .optional()
    .describe(
      "Name of the system's address that speaks plain HTTP, for the rule about redirects. Default: port 80 of the same host; where HTTPS is not at 443 the rule is left out.",
    ),
  grade: z
    .union([z.enum(grades), limitRef])
    .optional()
    .describe(
      "Lowest grade: 'A+' to 'F', or limit('AGT-08'). A lower one is degraded. Default: none, the grade is only told.",
    ),
  preloaded: z
    .boolean()
    .optional()
    .describe("The host is in the browsers' list of preloaded names (HSTS), which is not looked up. Default: false."),
  ca,
  servername,
  family,
  addresses,
})

/** Options of `headers`. */
export type HeadersOptions = z.input<typeof headersOptions>
type Options = z.output<typeof headersOptions>

/**
 * Scores the security headers of a page as Mozilla Observatory does (algorithm 6), and gives the grade with what it is made of.
 *
 * @example headers('/', { origin: 'https', plain: 'plain', grade: limit('AGT-08') })
 */
export function headers(path: string, given: HeadersOptions = {}): Probe {
  const at = ['headers']
  const { options, problems } = parseOptions(at, headersOptions, given)
  const summary = `security headers of ${nameOf(path)}`
  if (problems.length > 0) return unusable('headers', summary, problems)
  const contexts = createTlsContexts()
  const pathProblem = {
    level: 'error' as const,
    path: [],
    message: `expected a path such as '/', found ${show(path)}`,
  }
  return Object.freeze({
    kind: 'headers',
    summary,
    origins: [options.origin ?? 'web', ...(options.plain === undefined ? [] : [options.plain])],
    limits: isLimitRef(options.grade) ? [options.grade] : [],
    figures: typeof options.grade === 'string' ? [{ metric: 'observatory_grade', value: options.grade }] : [],
    files: caFiles(options.ca),
    problems: below(
      at,
      typeof path === 'string' && path.startsWith('/') && !path.startsWith('//') ? [] : [pathProblem],
    ),
    observe: (run: ProbeRun) => observe(run, path, options, contexts),
  })
}

/** An origin that nobody admits. */
const stranger = 'https://stranger.example'

async function observe(run: ProbeRun, path: string, options: Options, contexts: TlsContexts): Promise<Observation> {
  if (run.signal.aborted) return { ok: false, ...cutShort(run, 'the time was over before the start') }
  const url = new URL(path, run.url(options.origin))
  const plan = planOf(options, contexts)
  const page = await walk(run, plan, url)
  const { phases, last } = page
  const trouble = page.trouble ?? statusTrouble(page)
  if (trouble) return { ok: false, ...trouble, phases }
  const asked = await walk(run, { ...plan, headers: { ...plan.headers, origin: stranger } }, page.url)
  if (asked.trouble) return { ok: false, ...asked.trouble, phases }
  const plainUrl = plainOf(run, path, options, page.url)
  const plain = plainUrl === undefined ? undefined : await routeFrom(run, plan, plainUrl)
  if (plain !== undefined && 'reason' in plain) return { ok: false, ...plain, phases }
  const graded = gradeSite({
    url: page.url,
    headers: last.headers,
    body: last.body?.toString('utf8') ?? '',
    cors: { headers: asked.last.headers, origin: stranger },
    plain: plain ?? { route: undefined, badCertificate: false },
    preloaded: options.preloaded ?? false,
  })
  return judge(run, options, graded, phases)
}

const planOf = (options: Options, contexts: TlsContexts): WalkPlan => ({
  method: 'GET',
  headers: { accept: 'text/html, */*', 'accept-encoding': 'gzip, br' },
  credentials: {},
  body: undefined,
  privateBody: false,
  redirects: 10,
  follow: true,
  limits: { wire: 10_000_000, unpacked: 50_000_000 },
  keepBody: true,
  family: options.family,
  guard: options.addresses === 'public' ? publicOnly() : undefined,
  contexts,
  tls: options.ca === undefined ? {} : { ca: options.ca },
  verify: true,
  servername: options.servername,
})

function statusTrouble({ last, url }: Walk): Trouble | undefined {
  const { status = 0 } = last
  if (status >= 200 && status < 300) return undefined
  return { reason: 'status', detail: `expected a page at ${url.pathname} (status 200 to 299), found ${status}` }
}

/** Where plain HTTP is asked for. */
function plainOf(run: ProbeRun, path: string, options: Options, url: URL): URL | undefined {
  if (options.plain !== undefined) return new URL(path, run.url(options.plain))
  if (url.protocol === 'http:') return url
  return url.port === '' ? new URL(path, `http://${url.hostname}`) : undefined
}

interface Route {
  readonly route: readonly URL[] | undefined
  readonly badCertificate: boolean
}

/** The addresses that plain HTTP leads to, one after the other; nobody need answer at the end of the way. */
async function routeFrom(run: ProbeRun, plan: WalkPlan, first: URL): Promise<Route | Trouble> {
  const route: URL[] = [first]
  for (;;) {
    const { last, location, trouble } = await walk(run, { ...plan, follow: false, keepBody: false }, route.at(-1)!)
    if (trouble?.reason === 'timeout') return trouble
    if (trouble?.reason === 'tls') return { route, badCertificate: true }
    if (last.status === undefined) return { route: route.length === 1 ? undefined : route, badCertificate: false }
    if (location === undefined || route.length > 10) return { route, badCertificate: false }
    route.push(location)
  }
}

function judge(run: ProbeRun, { grade }: Options, graded: Graded, phases: readonly Phase[]): Observation {
  const { score, findings } = graded
  const against = findings.filter(({ modifier }) => modifier < 0)
  const signed = (points: number) => (points < 0 ? `−${-points}` : `+${points}`)
  const told = against.map(({ rule, text, modifier }) => `${rule} ${text} (${signed(modifier)})`)
  const metrics = {
    observatory_score: score,
    ...Object.fromEntries(findings.map(({ rule, modifier }) => [`observatory_${rule.replaceAll('-', '_')}`, modifier])),
  }
  if (grade === undefined) return { ok: true, phases, metrics }
  const breaches = breachesOf(run, grade, graded, told)
  return { ok: true, phases, metrics, ...(breaches.length === 0 ? {} : { breaches }) }
}

function breachesOf(
  run: ProbeRun,
  wanted: LimitRef | (typeof grades)[number],
  { score, grade, findings }: Graded,
  told: readonly string[],
): readonly Breach[] {
  const limit: Limit = isLimitRef(wanted) ? run.limit(wanted) : { metric: 'observatory_grade', gte: wanted }
  if (keepsLimit(limit, grade)) return []
  const missing = findings.filter(({ modifier }) => modifier === 0).map(({ rule, text }) => `${rule} ${text} (0)`)
  return [
    {
      ...(isLimitRef(wanted) ? { requirement: wanted.requirement } : {}),
      metric: limit.metric,
      value: score,
      limit: describeLimit(limit),
      // With nothing against it, what gives no points is in the way.
      found: `grade ${grade}: ${(told.length > 0 ? told : missing).join('; ')}`,
    },
  ]
}
