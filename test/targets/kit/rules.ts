import type { FieldError } from './field-errors.ts'
import { Refusal } from './http.ts'

export interface Rule<T> {
  /** In words: `an e-mail address`. */
  readonly wants: string
  holds(value: unknown): value is T
}

const rule = <T>(wants: string, holds: (value: unknown) => boolean): Rule<T> => ({
  wants,
  holds: (value): value is T => holds(value),
})

export const text = rule<string>(
  'some text',
  value => typeof value === 'string' && value.trim() !== '' && value.length <= 2_000,
)
export const email = rule<string>(
  'an e-mail address',
  value => typeof value === 'string' && value.length <= 200 && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value),
)
export const password = rule<string>('8 characters or more', value => typeof value === 'string' && value.length >= 8)
export const amount = rule<number>(
  'an amount above 0',
  value => typeof value === 'number' && value > 0 && value < 1_000_000,
)
export const moment = rule<string>('a date', value => typeof value === 'string' && !Number.isNaN(Date.parse(value)))
export const filled = rule<readonly unknown[]>('some entries', value => Array.isArray(value) && value.length > 0)
export const oneOf = <const Value extends string>(...values: readonly Value[]) =>
  rule<Value>(`one of ${values.join(', ')}`, value => values.some(known => known === value))
export const optional = <T>({ wants, holds }: Rule<T>) =>
  rule<T | undefined>(wants, value => value === undefined || value === '' || holds(value))

/** Refuses with 400, naming each field. */
export function refuse(...errors: readonly FieldError[]): void {
  if (errors.length > 0) throw new Refusal(400, { errors })
}

type Rules = Readonly<Record<string, Rule<unknown>>>
type Values<R extends Rules> = { readonly [Name in keyof R]: R[Name] extends Rule<infer T> ? T : never }

/** The errors of fields that have rules. `prefix` stands before their names. */
export function fieldErrors(
  given: Readonly<Record<string, unknown>>,
  rules: Rules,
  prefix = '',
): readonly FieldError[] {
  const wrong = Object.entries(rules).filter(([name, { holds }]) => !holds(given[name]))
  return wrong.map(([name, { wants }]) => ({ field: prefix + name, message: `expected ${wants}` }))
}

/** The fields that have rules; refused when one is wrong. */
export function readFields<const R extends Rules>(given: unknown, rules: R, prefix = ''): Values<R> {
  const body = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, unknown>>
  refuse(...fieldErrors(body, rules, prefix))
  return Object.fromEntries(Object.keys(rules).map(name => [name, body[name]])) as Values<R>
}
