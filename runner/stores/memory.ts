/** History in memory, for tests of what stands above it: the contract of the store in its plainest words. Gone with the process. */

import { type Result, type Verdict, verdicts } from '../core/contracts.ts'
import { createHistogram, toMs, toUnits } from '../core/histogram.ts'
import {
  type CheckKey,
  checkKey,
  type Keep,
  type LoadRun,
  runId,
  type Store,
  type StoredHealth,
} from '../core/ports.ts'
import { keepNewest } from './newest-load-runs.ts'
import { stripLength } from './pack.ts'
import { hasDuration } from './roll-up.ts'
import { largestLimit, usualLimit } from './sqlite-results.ts'
import { StoreError } from './store-error.ts'
import { dayMs } from './window-plan.ts'

export interface MemoryStoreOptions {
  /** Days of single runs; there are no roll-ups. Default 7. */
  readonly rawDays?: number
}

export function createMemoryStore({ rawDays = 7 }: MemoryStoreOptions = {}): Store {
  let results = new Map<string, Result>()
  const healths = new Map<CheckKey, StoredHealth>()
  const loads = new Map<string, LoadRun>()
  const kept = new Map<string, Keep>()

  const select = (wanted: { readonly system?: string; readonly check?: string; from?: number; to?: number }) =>
    [...results.values()].filter(
      result =>
        (wanted.system === undefined || result.system === wanted.system) &&
        (wanted.check === undefined || result.check === wanted.check) &&
        result.slot >= (wanted.from ?? 0) &&
        result.slot < (wanted.to ?? Number.POSITIVE_INFINITY),
    )
  const scheduled = (wanted: Parameters<typeof select>[0]) =>
    select(wanted).filter(result => result.trigger === 'schedule')

  return {
    async append(batch) {
      for (const result of batch.results) {
        const id = runId(result)
        if (!results.has(id)) results.set(id, { ...result, duration: toMs(toUnits(result.duration)) })
      }
      for (const item of batch.health) healths.set(checkKey(item), item)
      for (const item of batch.keep ?? []) {
        if (item.value === null) kept.delete(`${item.kind} ${item.id}`)
        else kept.set(`${item.kind} ${item.id}`, structuredClone(item))
      }
    },
    async rename(system, from, to) {
      for (const result of select({ system, check: from })) {
        results.delete(runId(result))
        const renamed = { ...result, check: to }
        if (!results.has(runId(renamed))) results.set(runId(renamed), renamed)
      }
      const old = healths.get(`${system}/${from}`)
      healths.delete(`${system}/${from}`)
      if (old && !healths.has(`${system}/${to}`)) healths.set(`${system}/${to}`, { ...old, check: to })
    },
    health: async () => [...healths.values()],
    async kept(kind, { from = 0, to = Number.POSITIVE_INFINITY, open, limit = usualLimit } = {}) {
      return [...kept.values()]
        .filter(item => item.kind === kind && item.at >= from && item.at < to)
        .filter(item => open === undefined || (item.open ?? false) === open)
        .sort((a, b) => b.at - a.at)
        .slice(0, Math.min(limit, largestLimit))
        .map(({ value }) => value as never)
    },
    keptOne: async (kind, id) => kept.get(`${kind} ${id}`)?.value as never,
    async results(query) {
      return select(query)
        .filter(result => !query.triggers || query.triggers.includes(result.trigger))
        .filter(result => !query.verdicts || query.verdicts.includes(result.verdict))
        .sort((a, b) => b.slot - a.slot)
        .slice(0, Math.min(query.limit ?? usualLimit, largestLimit))
    },
    result: async id => results.get(id),
    async strips(checks) {
      return [...Map.groupBy(among(checks, scheduled({})), checkKey).values()].map(group => ({
        system: group[0]!.system,
        check: group[0]!.check,
        runs: group
          .sort((a, b) => a.slot - b.slot)
          .slice(-stripLength)
          .map(({ slot, verdict, duration }) => ({ slot, verdict, duration })),
      }))
    },
    async windows(query) {
      return [...Map.groupBy(among(query.checks, scheduled(query)), checkKey).values()].map(group => ({
        system: group[0]!.system,
        check: group[0]!.check,
        ...statsOf(group),
        ...(query.figures === 'durations' ? { durations: durationsOf(group) } : {}),
        ...(query.figures === 'counts' ? { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN } : {}),
      }))
    },
    async series({ system, check, from, to, points }) {
      const step = (to - from) / points
      return Array.from({ length: points }, (_, index) => {
        const [start, end] = [from + index * step, from + (index + 1) * step]
        const { runs, p50, p95, avg } = statsOf(scheduled({ system, check, from: start, to: end }))
        return { from: start, to: end, runs, p50, p95, avg }
      })
    },
    async addLoadRun(run) {
      loads.set(run.id, run)
    },
    loadRuns: async system =>
      [...loads.values()]
        .filter(run => system === undefined || run.system === system)
        .sort((a, b) => b.startedAt - a.startedAt),
    loadRun: async id => loads.get(id),
    async newestLoadRuns() {
      const newest = new Map<string, LoadRun>()
      for (const run of loads.values()) keepNewest(newest, run)
      return [...newest.values()]
    },
    async maintain(now) {
      results = new Map([...results].filter(([, result]) => result.slot >= now - rawDays * dayMs))
    },
    async backup(path) {
      throw new StoreError('failed', `expected a store with a file to copy to ${path}, found one in memory`)
    },
    async stats() {
      const slots = [...results.values()].map(result => result.slot).sort((a, b) => a - b)
      return {
        bytes: 0,
        results: results.size,
        details: results.size,
        hours: 0,
        ...(slots[0] ? { oldest: slots[0] } : {}),
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

const among = (checks: readonly CheckKey[] | undefined, results: readonly Result[]) =>
  checks === undefined ? results : results.filter(result => checks.includes(checkKey(result)))
function durationsOf(all: readonly Result[]): Uint8Array {
  const histogram = createHistogram()
  for (const result of all)
    if (!result.maintenance && hasDuration(result.verdict)) histogram.add(toUnits(result.duration))
  return histogram.encode()
}

function statsOf(all: readonly Result[]) {
  const counted = all.filter(result => !result.maintenance)
  const runs = Object.fromEntries(
    verdicts.map(verdict => [verdict, counted.filter(result => result.verdict === verdict).length]),
  ) as Record<Verdict, number>
  const answered = counted.filter(result => hasDuration(result.verdict))
  const durations = answered.map(result => result.duration).sort((a, b) => a - b)
  const percentile = (share: number) => durations[Math.max(1, Math.ceil(share * durations.length)) - 1] ?? Number.NaN
  return {
    runs,
    maintenance: all.length - counted.length,
    retried: answered.filter(result => result.attempts > 1).length,
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    avg: durations.length > 0 ? durations.reduce((sum, duration) => sum + duration, 0) / durations.length : Number.NaN,
  }
}
