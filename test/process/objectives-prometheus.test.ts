import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { objective } from '../../runner/config/objective.ts'
import type { Result, Verdict } from '../../runner/core/contracts.ts'
import { verdicts } from '../../runner/core/contracts.ts'
import { prometheusRules, ratioName } from '../../runner/core/export/prometheus.ts'
import { type Promised, promisedBy, runs } from '../../runner/core/export/promised.ts'
import type { Requirement } from '../../runner/core/requirements.ts'
import type { Feeder } from '../../runner/core/sli.ts'
import { createObjectives } from '../../runner/engine/objectives.ts'
import { createMetrics } from '../../runner/server/metrics/create-metrics.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'
import { day, hour, minute, monday, run } from '../stores/runs.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { createFakeWatch, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { programOf, startPrometheus } from '../support/prometheus.ts'
import { quietLog } from '../support/quiet-log.ts'
import { tempFolder } from '../support/temp-folder.ts'

const interval = 2 * minute
const scrape = minute
const requirements: readonly Requirement[] = [
  {
    id: 'S-1',
    need: 'it is up',
    verify: 'slo',
    threshold: [
      { metric: 'availability', gte: 0.99, window: '30d' },
      { metric: 'latency', gte: 0.9, window: '7d' },
    ],
    broken: 'it is down',
    source: 'Targets',
  },
]
const objectives = [objective('up', { from: 'S-1', checks: ['home'] })]
const feeder: Feeder = {
  check: 'home',
  kind: 'http',
  summary: 'GET /',
  tags: [],
  covers: [],
  interval,
  calendar: false,
}
const system = systemOf('shop', { requirements, objectives })
// The other check feeds nothing, so that the rules have to name the first.
const feeders = [feeder, { ...feeder, check: 'other' }]
const promised = promisedBy({ ...system, feeders }, 'production', 1)
const rules = (): string => stringify(prometheusRules(promised).documents[0])

/** 31 days: now and then a failed or slow run, two hours of outage in the second week and ten minutes at the end. */
function history(now: number): readonly Result[] {
  let seed = 7
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return seed / 0x7fffffff
  }
  const out = (slot: number) => (slot > now - 20 * day && slot < now - 20 * day + 2 * hour) || slot > now - 10 * minute
  const results: Result[] = []
  for (let slot = now - 31 * day + 17_000; slot < now; slot += interval) {
    const chance = random()
    const verdict: Verdict =
      out(slot) || chance < 0.004 ? 'failed' : chance < 0.06 ? 'degraded' : chance < 0.08 ? 'unknown' : 'passed'
    results.push(run({ slot, verdict }))
  }
  return results
}

/** What a Prometheus that scraped every minute has of it; the watch was restarted on the tenth day, right after a scrape. */
function openMetrics(results: readonly Result[], from: number, to: number): string {
  const series = new Map<Verdict, string[]>(verdicts.map(verdict => [verdict, []]))
  const counts = { passed: 0, degraded: 0, failed: 0, unknown: 0 }
  let next = 0
  for (let at = from; at <= to; at += scrape) {
    while (next < results.length && results[next]!.slot + 500 < at) counts[results[next++]!.verdict] += 1
    for (const verdict of verdicts) series.get(verdict)!.push(`${counts[verdict]} ${at / 1_000}`)
    if (at === from + 10 * day) Object.assign(counts, { passed: 0, degraded: 0, failed: 0, unknown: 0 })
  }
  const labels = 'system="shop",check="home",environment="production",location="local"'
  const lines = [...series].flatMap(([verdict, samples]) =>
    samples.map(sample => `vedette_check_runs_total{${labels},verdict="${verdict}"} ${sample}\n`),
  )
  return `# HELP vedette_check_runs Runs\n# TYPE vedette_check_runs counter\n${lines.join('')}# EOF\n`
}

interface Recorded {
  readonly record?: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}

async function stateAt(results: readonly Result[], now: number) {
  const store = createMemoryStore()
  await store.append({ results: results.filter(({ slot }) => slot < now), health: [] })
  const watched = createObjectives({
    store,
    clock: fakeClock(now),
    log: quietLog(),
    systems: () => [system],
    feeders: () => feeders,
    notifiers: () => [],
    locations: () => 1,
    rawKept: () => 7 * day,
    signal: () => undefined,
    open: () => [],
  })
  await watched.evaluate()
  await watched.stop()
  return watched.states()[0]!.parts
}

