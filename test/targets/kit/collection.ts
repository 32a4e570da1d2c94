import { randomInt } from 'node:crypto'

/** Entries with an id of their own, the newest first. */
export interface Collection<T extends object> {
  add(item: T): T & { readonly id: string }
  get(id: string): (T & { readonly id: string }) | undefined
  change(id: string, change: Partial<T>): (T & { readonly id: string }) | undefined
  remove(id: string): boolean
  list(): readonly (T & { readonly id: string })[]
  readonly size: number
}

/** The oldest are forgotten when there are more, so that a system which is watched for months stays small. */
const most = 5_000

export function createCollection<T extends object>(prefix: string): Collection<T> {
  const items = new Map<string, T & { readonly id: string }>()
  return {
    add(item) {
      const entry = { ...item, id: `${prefix}-${randomInt(2 ** 44).toString(36)}` }
      items.set(entry.id, entry)
      if (items.size > most) items.delete(items.keys().next().value!)
      return entry
    },
    get: id => items.get(id),
    change(id, change) {
      const entry = items.get(id)
      if (entry === undefined) return undefined
      const changed = { ...entry, ...change }
      items.set(id, changed)
      return changed
    },
    remove: id => items.delete(id),
    list: () => [...items.values()].reverse(),
    get size() {
      return items.size
    },
  }
}
