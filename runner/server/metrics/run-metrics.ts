/** Metrics of runs over all checks of a kind: counted as they come. */

import { Counter, Histogram, Registry } from 'prom-client'
import { type Reason, type Result, reasons, type Verdict, verdicts } from '../../core/contracts.ts'
import type { Labels } from './exposition.ts'

const perKind = ['system', 'kind', 'environment', 'location'] as const
const durationBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const latenessBuckets = [0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30]

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

export interface RunMetrics {
  readonly registry: Registry
  startKind(labels: Labels): void
  forgetKind(labels: Labels): void
  /** Of a scheduled run. */
  record(result: Result, kind: string): void
  recordOnDemand(result: Result): void
}

export function createRunMetrics(): RunMetrics {
  const registry = new Registry()
  const registers = [registry]
  const runs = new Counter({
    name: 'vedette_runs_total',
    help: 'Scheduled runs by verdict and reason, over all checks of a kind',
    labelNames: [...perKind, 'verdict', 'reason'],
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
  for (const trigger of ['manual', 'gate', 'proof', 'drill']) {
    for (const verdict of verdicts) onDemand.inc({ trigger, verdict }, 0)
  }
  return {
    registry,
    startKind(labels) {
      for (const [verdict, reason] of combinations) runs.inc({ ...labels, verdict, reason }, 0)
      durations.zero(labels)
    },
    forgetKind(labels) {
      for (const [verdict, reason] of combinations) runs.remove({ ...labels, verdict, reason })
      durations.remove(labels)
    },
    record(result, kind) {
      const { system, environment, location, verdict } = result
      const labels = { system, kind, environment, location }
      runs.inc({ ...labels, verdict, reason: verdict === 'passed' ? '' : (result.reason ?? 'runner') })
      // How fast a failed run was says nothing about speed.
      if (verdict === 'passed' || verdict === 'degraded') durations.observe(labels, result.duration / 1_000)
      if (result.attempts === 1 && result.reason !== 'missed') {
        lateness.observe(Math.max(0, result.startedAt - result.slot) / 1_000)
      }
    },
    recordOnDemand: ({ trigger, verdict }) => onDemand.inc({ trigger, verdict }),
  }
}
