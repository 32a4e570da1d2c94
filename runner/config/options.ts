/** Options that people write: one closed schema each, all mistakes collected, none thrown. */

import { z } from 'zod'
import type { Problem } from '../core/contracts.ts'
import { parseDuration } from '../core/duration.ts'
import { nearest } from '../core/nearest.ts'

const aDuration = "expected a duration such as '30s', '5m' or '1h30m'"

/** A duration such as `'30s'`, read as milliseconds. */
export const duration: z.ZodType<number, string> = z
  .string({ error: issue => `${aDuration}, found ${show(issue.input)}` })
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms > 0) return ms
    context.issues.push({
      code: 'custom',
      message: `${aDuration}, found '${text}'`,
      input: text,
    })
    return z.NEVER
  })

export interface Parsed<T> {
  /** Without the entries that have problems, so that the others can be looked at: a configuration with problems never runs. */
  readonly options: T
  readonly problems: readonly Problem[]
}

/** Reads options by their schema. `at` names the thing in people's words: `check health`, `http`. */
export function parseOptions<T>(at: readonly string[], schema: z.ZodType<T, unknown>, given: unknown): Parsed<T> {
  const parsed = schema.safeParse(given ?? {})
  if (parsed.success) return { options: parsed.data, problems: [] }
  const problems = parsed.error.issues.flatMap(issue => describe(issue, schema, given, at))
  return { options: usable(given, parsed.error.issues) as T, problems }
}

function usable(given: unknown, issues: readonly z.core.$ZodIssue[]): object {
  if (
    typeof given !== 'object' ||
    given === null ||
    issues.some(({ code, path }) => path.length === 0 && code === 'invalid_type')
  )
    return {}
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]): [string, unknown][] => {
      const own = issues.filter(({ path }) => path[0] === key)
      if (own.length === 0) return [[key, value]]
      // Of a list only the items that are wrong; what is a list by mistake is no use to anybody.
      if (!Array.isArray(value) || own.some(({ path }) => path.length === 1)) return []
      return [[key, value.filter((_, index) => !own.some(({ path }) => path[1] === index))]]
    }),
  )
}

/** A name as the other parts of a configuration may use it: of an argument that is no text there is none, which is a problem of its own. */
export const nameOf = (given: unknown): string => (typeof given === 'string' ? given : '')

/** `check home`; of an argument that is no text, only what it should have named. */
export const named = (what: string, id: unknown): string => (typeof id === 'string' ? `${what} ${id}` : what)

/** Those that stand more than once, each once. */
export const repeated = (ids: readonly string[]): readonly string[] => [
  ...new Set(ids.filter((id, index) => ids.indexOf(id) !== index)),
]

/** Puts problems of a part below the name of the whole. */
export const below = (at: readonly string[], problems: readonly Problem[] = []): readonly Problem[] =>
  problems.map(problem => ({ ...problem, path: [...at, ...problem.path] }))

function describe(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  given: unknown,
  at: readonly string[],
): readonly Problem[] {
  const path = [...at, ...issue.path.map(String)]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map(key => ({
      level: 'error',
      path: [...path, key],
      message: `expected one of the options ${known.join(', ') || '(none)'}, found '${key}'${didYouMean(key, known)}`,
    }))
  }
  if (issue.code === 'invalid_union') {
    // The branch that came furthest says the most; a union of plain types is told in one sentence.
    const branches = issue.errors.filter(branch => branch.length > 0)
    const deepest = branches.toSorted((a, b) => depth(b) - depth(a))[0]
    if (deepest && depth(deepest) > 0) {
      return deepest.flatMap(inner =>
        describe({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, schema, given, at),
      )
    }
    const wanted = [
      ...new Set(
        branches
          .flat()
          .map(inner =>
            'expected' in inner
              ? (words[String(inner.expected)] ?? String(inner.expected))
              : inner.code === 'invalid_value'
                ? `one of ${inner.values.map(value => show(value)).join(', ')}`
                : inner.message.replace(/^expected /, ''),
          ),
      ),
    ]
    return [
      { level: 'error', path, message: `expected ${wanted.join(' or ')}, found ${show(valueAt(given, issue.path))}` },
    ]
  }
  const found = show(valueAt(given, issue.path))
  if (issue.message.startsWith('expected')) {
    const message = issue.message.includes(', found') ? issue.message : `${issue.message}, found ${found}`
    return [{ level: 'error', path, message }]
  }
  const wanted =
    issue.code === 'invalid_type'
      ? `expected ${words[issue.expected] ?? issue.expected}`
      : issue.code === 'too_big'
        ? `expected at most ${issue.maximum}`
        : issue.code === 'too_small'
          ? `expected at least ${issue.minimum}`
          : issue.code === 'invalid_value'
            ? `expected one of ${issue.values.map(value => show(value)).join(', ')}`
            : issue.code === 'invalid_format' && issue.format === 'url'
              ? 'expected an address such as https://example.com/runbook'
              : issue.message
  return [{ level: 'error', path, message: `${wanted}, found ${found}` }]
}

/** Types whose names in a schema say too little to somebody who writes options. */
const words: Readonly<Record<string, string>> = {
  int: 'a whole number',
  array: 'a list in [ ]',
  object: 'options in { }',
  record: 'names with values in { }',
}

const depth = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(...issues.map(issue => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)))

/** `; did you mean 'expect'?`, or nothing. */
export function didYouMean(found: string, known: readonly string[]): string {
  const close = nearest(found, known)
  return close ? `; did you mean '${close}'?` : ''
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let current: z.core.$ZodType | undefined = schema
  for (const part of [...path, undefined]) {
    current = unwrap(current)
    if (part === undefined) break
    const definition = current?._zod.def as
      | { shape?: Record<string, z.core.$ZodType>; element?: z.core.$ZodType }
      | undefined
    current = definition?.shape?.[String(part)] ?? definition?.element
  }
  const shape = (current?._zod.def as { shape?: object } | undefined)?.shape
  return shape ? Object.keys(shape) : []
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const definition = schema?._zod.def as
    | { innerType?: z.core.$ZodType; in?: z.core.$ZodType; options?: z.core.$ZodType[] }
    | undefined
  const inner =
    definition?.innerType ?? definition?.in ?? definition?.options?.find(option => 'shape' in option._zod.def)
  return inner ? unwrap(inner) : schema
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value)

/** A found value as a person would write it, short. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  const text = typeof value === 'string' ? `'${value}'` : value instanceof RegExp ? String(value) : inJson(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function inJson(value: unknown): string {
  const unshown = 'an object that cannot be shown'
  try {
    return JSON.stringify(value) ?? unshown
  } catch {
    // It holds itself, or something that JSON does not know.
    return unshown
  }
}
