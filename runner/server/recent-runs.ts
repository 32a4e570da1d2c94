import type { Result } from '../core/contracts.ts'
import { runId, type Store, type Watch } from '../core/ports.ts'

const most = 200

export interface RecentRuns {
  /** A run by its id: of the store, or one that just ended and waits there for its batch to be written. */
  find(id: string): Promise<Result | undefined>
  add(result: Result): void
  close(): void
}

export function createRecentRuns({ watch, store }: { readonly watch: Watch; readonly store: Store }): RecentRuns {
  const results = new Map<string, Result>()
  const add = (result: Result) => {
    results.set(runId(result), result)
    if (results.size > most) results.delete(results.keys().next().value!)
  }
  const close = watch.on(event => {
    if (event.kind === 'result') add(event.result)
  })
  return { find: async id => results.get(id) ?? store.result(id), add, close }
}
