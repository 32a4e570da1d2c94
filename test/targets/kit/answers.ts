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

/** Those that an address asks for: with `search` in their text, whatever the case, and each of `same` as it says. */
export function wanted<T extends object>(
  items: readonly T[],
  { searchParams }: URL,
  textOf: (item: T) => string,
  ...same: readonly (keyof T & string)[]
): readonly T[] {
  const search = (searchParams.get('search') ?? '').toLowerCase()
  const isSame = (item: T, name: keyof T & string) => (searchParams.get(name) || item[name]) === item[name]
  return items.filter(item => textOf(item).toLowerCase().includes(search) && same.every(name => isSame(item, name)))
}
