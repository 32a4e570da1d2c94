/** Expectations on a value out of JSON, and on figures: `'ok'`, `/^v2/`, `{ gte: 1 }`. */

import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { show } from '../../config/options.ts'
import { isJson, wants } from './fields.ts'

const types = ['string', 'number', 'boolean', 'object', 'array', 'null'] as const

const figures = {
  gt: z.number().optional().describe('More than.'),
  gte: z.number().optional().describe('At least.'),
  lt: z.number().optional().describe('Less than.'),
  lte: z.number().optional().describe('At most.'),
}

// What JSON cannot hold is never found in it: the check would be red, or green, whatever the answer says.
const found = z.unknown().refine(value => value === undefined || isJson(value), wants('a value that JSON can hold'))

/** A figure, or bounds for it. */
export const figureComparison = z.union([
  z.number(),
  z.strictObject({ eq: z.number().optional().describe('Equal to.'), ...figures }),
])

export const comparison = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.instanceof(RegExp),
  z.strictObject({
    eq: found.optional().describe('Equal to, also arrays and objects.'),
    not: found.optional().describe('Anything but.'),
    in: z.array(found).optional().describe('One of.'),
    ...figures,
    matches: z.instanceof(RegExp).optional().describe('Text that matches.'),
    contains: found.optional().describe('Text that contains it, or an array that has it.'),
    type: z.enum(types).optional().describe('Of this type.'),
    exists: z.boolean().optional().describe('Whether there is such a value at all; null is one.'),
  }),
])

export type Comparison = z.output<typeof comparison>
type Rule = Readonly<Record<string, unknown>>

/** A sentence on what was expected of `what` and what was found, or undefined when the value is as expected. */
export function compare(what: string, expected: Comparison, found: unknown): string | undefined {
  const rule: Rule =
    expected instanceof RegExp
      ? { matches: expected }
      : typeof expected === 'object' && expected !== null
        ? expected
        : { eq: expected }
  for (const [name, value] of Object.entries(rule)) {
    if (value === undefined && name !== 'eq') continue
    if (!holds(name, value, found)) return `expected ${what} ${words(name, value)}, found ${show(found)}`
  }
  return undefined
}

function holds(name: string, value: unknown, found: unknown): boolean {
  switch (name) {
    case 'eq':
      return isDeepStrictEqual(found, value)
    case 'not':
      return !isDeepStrictEqual(found, value)
    case 'in':
      return (value as readonly unknown[]).some(item => isDeepStrictEqual(found, item))
    case 'gt':
      return typeof found === 'number' && found > (value as number)
    case 'gte':
      return typeof found === 'number' && found >= (value as number)
    case 'lt':
      return typeof found === 'number' && found < (value as number)
    case 'lte':
      return typeof found === 'number' && found <= (value as number)
    case 'matches':
      return typeof found === 'string' && found.search(value as RegExp) >= 0
    case 'contains':
      return typeof found === 'string'
        ? found.includes(String(value))
        : Array.isArray(found) && found.some(item => isDeepStrictEqual(item, value))
    case 'type':
      return typeOf(found) === value
    default:
      return (found !== undefined) === value
  }
}

const typeOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

function words(name: string, value: unknown): string {
  const phrases: Readonly<Record<string, string>> = {
    eq: `to be ${show(value)}`,
    not: `to be anything but ${show(value)}`,
    in: `to be one of ${show(value)}`,
    gt: `to be more than ${show(value)}`,
    gte: `to be at least ${show(value)}`,
    lt: `to be less than ${show(value)}`,
    lte: `to be at most ${show(value)}`,
    matches: `to match ${show(value)}`,
    contains: `to contain ${show(value)}`,
    type: `to be of type ${String(value)}`,
    exists: value ? 'to be there' : 'to be absent',
  }
  return phrases[name]!
}

/** Keys of a path such as `items[0].name`, `items.length`, `["a.b"].c`; nothing for `$` or ''. Undefined when it cannot be read. */
export function parsePath(path: string): readonly string[] | undefined {
  const rest = path.replace(/^\$\.?/, '')
  const part = /\.?([^.[\]"']+)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]/y
  const keys: string[] = []
  while (part.lastIndex < rest.length) {
    const found = part.exec(rest)
    if (!found) return undefined
    keys.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '')
  }
  return keys
}

/** The value at a path; undefined when there is none. Only own properties count, and the length of arrays and texts. */
export function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => {
    if (typeof inner === 'string') return key === 'length' ? inner.length : undefined
    if (typeof inner !== 'object' || inner === null) return undefined
    return Object.hasOwn(inner, key) ? (inner as Record<string, unknown>)[key] : undefined
  }, value)
}
