/** What an HTTP answer is held to. Compiled once per check; judged without a further look at the options. */

import { z } from 'zod'
import { duration, show } from '../../config/options.ts'
import type { Problem } from '../../core/contracts.ts'
import { encodingsOf } from '../../system/unpack.ts'
import { certificateFields } from './certificate.ts'
import { type Comparison, compare, comparison, figureComparison, parsePath, valueAt } from './comparison.ts'
import { contractOf } from './contract.ts'
import { fits, limitRef, list, type Pattern, pattern, patterns, wants } from './fields.ts'
import type { Trouble } from './trouble.ts'

const status = z.union([
  z.int().min(100).max(599),
  z.string().regex(/^[1-5]xx$/, wants("a status such as 200 or '2xx'")),
])

const header = z.union([pattern, z.boolean()])

/** A schema of zod, of any copy of it, or a JSON Schema. */
const contract = z.custom<object>(value => typeof value === 'object' && value !== null, {
  message: 'expected a schema of zod or a JSON Schema',
})

const encodings = ['gzip', 'br', 'zstd', 'deflate'] as const

export const httpExpectations = z.strictObject({
  status: z
    .union([status, z.array(status).min(1)])
    .optional()
    .describe("Status: 200, '2xx', or a list of them. Default: '2xx'; with `redirect` '3xx'."),
  headers: z
    .record(z.string(), header)
    .optional()
    .describe(
      'Headers by name: text that is the whole value, an expression, `true` for any value, `false` for absence.',
    ),
  echo: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Headers that are sent with a value of this run alone and must come back with it: `x-request-id`.'),
  text: patterns.optional().describe('Text that the body contains, or expressions that it matches.'),
  notText: patterns.optional().describe('Text that the body must not contain, or expressions that it must not match.'),
  json: z
    .record(z.string(), comparison)
    .optional()
    .describe("Values of the JSON body by path: `{ 'services.redis': 'ok', 'items.length': { gte: 1 } }`."),
  contract: contract.optional().describe('What the whole JSON body must fit: a schema of zod, or a JSON Schema.'),
  size: figureComparison.optional().describe('Bytes of the body, unpacked: `{ gte: 1_000 }`.'),
  compression: z
    .union([z.boolean(), z.enum(encodings)])
    .optional()
    .describe('`true`: packed in any way that we offer; a name: in this way; `false`: not packed.'),
  redirect: pattern
    .optional()
    .describe('The answer is a redirect to this address (whole text, or an expression); it is not followed.'),
  url: pattern.optional().describe('Address at which the redirects end (whole text, or an expression).'),
  duration: z
    .union([duration, limitRef])
    .optional()
    .describe(
      "Longest time to the end of the answer: '500ms', or limit('COD-01', { stat: 'p95' }). Over it is degraded, reason slow.",
    ),
  certificate: z.strictObject(certificateFields).optional().describe('What is left of the life of the certificate.'),
})

export type HttpExpectations = z.output<typeof httpExpectations>

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer | undefined
  readonly bodyBytes: number
  /** Address that answered. */
  readonly url: URL
  /** Where a redirect leads that was not followed. */
  readonly location?: URL | undefined
  /** Value that was sent in the echoed headers. */
  readonly echo: string
}

export interface Judge {
  readonly needsBody: boolean
  readonly problems: readonly Problem[]
  /** Everything that is not as expected, the deciding one first. */
  judge(answer: Answer): readonly Trouble[]
}

type Rule = (answer: Answer) => Trouble | readonly Trouble[] | undefined
type Parse = { readonly value: unknown } | { readonly trouble: Trouble }

export function compileExpectations(expect: HttpExpectations): Judge {
  const json = Object.entries(expect.json ?? {}).map(([path, wanted]) => ({ path, wanted, keys: parsePath(path) }))
  const mismatch = expect.contract === undefined ? undefined : contractOf(expect.contract)
  const rules: Rule[] = [
    statusRule(expect),
    ...(expect.redirect === undefined ? [] : [redirectRule(expect.redirect)]),
    ...(expect.url === undefined ? [] : [urlRule(expect.url)]),
    ...Object.entries(expect.headers ?? {}).map(([name, wanted]) => headerRule(name, wanted)),
    ...list(expect.echo).map(echoRule),
    ...(expect.compression === undefined ? [] : [compressionRule(expect.compression)]),
    ...(expect.size === undefined ? [] : [sizeRule(expect.size)]),
    ...list<Pattern>(expect.text).map(wanted => textRule(wanted, true)),
    ...list<Pattern>(expect.notText).map(wanted => textRule(wanted, false)),
    ...(json.length === 0 && mismatch === undefined
      ? []
      : [jsonRule(json, typeof mismatch === 'function' ? mismatch : undefined)]),
  ]
  const problems: readonly Problem[] = [
    ...json.flatMap(({ path, keys }): readonly Problem[] =>
      keys === undefined
        ? [
            {
              level: 'error',
              path: ['expect', 'json', path],
              message: `expected a path such as 'items[0].name', found '${path}'`,
            },
          ]
        : [],
    ),
    ...(typeof mismatch === 'string'
      ? [{ level: 'error' as const, path: ['expect', 'contract'], message: mismatch }]
      : []),
  ]
  return {
    problems,
    needsBody: [expect.text, expect.notText, expect.json, expect.contract].some(part => part !== undefined),
    judge: answer => rules.flatMap(rule => rule(answer) ?? []),
  }
}

