import { inspect } from 'node:util'
import { z } from 'zod'
import type { Secret, Text } from '../core/definitions.ts'

/**
 * A value that must not be seen: `secret({ env: 'SHOP_PASSWORD' })` or `secret({ file: '/run/secrets/shop' })`. It prints as `[secret]`,
 * is read only where it is used, and is scrubbed by value from everything that is kept. The path of a file is relative to the folder of
 * the configuration, and the line break at its end is no part of the value. A variable that is unset or empty, and a file that cannot be
 * read, are problems of the configuration.
 */
export function secret(source: { readonly env: string } | { readonly file: string }): Secret {
  return Object.freeze({
    source: Object.freeze({ ...source }),
    toString: (): '[secret]' => '[secret]',
    toJSON: () => '[secret]',
    [inspect.custom]: () => '[secret]',
  })
}

export const isSecret = (value: unknown): value is Secret =>
  typeof value === 'object' &&
  value !== null &&
  'source' in value &&
  typeof value.toString === 'function' &&
  String(value) === '[secret]'

/** The schema of text that may be a secret. */
export const text = z.union([z.string(), z.custom<Text>(isSecret, { message: 'expected text or a secret' })])
