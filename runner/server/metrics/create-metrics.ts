/**
 * The exposition: checks and Vedette itself as they are at the scrape, runs as they were counted. Only scheduled runs feed the figures of
 * a check. A text that varies (an error, an address) is never a label.
 */

import type { Result, Verdict } from '../../core/contracts.ts'
import { checkKey, type Store, type Watch, type WatchedCheck } from '../../core/ports.ts'
import { type CheckSubject, checkFamilies } from './check-metrics.ts'
import { createDeployTimes, deployFamilies } from './deploy-metrics.ts'
import { exposition, type Labelled, labelText } from './exposition.ts'
import { createIncidentMetrics, incidentFamilies, incidentSubjects } from './incident-metrics.ts'
import { loadFamilies, loadSubjects } from './load-metrics.ts'
import { createNotificationMetrics, notifierFamilies } from './notification-metrics.ts'
import { objectiveFamilies, objectiveSubjects } from './objective-metrics.ts'
import { createRunMetrics } from './run-metrics.ts'
import { type ProcessStats, selfFamilies } from './self-metrics.ts'

export interface Metrics {
  readonly contentType: string
  /** The text in pieces. */
  render(): AsyncGenerator<string>
  close(): void
}

export interface MetricsOptions {
  readonly watch: Watch
  readonly store: Pick<Store, 'stats' | 'newestLoadRuns' | 'kept'>
  readonly processStats?: () => ProcessStats
}

/** What is counted of one check. */
interface Count {
  readonly labels: string
  readonly runs: Record<Verdict, number>
  firstFailures: number
  /** The last scheduled run that this process saw. */
  last: Result | undefined
}

export function createMetrics({ watch, store, processStats }: MetricsOptions): Metrics {
  const runMetrics = createRunMetrics()
  const notificationMetrics = createNotificationMetrics()
  const incidentMetrics = createIncidentMetrics(watch.environment)
  const deploys = createDeployTimes(store, watch.environment)
  const place = { environment: watch.environment, location: watch.location }
  const counts = new Map<string, Count>()
  const kinds = new Map<string, { readonly system: string; readonly kind: string }>()

  /** Starts the counters of new checks at 0 and removes every series of those that are gone. */
  function follow(checks: readonly WatchedCheck[]): void {
    const present = new Set<string>(checks.map(checkKey))
    for (const key of counts.keys()) if (!present.has(key)) counts.delete(key)
    for (const check of checks) countOf(check)
    const presentKinds = new Map(checks.map(({ system, kind }) => [`${system} ${kind}`, { system, kind }]))
    for (const [key, labels] of kinds) if (!presentKinds.has(key)) runMetrics.forgetKind({ ...labels, ...place })
    for (const [key, labels] of presentKinds) if (!kinds.has(key)) runMetrics.startKind({ ...labels, ...place })
    notificationMetrics.follow(watch.alarms.notifiers())
    incidentMetrics.follow(systemsOf(watch))
    kinds.clear()
    for (const [key, labels] of presentKinds) kinds.set(key, labels)
  }

  function countOf(check: WatchedCheck): Count {
    const key = checkKey(check)
    let count = counts.get(key)
    if (count === undefined) {
      count = {
        labels: labelText({ system: check.system, check: check.check, ...place }),
        runs: { passed: 0, degraded: 0, failed: 0, unknown: 0 },
        firstFailures: 0,
        last: undefined,
      }
      counts.set(key, count)
    }
    return count
  }

  function record(result: Result): void {
    if (result.trigger !== 'schedule') {
      runMetrics.recordOnDemand(result)
      return
    }
    const check = watch.check(checkKey(result))
    if (!check) return
    const count = countOf(check)
    count.last = result
    // It says nothing about a promise, here as in the store.
    if (result.maintenance) return
    count.runs[result.verdict] += 1
    const first = result.earlier[0]
    if (first ? first.reason !== 'runner' : result.verdict === 'failed') count.firstFailures += 1
    runMetrics.record(result, check.kind)
  }

  const stop = watch.on(event => {
    if (event.kind === 'result') record(event.result)
    else if (event.kind === 'notification') notificationMetrics.record(event.notification)
    else if (event.kind === 'incident') incidentMetrics.record(event.incident, event.line)
    else if (event.kind === 'deploy') deploys.record(event.deploy)
    else if (event.kind === 'generation') follow(watch.checks())
  })
  follow(watch.checks())

  return {
    contentType: runMetrics.registry.contentType,
    async *render() {
      const checks = watch.checks()
      follow(checks)
      const stats = await store.stats().catch(() => undefined)
      const loadRuns = await store.newestLoadRuns().catch(() => [])
      const incidents = watch.alarms.open()
      const subject = {
        self: watch.self(),
        blind: incidents.some(({ cause }) => cause === 'blind'),
        version: watch.version,
        store: stats,
        process: processStats?.(),
      }
      yield* exposition(
        checkFamilies,
        checks.map(check => subjectOf(check, countOf(check))),
      )
      yield `${await runMetrics.registry.metrics()}\n`
      yield* exposition(objectiveFamilies, objectiveSubjects(watch.objectives(), watch.environment))
      yield* exposition(incidentFamilies, incidentSubjects(systemsOf(watch), watch.environment, incidents))
      yield `${await incidentMetrics.registry.metrics()}\n`
      yield* exposition(deployFamilies, await deploys.subjects())
      yield* exposition(loadFamilies, loadSubjects(loadRuns))
      yield `${await notificationMetrics.registry.metrics()}\n`
      yield* exposition(
        notifierFamilies,
        watch.alarms.notifiers().map(state => ({ labels: labelText({ notifier: state.id }), subject: state })),
      )
      yield* exposition(selfFamilies, [{ labels: '', subject }])
    },
    close: stop,
  }
}

const systemsOf = (watch: Watch) => watch.systems().map(({ id }) => id)

function subjectOf(check: WatchedCheck, count: Count): Labelled<CheckSubject> {
  const { labels, runs, firstFailures } = count
  // Before the first run of this process, the one that an earlier process stored.
  const last = count.last ?? (check.last?.trigger === 'schedule' ? check.last : undefined)
  const isSilent = last?.verdict === 'unknown' || check.health.state === 'unknown' || check.health.state === 'paused'
  return { labels, subject: { check, runs, firstFailures, last, seen: isSilent ? undefined : last } }
}
