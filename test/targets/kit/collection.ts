import { randomInt } from 'node:crypto'

/** What every entry is given. */
export interface Stamp {
  readonly id: string
  /** ISO 8601. */
  readonly createdAt: string
}

/** Entries with an id of their own, the newest first. */
export interface Collection<T extends object> {
  add(item: T): T & Stamp
  get(id: string): (T & Stamp) | undefined
  change(id: string, change: Partial<T>): (T & Stamp) | undefined
  remove(id: string): boolean
  list(): readonly (T & Stamp)[]
  readonly size: number
}

/** The oldest are forgotten when there are more, so that a system which is watched for months stays small. */
const most = 5_000

export function createCollection<T extends object>(prefix: string, now: () => number): Collection<T> {
  const items = new Map<string, T & Stamp>()
  return {
    add(item) {
      const id = `${prefix}-${randomInt(2 ** 44).toString(36)}`
      const entry = { ...item, id, createdAt: new Date(now()).toISOString() }
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
