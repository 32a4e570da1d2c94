/** Figures of an HTTP run, and those among them that are over a limit. */

import type { Breach } from '../../core/contracts.ts'
import type { ProbeRun } from '../../core/definitions.ts'
import { describeLimit, keepsLimit, type LimitRef, type Statistic, statistic } from '../../core/requirements.ts'
import { lifeBreaches, lifeMetrics, lifeOf } from './certificate.ts'
import type { HttpExpectations } from './http-expectations.ts'
import type { Walk } from './http-walk.ts'

interface Sampled {
  readonly samples?: number | undefined
  readonly statistic?: Statistic | undefined
}

export function metricsOf(
  run: ProbeRun,
  { last, redirects, url }: Walk,
  options: Sampled,
): Readonly<Record<string, number>> {
  const length = Number(last.headers['content-length'] ?? Number.NaN)
  return {
    ...(last.status === undefined
      ? {}
      : {
          http_status: last.status,
          http_version: last.version ?? 1.1,
          http_redirects: redirects,
          http_ssl: url.protocol === 'https:' ? 1 : 0,
          http_wire_bytes: last.wireBytes,
          http_body_bytes: last.bodyBytes,
          ...(Number.isSafeInteger(length) ? { http_content_length: length } : {}),
        }),
    ...(last.certificate === undefined ? {} : lifeMetrics(lifeOf(last.certificate, run.clock.now()))),
    ...(options.samples === undefined ? {} : { http_samples: options.samples }),
  }
}

export function breachesOf(
  run: ProbeRun,
  expect: HttpExpectations,
  options: Sampled,
  durations: readonly number[],
  seen: Walk,
): readonly Breach[] {
  const { certificate } = seen.last
  return [
    ...(expect.duration === undefined ? [] : durationBreaches(run, expect.duration, options.statistic, durations)),
    ...(expect.certificate === undefined || certificate === undefined
      ? []
      : lifeBreaches(run, expect.certificate, lifeOf(certificate, run.clock.now()))),
  ]
}

function durationBreaches(
  run: ProbeRun,
  wanted: number | LimitRef,
  chosen: Statistic | undefined,
  durations: readonly number[],
): readonly Breach[] {
  if (typeof wanted === 'number') {
    const stat = chosen ?? 'max'
    const value = statistic(durations, stat)
    const name = durations.length > 1 ? `duration_ms ${stat}` : 'duration_ms'
    return value <= wanted ? [] : [{ metric: 'duration_ms', value, limit: `${name} <= ${wanted}` }]
  }
  const limit = run.limit(wanted)
  const ms = statistic(durations, chosen ?? limit.stat ?? 'max')
  const value = /_s$/.test(limit.metric) ? ms / 1_000 : ms
  return keepsLimit(limit, value)
    ? []
    : [{ requirement: wanted.requirement, metric: limit.metric, value, limit: describeLimit(limit) }]
}
