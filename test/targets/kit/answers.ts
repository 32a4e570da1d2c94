import { type Answer, type Call, Refusal } from './http.ts'

/** What exists, or a refusal with 404. */
export function found<T>(item: T | undefined | false): T {
  if (item === undefined || item === false) throw new Refusal(404)
  return item
}

/** The id in the address of a call: `/api/tasks/:id`. */
export const idOf = (call: Call): string => call.params['id']!

export const created = (json: unknown): Answer => ({ status: 201, json })

/** The answer to a removal: 404 when there was nothing to remove. */
export function gone(isGone: boolean): Answer {
  found(isGone)
  return { status: 204 }
}

export const listOf = (items: readonly unknown[]): Answer => ({ json: { items, total: items.length } })

/** Whether a text has another in it, whatever the case; everything has what nobody asked for. */
export const contains = (whole: string, part: string | null): boolean =>
  whole.toLowerCase().includes((part ?? '').toLowerCase())
