/** What the whole body of an answer must fit: a schema of zod, of any copy of it, or a JSON Schema. */

import { z } from 'zod'

interface Schema {
  safeParse(value: unknown): {
    readonly success: boolean
    readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }
  }
}

/** A function that says what does not fit, or a sentence on why the contract itself is none. */
export function contractOf(given: object): ((value: unknown) => string | undefined) | string {
  const schema = schemaOf(given)
  if (typeof schema === 'string') return schema
  return value => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return undefined
    const issues = (parsed.error?.issues ?? []).slice(0, 3)
    const told = issues.map(
      ({ path, message }) => `${path.length === 0 ? 'the body' : path.map(String).join('.')}: ${message}`,
    )
    return `expected a body that fits the contract, found ${told.join('; ') || 'one that does not'}`
  }
}

function schemaOf(given: object): Schema | string {
  if ('safeParse' in given) return given as Schema
  try {
    return z.fromJSONSchema(given as Parameters<typeof z.fromJSONSchema>[0]) as unknown as Schema
  } catch (error) {
    return `expected a schema of zod or a JSON Schema, found one that cannot be read: ${(error as Error).message}`
  }
}
