import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import type { Result } from '../../runner/core/contracts.ts'
import type { LoadRun, Store, Strip } from '../../runner/core/ports.ts'
import { checkKey, runId } from '../../runner/core/ports.ts'
import type { ServerOptions } from '../../runner/server/create-server.ts'
import { createServer, type Server } from '../../runner/server/create-server.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { createFakeWatch, type FakeWatch, start } from '../support/fake-watch.ts'

export const token = 'a-token-of-a-test'

export interface Serving extends AsyncDisposable, Server {
  readonly watch: FakeWatch
  readonly store: Store & { readonly asked: readonly string[] }
  readonly clock: FakeClock
  readonly artifacts: string
  readonly lines: readonly string[]
}

export interface Scene {
  readonly watch?: FakeWatch
  readonly results?: readonly Result[]
  readonly loadRuns?: readonly LoadRun[]
  readonly options?: Partial<ServerOptions>
}

/** A real listener on a free port over a fake monitor. */
export async function serve({
  watch = createFakeWatch(),
  results = [],
  loadRuns = [],
  options = {},
}: Scene = {}): Promise<Serving> {
  const artifacts = await mkdtemp(join(tmpdir(), 'vedette-artifacts-'))
  const lines: string[] = []
  const clock = fakeClock(start)
  const store = fakeStore(results, loadRuns)
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const server = await createServer({ watch, store, artifacts, token, log, clock, port: 0, ...options })
  return {
    ...server,
    watch,
    store,
    clock,
    artifacts,
    lines,
    async [Symbol.asyncDispose]() {
      await server.close()
      await rm(artifacts, { recursive: true, force: true })
    },
  }
}

/** The store's contract over a list, which also remembers what it was asked. */
export function fakeStore(
  results: readonly Result[],
  loadRuns: readonly LoadRun[] = [],
): Store & { readonly asked: readonly string[] } {
  const asked: string[] = []
  const scheduled = results.filter(result => result.trigger === 'schedule')
  const between = (from: number, to: number) => (result: Result) => result.slot >= from && result.slot < to
  return {
    asked,
    append: async () => {},
    rename: async () => {},
    health: async () => [],
    async results({ system, check, triggers, verdicts, from = 0, to = Number.POSITIVE_INFINITY, limit = 100 }) {
      asked.push('results')
      return results
        .filter(result => !system || result.system === system)
        .filter(result => !check || result.check === check)
        .filter(result => !triggers || triggers.includes(result.trigger))
        .filter(result => !verdicts || verdicts.includes(result.verdict))
        .filter(between(from, to))
        .toSorted((a, b) => b.slot - a.slot)
        .slice(0, limit)
    },
    async result(id) {
      return results.find(result => runId(result) === id)
    },
    async strips(): Promise<readonly Strip[]> {
      asked.push('strips')
      const groups = Map.groupBy(scheduled, checkKey)
      return [...groups.values()].map(group => ({
        system: group[0]!.system,
        check: group[0]!.check,
        runs: group
          .toSorted((a, b) => a.slot - b.slot)
          .slice(-60)
          .map(({ slot, verdict, duration }) => ({ slot, verdict, duration })),
      }))
    },
    async windows({ from, to, system, check }) {
      asked.push('windows')
      const inside = scheduled
        .filter(between(from, to))
        .filter(result => (!system || result.system === system) && (!check || result.check === check))
      return [...Map.groupBy(inside, checkKey).values()].map(group => ({
        system: group[0]!.system,
        check: group[0]!.check,
        retried: group.filter(result => result.attempts > 1).length,
        ...statsOf(group),
      }))
    },
    async series({ system, check, from, to, points }) {
      asked.push('series')
      const step = (to - from) / points
      return Array.from({ length: points }, (_, index) => {
        const [start, end] = [from + index * step, from + (index + 1) * step]
        const inside = scheduled.filter(result => result.system === system && result.check === check)
        return { from: start, to: end, ...statsOf(inside.filter(between(start, end))) }
      })
    },
    addLoadRun: async () => {},
    loadRuns: async system => loadRuns.filter(run => !system || run.system === system),
    loadRun: async id => loadRuns.find(run => run.id === id),
    maintain: async () => {},
    backup: async () => {},
    stats: async () => ({
      bytes: 1_240_000,
      results: results.length,
      details: 12,
      hours: 40,
      oldest: start - 86_400_000,
    }),
    [Symbol.asyncDispose]: async () => {},
  }
}

function statsOf(group: readonly Result[]) {
  const many = (verdict: string) => group.filter(result => result.verdict === verdict).length
  const sorted = group
    .filter(result => result.verdict !== 'unknown')
    .map(result => result.duration)
    .sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
  return {
    runs: { passed: many('passed'), degraded: many('degraded'), failed: many('failed'), unknown: many('unknown') },
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    avg: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
  }
}