function statusRule(expect: HttpExpectations): Rule {
  const wanted = list(expect.status ?? (expect.redirect === undefined ? '2xx' : '3xx')).map(String)
  const exact = new Set(wanted)
  return ({ status, location }) => {
    if (exact.has(String(status)) || exact.has(`${Math.floor(status / 100)}xx`)) return undefined
    const to = location === undefined ? '' : `, a redirect to ${plainUrl(location)}`
    return { reason: 'status', detail: `expected status ${wanted.join(' or ')}, found ${status}${to}` }
  }
}

const redirectRule =
  (wanted: Pattern): Rule =>
  ({ location, url }) => {
    const found = location?.href
    if (found !== undefined && isWhole(wanted, found, url)) return undefined
    return {
      reason: 'redirect',
      detail: `expected a redirect to ${show(wanted)}, found ${location === undefined ? 'none' : plainUrl(location)}`,
    }
  }

const urlRule =
  (wanted: Pattern): Rule =>
  ({ url }) =>
    isWhole(wanted, url.href, url)
      ? undefined
      : { reason: 'redirect', detail: `expected to end at ${show(wanted)}, found ${plainUrl(url)}` }

/** Text means the same address, also when it is written relative to where we are. */
const isWhole = (wanted: Pattern, found: string, base: URL) =>
  wanted instanceof RegExp
    ? fits(wanted, found)
    : URL.canParse(wanted, base)
      ? new URL(wanted, base).href === found
      : wanted === found

function headerRule(written: string, wanted: Pattern | boolean): Rule {
  const name = written.toLowerCase()
  const ok = (values: readonly string[]) => {
    if (typeof wanted === 'boolean') return values.length > 0 === wanted
    return [...values, values.join(', ')].some(value =>
      wanted instanceof RegExp ? fits(wanted, value) : value === wanted,
    )
  }
  const words =
    wanted === true
      ? 'to be sent'
      : wanted === false
        ? 'not to be sent'
        : wanted instanceof RegExp
          ? `to match ${wanted}`
          : `to be ${show(wanted)}`
  return ({ headers }) => {
    const values = list(headers[name])
    if (ok(values)) return undefined
    const found = values.length === 0 ? 'no such header' : show(values.join(', '))
    return { reason: 'assertion', detail: `expected the header ${written} ${words}, found ${found}` }
  }
}

const echoRule =
  (name: string): Rule =>
  ({ headers, echo }) => {
    const found = list(headers[name.toLowerCase()])
    if (found.includes(echo)) return undefined
    return {
      reason: 'assertion',
      detail: `expected the header ${name} to come back as it was sent (${show(echo)}), found ${found.length === 0 ? 'no such header' : show(found.join(', '))}`,
    }
  }

function compressionRule(wanted: boolean | string): Rule {
  const words = wanted === true ? 'packed' : wanted === false ? 'not packed' : `packed with ${wanted}`
  return ({ headers }) => {
    const found = encodingsOf(list(headers['content-encoding']).join(','))
    const ok = typeof wanted === 'boolean' ? found.length > 0 === wanted : found.at(-1) === wanted
    if (ok) return undefined
    return {
      reason: 'assertion',
      detail: `expected a body that is ${words}, found ${found.length === 0 ? 'one that is not' : `content-encoding ${found.join(', ')}`}`,
    }
  }
}

const sizeRule =
  (wanted: z.output<typeof figureComparison>): Rule =>
  ({ bodyBytes }) =>
    assertion(compare('the size of the body (bytes)', wanted as Comparison, bodyBytes))

function textRule(wanted: Pattern, present: boolean): Rule {
  const how = wanted instanceof RegExp ? 'match' : 'contain'
  return answer => {
    const text = textOf(answer)
    if (fits(wanted, text) === present) return undefined
    return {
      reason: 'assertion',
      detail: `expected the body ${present ? '' : 'not '}to ${how} ${show(wanted)}, found ${present ? excerpt(text) : 'that it does'}`,
    }
  }
}

function jsonRule(
  paths: readonly {
    readonly path: string
    readonly wanted: Comparison
    readonly keys: readonly string[] | undefined
  }[],
  mismatch: ((value: unknown) => string | undefined) | undefined,
): Rule {
  return answer => {
    const parsed = parseJson(answer)
    if ('trouble' in parsed) return parsed.trouble
    const wrong = mismatch?.(parsed.value)
    return [
      ...paths.flatMap(
        ({ path, wanted, keys }) =>
          assertion(compare(path || 'the body', wanted, valueAt(parsed.value, keys ?? []))) ?? [],
      ),
      ...(wrong === undefined ? [] : [{ reason: 'contract' as const, detail: wrong }]),
    ]
  }
}

function parseJson(answer: Answer): Parse {
  const text = textOf(answer)
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { trouble: { reason: 'assertion', detail: `expected a body of JSON, found ${excerpt(text)}` } }
  }
}

const assertion = (detail: string | undefined): Trouble | undefined =>
  detail === undefined ? undefined : { reason: 'assertion', detail }

const charsets = /charset="?([\w-]+)/i

function textOf({ body, headers }: Answer): string {
  if (body === undefined || body.length === 0) return ''
  const charset = charsets.exec(list(headers['content-type']).join())?.[1]
  if (charset === undefined || /^utf-?8$/i.test(charset)) return body.toString('utf8').replace(/^\uFEFF/, '')
  try {
    return new TextDecoder(charset).decode(body)
  } catch {
    return body.toString('utf8')
  }
}

const longest = 120

/** The beginning of a body in one line. */
function excerpt(text: string): string {
  if (text === '') return 'nothing'
  const line = text
    .slice(0, 4 * longest)
    .replace(/\s+/g, ' ')
    .trim()
  return `'${line.length > longest ? `${line.slice(0, longest)}…` : line}'`
}

/** An address without what may be a secret: user, query, fragment. */
export const plainUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname}`
