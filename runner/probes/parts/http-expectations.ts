/** What an HTTP answer is held to. Compiled once per check; judged without a further look at the options. */

import { z } from 'zod'
import { duration } from '../../config/options.ts'
import type { Problem } from '../../core/contracts.ts'
import { certificateFields } from './certificate.ts'
import { comparison, figureComparison, parsePath } from './comparison.ts'
import { contractOf } from './contract.ts'
import { limitRef, list, type Pattern, pattern, patterns, wants } from './fields.ts'
import {
  type Answer,
  compressionRule,
  echoRule,
  headerRule,
  jsonRule,
  type Rule,
  redirectRule,
  sizeRule,
  statusRule,
  textRule,
  urlRule,
} from './http-rules.ts'
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

export interface Judge {
  readonly needsBody: boolean
  readonly problems: readonly Problem[]
  /** Everything that is not as expected, the deciding one first. */
  judge(answer: Answer): readonly Trouble[]
}

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
