/** One rule for each thing that an HTTP answer may be held to: it says what is not as expected. */

import type { z } from 'zod'
import { show } from '../../config/options.ts'
import { encodingsOf } from '../../system/unpack.ts'
import { type Comparison, compare, type figureComparison, valueAt } from './comparison.ts'
import { fits, list, type Pattern } from './fields.ts'
import type { Trouble } from './trouble.ts'

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

export type Rule = (answer: Answer) => Trouble | readonly Trouble[] | undefined
type Parse = { readonly value: unknown } | { readonly trouble: Trouble }

export function statusRule(expect: {
  readonly status?: number | string | (number | string)[] | undefined
  readonly redirect?: Pattern | undefined
}): Rule {
  const wanted = list(expect.status ?? (expect.redirect === undefined ? '2xx' : '3xx')).map(String)
  const exact = new Set(wanted)
  return ({ status, location }) => {
    if (exact.has(String(status)) || exact.has(`${Math.floor(status / 100)}xx`)) return undefined
    const to = location === undefined ? '' : `, a redirect to ${plainUrl(location)}`
    return { reason: 'status', detail: `expected status ${wanted.join(' or ')}, found ${status}${to}` }
  }
}

export const redirectRule =
  (wanted: Pattern): Rule =>
  ({ location, url }) => {
    const found = location?.href
    if (found !== undefined && isWhole(wanted, found, url)) return undefined
    return {
      reason: 'redirect',
      detail: `expected a redirect to ${show(wanted)}, found ${location === undefined ? 'none' : plainUrl(location)}`,
    }
  }

export const urlRule =
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

export function headerRule(written: string, wanted: Pattern | boolean): Rule {
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

export const echoRule =
  (name: string): Rule =>
  ({ headers, echo }) => {
    const found = list(headers[name.toLowerCase()])
    if (found.includes(echo)) return undefined
    return {
      reason: 'assertion',
      detail: `expected the header ${name} to come back as it was sent (${show(echo)}), found ${found.length === 0 ? 'no such header' : show(found.join(', '))}`,
    }
  }

export function compressionRule(wanted: boolean | string): Rule {
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

export const sizeRule =
  (wanted: z.output<typeof figureComparison>): Rule =>
  ({ bodyBytes }) =>
    assertion(compare('the size of the body (bytes)', wanted as Comparison, bodyBytes))

export function textRule(wanted: Pattern, present: boolean): Rule {
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

export function jsonRule(
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
