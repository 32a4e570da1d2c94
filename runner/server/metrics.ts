/**
 * Every metric of Vedette: name, help, unit. Where the meaning is blackbox_exporter's, so is the name; ours start with `vedette_`.
 * Only scheduled runs feed the figures of a check. A text that varies (an error, an address) is never a label.
 */

import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import {
  healthStates,
  phaseNames,
  type Reason,
  type Result,
  reasons,
  type Verdict,
  verdicts,
} from '../core/contracts.ts'
import { phaseTotal } from '../core/judge.ts'
import { checkKey, type Store, type Watch, type WatchedCheck } from '../core/ports.ts'

export interface ProcessStats {
  readonly residentBytes: number
  readonly heapBytes: number
  /** User and system time since the start. */
  readonly cpuSeconds: number
  readonly openFiles?: number
}

export interface Metrics {
  readonly contentType: string
  render(): Promise<string>
  close(): void
}

const perCheck = ['system', 'check', 'environment', 'location'] as const
const perKind = ['system', 'kind', 'environment', 'location'] as const
type Labels = Readonly<Record<string, string>>

const durationBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const latenessBuckets = [0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30]
const mostSteps = 20

/** Verdicts with the reasons that they can have, so that each counter starts at 0 and its first increment is seen. */
const combinations: readonly (readonly [Verdict, Reason | ''])[] = [
  ['passed', ''],
  ['degraded', 'slow'],
  ['degraded', 'limit'],
  ...reasons
    .filter(reason => reason !== 'runner' && reason !== 'missed' && reason !== 'slow')
    .map(reason => ['failed', reason] as const),
  ['unknown', 'runner'],
  ['unknown', 'missed'],
]

/** Blackbox's phases: sending belongs to the waiting that it calls processing. */
const httpPhases = {
  resolve: ['resolve'],
  connect: ['connect'],
  tls: ['tls'],
  processing: ['send', 'wait'],
  transfer: ['transfer'],
} as const

/** Figures of a result that blackbox has a name for. */
const httpFigures = {
  http_status: ['probe_http_status_code', 'Status of the last HTTP answer'],
  http_version: ['probe_http_version', 'Version of HTTP of the last answer'],
  http_redirects: ['probe_http_redirects', 'Redirects that were followed'],
  http_content_length: ['probe_http_content_length', 'Length of the body as the answer declares it, bytes'],
  http_body_bytes: ['probe_http_uncompressed_body_length', 'Length of the unpacked body, bytes'],
} as const

/** Lab figures of journeys, milliseconds. */
const vitals = { lcp_ms: 'lcp', fcp_ms: 'fcp', ttfb_ms: 'ttfb', inp_ms: 'inp', tbt_ms: 'tbt' } as const

export interface MetricsOptions {
  readonly watch: Watch
  readonly store: Pick<Store, 'stats'>
  readonly processStats?: () => ProcessStats
}

export function createMetrics({ watch, store, processStats }: MetricsOptions): Metrics {
  const registry = new Registry()
  const counters = defineCounters(registry)
  const gauges = defineGauges(registry)
  const { environment, location } = watch
  const place = { environment, location }
  const known = new Map<string, WatchedCheck>()
  const lastScheduled = new Map<string, Result>()

  /** Starts the counters of new checks at 0 and removes every series of those that are gone. */
  function follow(checks: readonly WatchedCheck[]): void {
    const present = new Map(checks.map(check => [checkKey(check), check]))
    for (const [key, check] of present) if (!known.has(key)) start(check)
    for (const [key, check] of known) if (!present.has(key as never)) forget(key, check)
    const kinds = new Set(checks.map(kindOf))
    for (const check of known.values()) {
      if (!kinds.has(kindOf(check))) counters.forgetKind({ system: check.system, kind: check.kind, ...place })
    }
    known.clear()
    for (const [key, check] of present) known.set(key, check)
  }
  function start(check: WatchedCheck): void {
    counters.start({ system: check.system, check: check.check, ...place })
    counters.startKind({ system: check.system, kind: check.kind, ...place })
  }
  function forget(key: string, check: WatchedCheck): void {
    counters.forget({ system: check.system, check: check.check, ...place })
    lastScheduled.delete(key)
  }

  function record(result: Result): void {
    if (result.trigger !== 'schedule') {
      counters.onDemand.inc({ trigger: result.trigger, verdict: result.verdict })
      return
    }
    const key = checkKey(result)
    let check = known.get(key)
    if (!check) {
      check = watch.check(key)
      if (!check) return
      known.set(key, check)
      start(check)
    }
    lastScheduled.set(key, result)
    counters.record(result, check.kind)
  }

  const stop = watch.on(event => {
    if (event.kind === 'result') record(event.result)
    else if (event.kind === 'generation') follow(watch.checks())
  })
  counters.startOnDemand()
  follow(watch.checks())

  return {
    contentType: registry.contentType,
    async render() {
      const checks = watch.checks()
      follow(checks)
      for (const gauge of Object.values(gauges)) gauge.reset()
      for (const check of checks) {
        const last = lastScheduled.get(checkKey(check)) ?? (check.last?.trigger === 'schedule' ? check.last : undefined)
        setCheck(gauges, { system: check.system, check: check.check, ...place }, check, last)
      }
      const ours = processStats?.()
      setSelf(gauges, watch, ours)
      setTo(counters.missed, watch.self().missed)
      setTo(counters.cpu, ours?.cpuSeconds ?? 0)
      // A store in trouble must not take the other figures with it; readiness tells about it.
      const stats = await store.stats().catch(() => undefined)
      if (stats) setStore(gauges, stats)
      return registry.metrics()
    },
    close: stop,
  }
}

