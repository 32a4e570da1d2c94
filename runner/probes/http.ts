import { z } from 'zod'
import { below, nameOf, parseOptions } from '../config/options.ts'
import type { Observation, Problem } from '../core/contracts.ts'
import type { Probe, ProbeRun } from '../core/definitions.ts'
import { prepareExchange } from '../system/exchange.ts'
import { daysFigures, daysLimits } from './parts/certificate.ts'
import { caFiles, isLimitRef, originName, secretsIn } from './parts/fields.ts'
import { compileExpectations, type HttpExpectations, httpExpectations, type Judge } from './parts/http-expectations.ts'
import { breachesOf, metricsOf } from './parts/http-figures.ts'
import { preparer, requestFields } from './parts/http-request.ts'
import { type Walk, type WalkPlan, walk } from './parts/http-walk.ts'
import { isWhole, pathProblems } from './parts/path.ts'
import { cutShort, type Trouble } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'

export const httpOptions = z.strictObject({
  origin: originName,
  ...requestFields,
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
  const foreign = isWhole(path, 'http')
  const method = options.method ?? (options.body === undefined && options.json === undefined ? 'GET' : 'POST')
  const common = {
    kind: 'http',
    summary: `${method} ${nameOf(path)}`,
    origins: foreign ? [] : [options.origin ?? 'web'],
  }
  if (problems.length > 0) return unusable(common.kind, common.summary, problems)
  const expect: HttpExpectations = options.expect ?? {}
  const judge = compileExpectations(expect)
  const prepare = preparer(method, options, expect, judge.needsBody)
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
    problems: below(at, [
      ...pathProblems(path, 'http', "a path such as '/health' or a whole address"),
      ...conflicts(options),
      ...judge.problems,
    ]),
    ...(method === 'GET' || method === 'HEAD' ? {} : { prepare: prepareExchange }),
    observe: (run: ProbeRun) => observe(run, urlOf, expect, judge, options, prepare),
  })
}

/** The address of a run: it is read once, as long as that of the system stays the same. */
function addresser(path: string, origin: string | undefined): (run: ProbeRun) => URL {
  if (isWhole(path, 'http')) return () => new URL(path)
  let known: { readonly base: URL; readonly url: URL } | undefined
  return run => {
    const base = run.url(origin)
    if (known?.base !== base) known = { base, url: new URL(path, base) }
    return known.url
  }
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
