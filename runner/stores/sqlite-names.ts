/** Long names as small numbers: checks, locations and origins (what hardly changes from run to run). */

import type { DatabaseSync } from 'node:sqlite'
import type { Result } from '../core/contracts.ts'
import { pragma } from './schema.ts'

export interface Names {
  check(system: string, name: string): number
  knownCheck(system: string, name: string): number | undefined
  location(name: string): number
  origin(result: Result): number
  /** Forgets everything: after a rollback, a rename, or a write of another process. */
  forget(): void
  /** Forgets when another process has written since. Call it inside a transaction. */
  refresh(): void
}

export type Origin = readonly [environment: string, version: string, browser: string | null, revision: string | null]

const originOf = ({ environment, runner, revision }: Result): Origin => [
  environment,
  runner.version,
  runner.browser ?? null,
  revision ?? null,
]

export function createNames(database: DatabaseSync): Names {
  const numbers = new Map<string, number>()
  let version = -1
  const interned = (
    find: { get(...values: string[]): unknown },
    add: { run(...values: string[]): unknown },
    ...values: string[]
  ) => {
    const get = () => (find.get(...values) as { readonly id: number } | undefined)?.id
    let id = get()
    if (id === undefined) {
      add.run(...values)
      id = get()!
    }
    return id
  }
  const remembered = (key: string, make: () => number) => {
    let id = numbers.get(key)
    if (id === undefined) {
      id = make()
      // Revisions come and go; names that are in use come back at once.
      if (numbers.size > 100_000) numbers.clear()
      numbers.set(key, id)
    }
    return id
  }
  const findCheck = database.prepare('SELECT id FROM checks WHERE system = ? AND name = ?')
  const addCheck = database.prepare('INSERT INTO checks (system, name) VALUES (?, ?)')
  const findLocation = database.prepare('SELECT id FROM locations WHERE name = ?')
  const addLocation = database.prepare('INSERT INTO locations (name) VALUES (?)')
  const findOrigin = database.prepare('SELECT id FROM origins WHERE key = ?')
  const addOrigin = database.prepare('INSERT INTO origins (key) VALUES (?)')
  return {
    check: (system, name) => remembered(`check ${system}/${name}`, () => interned(findCheck, addCheck, system, name)),
    knownCheck: (system, name) => (findCheck.get(system, name) as { readonly id: number } | undefined)?.id,
    location: name => remembered(`location ${name}`, () => interned(findLocation, addLocation, name)),
    origin(result) {
      const key = JSON.stringify(originOf(result))
      return remembered(`origin ${key}`, () => interned(findOrigin, addOrigin, key))
    },
    forget: () => numbers.clear(),
    refresh() {
      const found = pragma(database, 'data_version')
      if (found !== version) numbers.clear()
      version = found
    },
  }
}