/** A counter that is counted elsewhere. */
function setTo(counter: Counter, value: number): void {
  counter.reset()
  counter.inc(value)
}

const kindOf = (check: WatchedCheck) => `${check.system} ${check.kind}`

function defineCounters(registry: Registry) {
  const registers = [registry]
  const checkRuns = new Counter({
    name: 'vedette_check_runs_total',
    help: 'Scheduled runs of a check by verdict',
    labelNames: [...perCheck, 'verdict'],
    registers,
  })
  const runs = new Counter({
    name: 'vedette_runs_total',
    help: 'Scheduled runs by verdict and reason, over all checks of a kind',
    labelNames: [...perKind, 'verdict', 'reason'],
    registers,
  })
  const firstFailures = new Counter({
    name: 'vedette_first_attempt_failures_total',
    help: 'Scheduled runs whose first attempt did not pass, whatever the retries then said',
    labelNames: perCheck,
    registers,
  })
  const durations = new Histogram({
    name: 'vedette_run_duration_seconds',
    help: 'Duration of the last attempt of scheduled runs that passed, also over a threshold',
    labelNames: perKind,
    buckets: durationBuckets,
    registers,
  })
  const lateness = new Histogram({
    name: 'vedette_schedule_lateness_seconds',
    help: 'Time from the start of a slot to the start of its run, for runs of one attempt',
    buckets: latenessBuckets,
    registers,
  })
  const onDemand = new Counter({
    name: 'vedette_on_demand_runs_total',
    help: 'Runs outside the schedule by trigger; they feed no other figure',
    labelNames: ['trigger', 'verdict'],
    registers,
  })
  const missed = new Counter({
    name: 'vedette_missed_runs_total',
    help: 'Slots in which a check should have run and did not',
    registers,
  })
  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of this process, user and system',
    registers,
  })
  return {
    onDemand,
    missed,
    cpu,
    start(labels: Labels) {
      for (const verdict of verdicts) checkRuns.inc({ ...labels, verdict }, 0)
      firstFailures.inc(labels, 0)
    },
    startKind(labels: Labels) {
      for (const [verdict, reason] of combinations) runs.inc({ ...labels, verdict, reason }, 0)
      durations.zero(labels)
    },
    startOnDemand() {
      for (const trigger of ['manual', 'gate', 'proof', 'drill']) {
        for (const verdict of verdicts) onDemand.inc({ trigger, verdict }, 0)
      }
    },
    forget(labels: Labels) {
      for (const verdict of verdicts) checkRuns.remove({ ...labels, verdict })
      firstFailures.remove(labels)
    },
    forgetKind(labels: Labels) {
      for (const [verdict, reason] of combinations) runs.remove({ ...labels, verdict, reason })
      durations.remove(labels)
    },
    record(result: Result, kind: string) {
      const { system, check, environment, location, verdict } = result
      const ofCheck = { system, check, environment, location }
      const ofKind = { system, kind, environment, location }
      checkRuns.inc({ ...ofCheck, verdict })
      runs.inc({ ...ofKind, verdict, reason: verdict === 'passed' ? '' : (result.reason ?? 'runner') })
      const first = result.earlier[0]
      if (first ? first.reason !== 'runner' : verdict === 'failed') firstFailures.inc(ofCheck)
      // How fast a failed run was says nothing about speed.
      if (verdict === 'passed' || verdict === 'degraded') durations.observe(ofKind, result.duration / 1_000)
      if (result.attempts === 1 && result.reason !== 'missed') {
        lateness.observe(Math.max(0, result.startedAt - result.slot) / 1_000)
      }
    },
  }
}

function defineGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] })
  return {
    success: gauge(
      'probe_success',
      '1 when the last run passed, also over a threshold; 0 when it failed; absent while unknown or paused',
      perCheck,
    ),
    duration: gauge('probe_duration_seconds', 'Duration of the last attempt of the last run', perCheck),
    phases: gauge('probe_http_duration_seconds', 'Time of the last run by phase, added up over redirects', [
      ...perCheck,
      'phase',
    ]),
    http_status: gauge(...httpFigures.http_status, perCheck),
    http_version: gauge(...httpFigures.http_version, perCheck),
    http_redirects: gauge(...httpFigures.http_redirects, perCheck),
    http_content_length: gauge(...httpFigures.http_content_length, perCheck),
    http_body_bytes: gauge(...httpFigures.http_body_bytes, perCheck),
    ssl: gauge('probe_http_ssl', '1 when the last answer came over TLS', perCheck),
    expiry: gauge(
      'probe_ssl_earliest_cert_expiry',
      'When the first certificate of the chain ends, seconds since 1970',
      perCheck,
    ),
    lookup: gauge('probe_dns_lookup_time_seconds', 'Time that the look-up of the name took', perCheck),
    health: gauge('vedette_check_health', 'Health of a check: 1 for the state it is in, 0 for the others', [
      ...perCheck,
      'state',
    ]),
    since: gauge('vedette_check_health_since_timestamp_seconds', 'When the state was entered', perCheck),
    lastRun: gauge('vedette_check_last_run_timestamp_seconds', 'Start of the last scheduled run', perCheck),
    interval: gauge(
      'vedette_check_interval_seconds',
      'Time between two runs; of a calendar schedule the mean',
      perCheck,
    ),
    info: gauge('vedette_check_info', 'Facts about a check, to join on', [
      ...perCheck,
      'kind',
      'severity',
      'owner',
      'covers',
      'tags',
    ]),
    steps: gauge('vedette_step_duration_seconds', 'Duration of a step of the last run of a journey', [
      ...perCheck,
      'step',
    ]),
    vitals: gauge('vedette_web_vital_seconds', 'Web vital of the last run, in the lab, not of real users', [
      ...perCheck,
      'vital',
    ]),
    shift: gauge('vedette_layout_shift_ratio', 'Cumulative layout shift of the last run, in the lab', perCheck),
    build: gauge('vedette_build_info', 'Version of this Vedette', ['version']),
    generation: gauge('vedette_config_generation', 'Number of the configuration that is in force'),
    refused: gauge('vedette_config_refused', '1 while a changed configuration is refused'),
    unlisted: gauge('vedette_unlisted_journey_problems', 'Mistakes that keep journeys from being listed'),
    ready: gauge('vedette_ready', '1 when Vedette watches and can store'),
    started: gauge('vedette_start_timestamp_seconds', 'Start of this Vedette'),
    running: gauge('vedette_running_runs', 'Runs that are under way'),
    queued: gauge('vedette_queued_runs', 'Runs that are due and wait for a free place'),
    recentLateness: gauge('vedette_schedule_recent_lateness_seconds', 'Lateness of the last minutes', ['statistic']),
    loop: gauge('vedette_loop_delay_seconds', 'Delay of the event loop that measures'),
    browsers: gauge('vedette_browsers', 'Browsers that run'),
    children: gauge('vedette_children', 'Child processes that run'),
    storeBytes: gauge('vedette_store_size_bytes', 'Size of the store on disk'),
    storeRows: gauge('vedette_store_rows', 'Rows of the store by what they hold', ['holding']),
    storeOldest: gauge('vedette_store_oldest_result_timestamp_seconds', 'Slot of the oldest result that is kept raw'),
    resident: gauge('process_resident_memory_bytes', 'Resident memory of this process'),
    heap: gauge('process_heap_bytes', 'Heap of JavaScript in use'),
    files: gauge('process_open_fds', 'Open file descriptors of this process'),
  }
}

