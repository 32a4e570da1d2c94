import type { Result } from '../../runner/core/contracts.ts'
import { checkKey, type LoadRun, runId, type Store, type StoredHealth } from '../../runner/core/ports.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'

/** A store in memory for tests of what stands above it; `failing` makes every write be refused with that message. */
export interface MemoryStore extends Store {
  readonly all: Result[]
  readonly stored: Map<string, StoredHealth>
  failing: string | undefined
  /** Writes that were tried. */
  readonly tries: number
}

export function memoryStore(): MemoryStore {
  const all: Result[] = []
  const ids = new Set<string>()
  const stored = new Map<string, StoredHealth>()
  const loadRuns: LoadRun[] = []
  const records = createMemoryStore()
  let tries = 0
  const store: MemoryStore = {
    all,
    stored,
    failing: undefined,
    get tries() {
      return tries
    },
    async append({ results, health, keep = [] }) {
      tries += 1
      if (store.failing !== undefined) throw new Error(store.failing)
      for (const result of results) {
        if (ids.has(runId(result))) continue
        ids.add(runId(result))
        all.push(result)
      }
      for (const row of health) stored.set(checkKey(row), row)
      await records.append({ results: [], health: [], keep })
    },
    rename: async () => undefined,
    health: async () => [...stored.values()],
    kept: (kind, query) => records.kept(kind, query),
    keptOne: (kind, id) => records.keptOne(kind, id),
    results: async ({ system, check, triggers, limit = 100 }) =>
      all
        .filter(
          result =>
            (system === undefined || result.system === system) &&
            (check === undefined || result.check === check) &&
            (triggers === undefined || triggers.includes(result.trigger)),
        )
        .toSorted((a, b) => b.slot - a.slot)
        .slice(0, limit),
    result: async id => all.find(result => runId(result) === id),
    strips: async () => [],
    windows: async () => [],
    series: async () => [],
    addLoadRun: async run => void loadRuns.push(run),
    loadRuns: async () => loadRuns,
    loadRun: async id => loadRuns.find(run => run.id === id),
    newestLoadRuns: async () => [],
    maintain: async () => undefined,
    backup: async () => undefined,
    stats: async () => ({ bytes: 0, results: all.length, details: 0, hours: 0 }),
    [Symbol.asyncDispose]: async () => undefined,
  }
  return store
}
