import { z } from 'zod'
import { below, nameOf, parseOptions, show } from '../config/options.ts'
import { isSecret } from '../config/secret.ts'
import type { Breach, Observation, Problem } from '../core/contracts.ts'
import type { Probe, ProbeRun, Secret } from '../core/definitions.ts'
import { describeLimit, keepsLimit, type LimitRef, type Statistic, statistic } from '../core/requirements.ts'
import { publicOnly } from '../system/address-guard.ts'
import { prepareExchange } from '../system/exchange.ts'
import { createTlsContexts } from '../system/tls-contexts.ts'
import { daysFigures, daysLimits, lifeBreaches, lifeMetrics, lifeOf } from './parts/certificate.ts'
import {
  addresses,
  ca,
  caFiles,
  family,
  isJson,
  isLimitRef,
  list,
  originName,
  secretsIn,
  servername,
  text,
  wants,
} from './parts/fields.ts'
import { compileExpectations, type HttpExpectations, httpExpectations, type Judge } from './parts/http-expectations.ts'
import { type Walk, type WalkPlan, walk } from './parts/http-walk.ts'
import { cutShort, type Trouble } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'

export const httpOptions = z.strictObject({
  origin: originName,
  method: z
    .string()
    .regex(/^[A-Z]+$/, wants("a method such as 'POST'"))
    .optional()
    .describe("Method. Default: 'GET'; with a body 'POST'."),
  headers: z
    .record(z.string(), text)
    .optional()
    .describe('Headers to send. Those that are secrets stay with their origin.'),
  body: text.optional().describe('Body to send.'),
  json: z
    .unknown()
    .refine(value => isJson(value), wants('what JSON can hold (text, figures, lists, objects), or secrets in it'))
    .optional()
    .describe('Body to send as JSON; may hold secrets. Sets content-type.'),
  basic: z
    .strictObject({
      username: text.describe('Name: text or a secret.'),
      password: text.describe('Password: text or a secret.'),
    })
    .optional()
    .describe('Name and password (Basic authentication), for the origin of the check only.'),
  bearer: text.optional().describe('Token (Bearer authentication), for the origin of the check only.'),
  ca,
  servername,
  verify: z.boolean().optional().describe('False: a bad certificate is no failure. Default: true.'),
  family,
  addresses,
  redirects: z
    .int()
    .min(0)
    .max(50)
    .optional()
    .describe('Redirects to follow; one more is a failure. 0 follows none. Default: 10.'),
  limits: z
    .strictObject({
      wire: z.int().min(1).optional().describe('Most bytes of the body as it travels. Default: 10,000,000.'),
      unpacked: z.int().min(1).optional().describe('Most bytes of the body unpacked. Default: 50,000,000.'),
    })
    .optional()
    .describe('Limits on the size of the answer.'),
  samples: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Requests in one run, one after the other, all within its timeout. Default: 1.'),
  statistic: z
    .enum(['avg', 'p75', 'p95', 'max'])
    .optional()
    .describe("Statistic of the samples that `duration` is compared with. Default: that of the limit, else 'max'."),
  expect: httpExpectations.optional().describe('What the answer is held to.'),
})

/** Options of `http`. */
export type HttpOptions = z.input<typeof httpOptions>
type Options = z.output<typeof httpOptions>

/**
 * Asks for a path of the system, or for any address, over a connection of its own.
 *
 * @example http('/health', { expect: { status: 200, json: { 'services.redis': 'ok' }, duration: '500ms' } })
 */
export function http(path: string, given: HttpOptions = {}): Probe {
  const at = ['http']
  const { options, problems } = parseOptions(at, httpOptions, given)
  const foreign = isWhole(path)
  const method = options.method ?? (options.body === undefined && options.json === undefined ? 'GET' : 'POST')
  const common = {
    kind: 'http',
    summary: `${method} ${nameOf(path)}`,
    origins: foreign ? [] : [options.origin ?? 'web'],
  }
  if (problems.length > 0) return unusable(common.kind, common.summary, problems)
  const expect: HttpExpectations = options.expect ?? {}
  const judge = compileExpectations(expect)
  const prepare = preparer(method, options, judge)
  const urlOf = addresser(path, options.origin)
  return Object.freeze({
    ...common,
    limits: [...(isLimitRef(expect.duration) ? [expect.duration] : []), ...daysLimits(expect.certificate)],
    figures: [
      ...(typeof expect.duration === 'number' ? [{ metric: 'http_req_duration_ms', value: expect.duration }] : []),
      ...daysFigures(expect.certificate),
    ],
    secrets: secretsIn(options),
    files: caFiles(options.ca),
    problems: below(at, [...pathProblems(path), ...conflicts(options), ...judge.problems]),
    ...(method === 'GET' || method === 'HEAD' ? {} : { prepare: prepareExchange }),
    observe: (run: ProbeRun) => observe(run, urlOf, expect, judge, options, prepare),
  })
}