type Gauges = ReturnType<typeof defineGauges>

function setCheck(gauges: Gauges, labels: Labels, check: WatchedCheck, last: Result | undefined): void {
  for (const state of healthStates) gauges.health.set({ ...labels, state }, check.health.state === state ? 1 : 0)
  gauges.since.set(labels, check.health.since / 1_000)
  gauges.interval.set(labels, check.interval / 1_000)
  gauges.info.set(
    {
      ...labels,
      kind: check.kind,
      severity: check.severity,
      owner: check.owner ?? '',
      covers: check.covers.join(','),
      tags: check.tags.join(','),
    },
    1,
  )
  if (!last) return
  gauges.lastRun.set(labels, last.startedAt / 1_000)
  if (last.verdict === 'unknown' || check.health.state === 'unknown' || check.health.state === 'paused') return
  gauges.success.set(labels, last.verdict === 'failed' ? 0 : 1)
  gauges.duration.set(labels, last.duration / 1_000)
  setFigures(gauges, labels, check.kind, last)
}

function setFigures(gauges: Gauges, labels: Labels, kind: string, { metrics, phases, steps, startedAt }: Result): void {
  if (kind === 'http' && phases.length > 0) {
    for (const [phase, names] of Object.entries(httpPhases)) {
      const total = names.reduce((sum, name) => sum + phaseTotal(phases, name), 0)
      gauges.phases.set({ ...labels, phase }, total / 1_000)
    }
    gauges.ssl.set(labels, metrics['http_ssl'] ?? (phases.some(phase => phase.name === 'tls') ? 1 : 0))
  }
  if (phases.some(phase => phase.name === phaseNames[0])) {
    gauges.lookup.set(labels, phaseTotal(phases, 'resolve') / 1_000)
  }
  for (const name of Object.keys(httpFigures) as (keyof typeof httpFigures)[]) {
    const value = metrics[name]
    if (value !== undefined) gauges[name].set(labels, value)
  }
  const { tls_cert_days_left: days, cls } = metrics
  if (days !== undefined) gauges.expiry.set(labels, Math.round(startedAt / 1_000 + days * 86_400))
  for (const [name, vital] of Object.entries(vitals)) {
    const value = metrics[name]
    if (value !== undefined) gauges.vitals.set({ ...labels, vital }, value / 1_000)
  }
  if (cls !== undefined) gauges.shift.set(labels, cls)
  for (const step of steps.slice(0, mostSteps)) {
    gauges.steps.set({ ...labels, step: step.title.slice(0, 80) }, step.duration / 1_000)
  }
}

function setSelf(gauges: Gauges, watch: Watch, ours: ProcessStats | undefined): void {
  const self = watch.self()
  gauges.build.set({ version: watch.version }, 1)
  gauges.generation.set(self.generation)
  gauges.refused.set(self.refused?.length ? 1 : 0)
  gauges.unlisted.set(self.unlisted?.length ?? 0)
  gauges.ready.set(self.ready ? 1 : 0)
  gauges.started.set(self.startedAt / 1_000)
  gauges.running.set(self.running)
  gauges.queued.set(self.queued)
  for (const [statistic, value] of Object.entries(self.lateness)) {
    gauges.recentLateness.set({ statistic }, value / 1_000)
  }
  gauges.loop.set(self.loopDelay / 1_000)
  gauges.browsers.set(self.browsers)
  gauges.children.set(self.children)
  if (!ours) return
  gauges.resident.set(ours.residentBytes)
  gauges.heap.set(ours.heapBytes)
  if (ours.openFiles !== undefined) gauges.files.set(ours.openFiles)
}

function setStore(gauges: Gauges, stats: Awaited<ReturnType<Store['stats']>>): void {
  gauges.storeBytes.set(stats.bytes)
  gauges.storeRows.set({ holding: 'results' }, stats.results)
  gauges.storeRows.set({ holding: 'details' }, stats.details)
  gauges.storeRows.set({ holding: 'hours' }, stats.hours)
  if (stats.oldest !== undefined) gauges.storeOldest.set(stats.oldest / 1_000)
}
