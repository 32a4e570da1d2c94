import { Refusal } from './http.ts'

export interface FieldError {
  readonly field: string
  readonly message: string
}

/** The error of a field that is not as expected. */
export const unless = (isRight: boolean, field: string, message: string): readonly FieldError[] =>
  isRight ? [] : [{ field, message }]

export const textErrors = (
  field: string,
  value: unknown,
  longest = 200,
  message = `expected text of 1 to ${longest} characters`,
): readonly FieldError[] =>
  unless(typeof value === 'string' && value.trim() !== '' && value.length <= longest, field, message)

/** `1990-05-17`, and no 31 February. */
export function isDay(value: unknown): value is string {
  const at = /^\d{4}-\d\d-\d\d$/.test(String(value)) ? Date.parse(String(value)) : Number.NaN
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(String(value))
}

/** Refuses with 422, naming each field. `error`: in the words of the system. */
export function refuseErrors(errors: readonly FieldError[], error?: string): void {
  if (errors.length === 0) return
  const names = errors.map(({ field }) => field).join(', ')
  throw new Refusal(422, error ? { error, errors } : { detail: `fields are missing or wrong: ${names}`, errors })
}