/** The address of a run: it is read once, as long as that of the system stays the same. */
function addresser(path: string, origin: string | undefined): (run: ProbeRun) => URL {
  if (isWhole(path)) return () => new URL(path)
  let known: { readonly base: URL; readonly url: URL } | undefined
  return run => {
    const base = run.url(origin)
    if (known?.base !== base) known = { base, url: new URL(path, base) }
    return known.url
  }
}

const isWhole = (path: unknown) => /^https?:\/\//i.test(nameOf(path))

function pathProblems(path: string): readonly Problem[] {
  const fine =
    typeof path === 'string' &&
    ((path.startsWith('/') && !path.startsWith('//')) || (isWhole(path) && URL.canParse(path)))
  return fine
    ? []
    : [
        {
          level: 'error',
          path: [],
          message: `expected a path such as '/health' or a whole address, found ${show(path)}`,
        },
      ]
}

function conflicts(options: Options): readonly Problem[] {
  const wrong = (name: string, message: string): Problem => ({ level: 'error', path: [name], message })
  const ways = [
    options.basic !== undefined,
    options.bearer !== undefined,
    Object.keys(options.headers ?? {}).some(name => name.toLowerCase() === 'authorization'),
  ].filter(Boolean)
  return [
    ...(ways.length > 1
      ? [wrong('basic', 'expected one of `basic`, `bearer` and a header authorization, found more')]
      : []),
    ...(options.body !== undefined && options.json !== undefined
      ? [wrong('json', 'expected either `body` or `json`, found both')]
      : []),
    ...(options.statistic !== undefined && options.expect?.duration === undefined
      ? [wrong('statistic', 'expected `expect.duration` beside `statistic`, found none')]
      : []),
  ]
}