test('what a real Prometheus computes with our rules is what we say, within a run per window edge and 1 %', async () => {
  const now = monday + 40 * day
  const results = history(now)
  using folder = tempFolder({ 'history.txt': openMetrics(results, now - 31 * day, now) })
  const data = join(folder.path, 'data')
  // It reads the whole file for each block: by itself, for every two hours.
  const backfill = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', '--max-block-duration=744h']
  await promisify(execFile)(programOf('promtool'), [...backfill, join(folder.path, 'history.txt'), data], {
    timeout: 50_000,
  })
  await using prometheus = await startPrometheus({
    config: 'rule_files: [rules.yml]\n',
    files: { 'rules.yml': rules() },
    data,
  })
  const { groups } = prometheusRules(promised).documents[0] as {
    readonly groups: readonly { readonly rules: readonly Recorded[] }[]
  }
  const recorded = groups.flatMap(group => group.rules)
  /** What the recording rule of that name would record. */
  const asked = async (record: string, item: Promised, at: number) => {
    const rule = recorded.find(found => found.record === record && found.labels.part === item.part.part)!
    const [sample] = await prometheus.query(rule.expr, at)
    return sample?.value ?? Number.NaN
  }
  const near = (found: number, ours: number) => {
    expect(Math.abs(found - ours), `${found} beside ${ours}`).toBeLessThanOrEqual(2 + ours / 100)
  }
  for (const at of [now, now - 3 * hour, now - 20 * day + hour]) {
    const parts = await stateAt(results, at)
    for (const item of promised) {
      const part = parts.find(({ part: name }) => name === item.part.part)!
      const span = at - part.period!.from
      const [{ value: valid } = { value: 0 }] = await prometheus.query(
        runs(item, 'valid', `sum(increase($runs[${span / 1_000}s]))`),
        at,
      )
      near(valid, part.runs.valid)
      near((await asked(ratioName(span), item, at)) * part.runs.valid, part.budget!.runs.used)
      for (const { long, short, rate = 0, shortRate = 0 } of part.burn) {
        const failed = async (ms: number, pace: number) => {
          const ran = results.filter(
            ({ slot, verdict }) => slot >= at - ms && slot < at && verdict !== 'unknown',
          ).length
          near((await asked(ratioName(ms), item, at)) * ran, pace * item.part.allowed! * ran)
        }
        await failed(long, rate)
        await failed(short, shortRate)
      }
    }
  }
})

test('a real Prometheus takes the rules, and finds the objectives in what a watch exposes', async () => {
  const state = await stateAt(history(monday), monday)
  const scrapes = new EventEmitter()
  const watch = createFakeWatch({
    checks: [watchedCheck('shop', 'home')],
    objectives: [
      {
        system: 'shop',
        objective: 'up',
        requirement: 'S-1',
        need: 'it is up',
        at: monday,
        standing: 'broken',
        alerts: true,
        parts: state,
      },
    ],
  })
  const metrics = createMetrics({ watch, store: createMemoryStore() })
  const server = createServer((_, response) => {
    Readable.from(metrics.render()).pipe(response.setHeader('content-type', metrics.contentType))
    response.on('close', () => scrapes.emit('scraped'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const config = `global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs: [{ job_name: vedette, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]
`
  {
    const scraped = once(scrapes, 'scraped').then(() => once(scrapes, 'scraped'))
    await using prometheus = await startPrometheus({ config, files: { 'rules.yml': rules() } })
    // What the first one brought is there when the second one comes.
    await scraped
    const { groups } = (await prometheus.get('/api/v1/rules')) as {
      readonly groups: readonly {
        readonly rules: readonly { readonly health: string; readonly lastError?: string }[]
      }[]
    }
    const found = groups.flatMap(group => group.rules)
    expect(found.length).toBeGreaterThan(10)
    expect(found.filter(({ health }) => health === 'err')).toEqual([])
    const [ratio] = await prometheus.query('vedette_objective_ratio{part="availability"}')
    expect(ratio?.value).toBe(state[0]!.value)
  }
  server.close()
  server.closeAllConnections()
})
