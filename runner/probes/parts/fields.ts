/** Parts of options that several probes have, with their schemas. */

import { z } from 'zod'
import { show } from '../../config/options.ts'
import { isSecret } from '../../config/secret.ts'
import type { Secret } from '../../core/definitions.ts'
import type { LimitRef } from '../../core/requirements.ts'

/** The message of a check that a schema makes beyond the type. */
export const wants = (words: string) => ({
  error: (issue: { readonly input?: unknown }) => `expected ${words}, found ${show(issue.input)}`,
})

export const pattern = z.union([z.string(), z.instanceof(RegExp, { message: 'expected text or a regular expression' })])
export type Pattern = z.output<typeof pattern>

/** One, or several that must all hold. */
export const patterns = z.union([pattern, z.array(pattern)])

export const limitRef = z.strictObject({
  requirement: z.string().describe('Id of the requirement.'),
  metric: z.string().optional().describe('Figure that is meant, when the requirement has several limits.'),
  stat: z.enum(['avg', 'p75', 'p95', 'max']).optional().describe('Statistic that is meant, likewise.'),
  scope: z.string().optional().describe('Part of the system that is meant, likewise.'),
}) as unknown as z.ZodType<LimitRef, LimitRef>

export const port = z.int().min(1).max(65_535)

export const originName = z.string().optional().describe("Name of the system's address that is meant. Default: 'web'.")

export const ca = z
  .string()
  .optional()
  .describe(
    'File of the authority (PEM) that is trusted in place of the usual ones; its path is relative to the folder of the system.',
  )

export const servername = z
  .string()
  .optional()
  .describe('Name sent in TLS (SNI) and looked for in the certificate. Default: the host.')

export const family = z.literal([4, 6]).optional().describe('Version of IP. Default: whichever connects first.')

export const addresses = z
  .enum(['any', 'public'])
  .optional()
  .describe("'public' refuses private, loopback and link-local addresses, also after a redirect. Default: 'any'.")

export const isLimitRef = (value: unknown): value is LimitRef =>
  typeof value === 'object' && value !== null && 'requirement' in value

/** All secrets inside options, however deep; a schema may hold itself, and is looked at once. */
export function secretsIn(value: unknown, inside: readonly unknown[] = []): readonly Secret[] {
  if (isSecret(value)) return [value]
  if (typeof value !== 'object' || value === null || inside.includes(value)) return []
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return []
  return Object.values(value).flatMap(member => secretsIn(member, [...inside, value]))
}

/** Whether it can be written as JSON, secrets aside: what holds itself cannot, and neither can what JSON has no form for. */
export function isJson(value: unknown, inside: readonly unknown[] = []): boolean {
  if (value === null || isSecret(value)) return true
  if (typeof value !== 'object') return ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
  if (inside.includes(value)) return false
  if ('toJSON' in value && typeof value.toJSON === 'function') return true
  // Members without a value are left out of what is written.
  return Object.values(value).every(member => member === undefined || isJson(member, [...inside, value]))
}

export const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T]

/** Whether text fits: contains the text, or matches the expression (whose flags `g` and `y` carry no state over). */
export const fits = (wanted: Pattern, found: string): boolean =>
  typeof wanted === 'string' ? found.includes(wanted) : found.search(wanted) >= 0

/** Files among the options: a CA is a path unless it is the PEM text itself. */
export const caFiles = (given: string | undefined): readonly string[] =>
  given === undefined || given.includes('-----BEGIN ') ? [] : [given]