/** Everything of a request that does not change between runs is made here, once. */
function preparer(method: string, options: Options, judge: Judge): (run: ProbeRun, echo: string) => WalkPlan {
  const expect = options.expect ?? {}
  const written = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
  const isPrivate = (name: string, value: unknown) => isSecret(value) || name === 'authorization' || name === 'cookie'
  const headers: Record<string, string> = {
    accept: '*/*',
    ...(expect.compression === undefined ? {} : { 'accept-encoding': offered(expect.compression) }),
    ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
  }
  for (const [name, value] of written) if (!isPrivate(name, value)) headers[name] = value as string
  const secrets = written.filter(([name, value]) => isPrivate(name, value))
  const echoed = list(expect.echo).map(name => name.toLowerCase())
  const bodySecret = isSecret(options.body) || secretsIn(options.json).length > 0
  const body = bodySecret ? undefined : bodyOf(options, value => String(value))
  const plan = {
    method,
    headers,
    body,
    privateBody: bodySecret,
    redirects: options.redirects ?? 10,
    follow: expect.redirect === undefined,
    limits: { wire: options.limits?.wire ?? 10_000_000, unpacked: options.limits?.unpacked ?? 50_000_000 },
    keepBody: judge.needsBody,
    family: options.family,
    guard: options.addresses === 'public' ? publicOnly() : undefined,
    contexts: createTlsContexts(),
    tls: options.ca === undefined ? {} : { ca: options.ca },
    verify: options.verify ?? true,
    servername: options.servername,
  }
  return (run, echo) => {
    const credentials: Record<string, string> = {}
    for (const [name, value] of secrets) credentials[name] = run.reveal(value)
    if (options.bearer !== undefined) credentials['authorization'] = `Bearer ${run.reveal(options.bearer)}`
    if (options.basic) {
      const pair = `${run.reveal(options.basic.username)}:${run.reveal(options.basic.password)}`
      credentials['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    }
    return {
      ...plan,
      credentials,
      ...(echoed.length === 0
        ? {}
        : { headers: { ...headers, ...Object.fromEntries(echoed.map(name => [name, echo])) } }),
      ...(bodySecret ? { body: bodyOf(options, secret => run.reveal(secret)) } : {}),
    }
  }
}

const offered = (compression: boolean | string) =>
  compression === false ? 'identity' : compression === true ? 'gzip, br, zstd, deflate' : compression

function bodyOf(options: Options, reveal: (secret: Secret) => string): string | undefined {
  if (options.body !== undefined) return isSecret(options.body) ? reveal(options.body) : options.body
  if (options.json === undefined) return undefined
  // A secret serialises itself as `[secret]` before a replacer sees it, hence the look at the holder.
  return JSON.stringify(options.json, function (this: Record<string, unknown>, key, value) {
    const raw = this[key]
    return isSecret(raw) ? reveal(raw) : value
  })
}

async function observe(
  run: ProbeRun,
  urlOf: (run: ProbeRun) => URL,
  expect: HttpExpectations,
  judge: Judge,
  options: Options,
  prepare: (run: ProbeRun, echo: string) => WalkPlan,
): Promise<Observation> {
  if (run.signal.aborted) return { ok: false, ...cutShort(run, 'the time was over before the start') }
  const url = urlOf(run)
  const echo = expect.echo === undefined ? '' : uniqueValue(run)
  const plan = prepare(run, echo)
  const samples = options.samples ?? 1
  const durations: number[] = []
  for (;;) {
    const seen = await walk(run, plan, url)
    durations.push(seen.duration)
    const troubles = seen.trouble ? [seen.trouble] : [...judge.judge(answerOf(seen, echo)), ...unsecured(seen, expect)]
    const found = { phases: seen.phases, metrics: metricsOf(run, seen, options) }
    if (troubles.length > 0) return { ok: false, ...joined(troubles, durations.length, samples), ...found }
    if (durations.length === samples) {
      const breaches = breachesOf(run, expect, options, durations, seen)
      return { ok: true, ...found, ...(breaches.length === 0 ? {} : { breaches }) }
    }
  }
}

/** What is expected of a certificate must not be kept by having none. */
const unsecured = ({ last }: Walk, { certificate }: HttpExpectations): readonly Trouble[] =>
  certificate === undefined || last.certificate !== undefined
    ? []
    : [{ reason: 'tls', detail: 'expected a certificate, found a connection without TLS' }]

/** A value that no other run sends: the trace id of its marks, in the form of a UUID. */
function uniqueValue(run: ProbeRun): string {
  const [, trace = run.clock.now().toString(16).padStart(32, '0')] =
    /^00-([0-9a-f]{32})-/.exec(run.marks['traceparent'] ?? '') ?? []
  return trace.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const answerOf = ({ last, url, location }: Walk, echo: string) => ({
  status: last.status!,
  headers: last.headers,
  body: last.body,
  bodyBytes: last.bodyBytes,
  url,
  location,
  echo,
})

const mostTold = 3

/** The first trouble decides the reason; the next ones help to understand it. */
function joined(troubles: readonly Trouble[], sample: number, samples: number): Trouble {
  const details = troubles.slice(0, mostTold).map(({ detail }) => detail)
  const more = troubles.length > mostTold ? `; and ${troubles.length - mostTold} more` : ''
  const which = samples > 1 ? `sample ${sample} of ${samples}: ` : ''
  return { reason: troubles[0]!.reason, detail: `${which}${details.join('; ')}${more}` }
}

function metricsOf(run: ProbeRun, { last, redirects, url }: Walk, options: Options): Readonly<Record<string, number>> {
  const length = Number(last.headers['content-length'] ?? Number.NaN)
  return {
    ...(last.status === undefined
      ? {}
      : {
          http_status: last.status,
          http_version: last.version ?? 1.1,
          http_redirects: redirects,
          http_ssl: url.protocol === 'https:' ? 1 : 0,
          http_wire_bytes: last.wireBytes,
          http_body_bytes: last.bodyBytes,
          ...(Number.isSafeInteger(length) ? { http_content_length: length } : {}),
        }),
    ...(last.certificate === undefined ? {} : lifeMetrics(lifeOf(last.certificate, run.clock.now()))),
    ...(options.samples === undefined ? {} : { http_samples: options.samples }),
  }
}

function breachesOf(
  run: ProbeRun,
  expect: HttpExpectations,
  options: Options,
  durations: readonly number[],
  seen: Walk,
): readonly Breach[] {
  const { certificate } = seen.last
  return [
    ...(expect.duration === undefined ? [] : durationBreaches(run, expect.duration, options.statistic, durations)),
    ...(expect.certificate === undefined || certificate === undefined
      ? []
      : lifeBreaches(run, expect.certificate, lifeOf(certificate, run.clock.now()))),
  ]
}

function durationBreaches(
  run: ProbeRun,
  wanted: number | LimitRef,
  chosen: Statistic | undefined,
  durations: readonly number[],
): readonly Breach[] {
  if (typeof wanted === 'number') {
    const stat = chosen ?? 'max'
    const value = statistic(durations, stat)
    const name = durations.length > 1 ? `duration_ms ${stat}` : 'duration_ms'
    return value <= wanted ? [] : [{ metric: 'duration_ms', value, limit: `${name} <= ${wanted}` }]
  }
  const limit = run.limit(wanted)
  const ms = statistic(durations, chosen ?? limit.stat ?? 'max')
  const value = /_s$/.test(limit.metric) ? ms / 1_000 : ms
  return keepsLimit(limit, value)
    ? []
    : [{ requirement: wanted.requirement, metric: limit.metric, value, limit: describeLimit(limit) }]
}
