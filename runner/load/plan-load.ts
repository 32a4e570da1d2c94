/** From promises to k6's options: what is offered, what is judged by k6, and what we judge ourselves. Pure. */

import type { LoadDefinition, LoadProfile } from '../core/definitions.ts'
import { parseDuration } from '../core/duration.ts'
import { RunnerFault } from '../core/fault.ts'
import {
  comparisonOf,
  describeLimit,
  isLoadShape,
  type Limit,
  limitsOf,
  type Requirement,
} from '../core/requirements.ts'

/** The profile that is run when none is named. */
export const mainProfile = 'documented'

/** A little load for a change that just arrived; every definition has it. */
const smokeStages = ['0s:2', '30s:2']

interface PlannedStage {
  /** As it is written, before the time scale: `2m:50`. */
  readonly text: string
  /** After the time scale, ms. */
  readonly duration: number
  readonly target: number
}

/** A limit on the load itself, judged by us: k6 knows no threshold on what it offers. */
interface OwnLimit {
  readonly metric: string
  readonly expression: string
  readonly limit: Limit
}

/** One line that k6 judges. */
interface PlannedThreshold {
  /** k6's key: `http_req_duration`, `http_req_failed{scope:upload}`. */
  readonly metric: string
  readonly expression: string
  readonly requirement?: string
  /** The time over which the figure is promised, ms: a shorter run cannot tell. */
  readonly window?: number
}

export interface LoadPlan {
  readonly profile: string
  readonly requirement?: string
  readonly timeScale: number
  /** Empty: the script brings its own workload. */
  readonly stages: readonly PlannedStage[]
  readonly thresholds: readonly PlannedThreshold[]
  readonly own: readonly OwnLimit[]
}

/** Names of the profiles that can be asked for, `documented` first. */
export function profilesOf(load: LoadDefinition): readonly string[] {
  const names = [...Object.keys(load.profiles), 'smoke']
  return [...new Set(names.toSorted((a, b) => Number(b === mainProfile) - Number(a === mainProfile)))]
}

/** The highest number of users that the stages ask for; undefined when the script decides. */
export const peakUsers = (plan: LoadPlan): number | undefined =>
  plan.stages.length === 0 ? undefined : Math.max(...plan.stages.map(stage => stage.target))

/** How long the stages take, ms; undefined when the script decides. */
export const plannedDuration = (plan: LoadPlan): number | undefined =>
  plan.stages.length === 0 ? undefined : plan.stages.reduce((sum, stage) => sum + stage.duration, 0)

/**
 * What a profile asks of k6. `timeScale` shortens (or stretches) stages only: limits stay as they are promised.
 * Throws RunnerFault with what is wrong.
 */
export function planLoad(
  load: LoadDefinition,
  name: string,
  requirements: readonly Requirement[],
  timeScale: number,
): LoadPlan {
  const profile = findProfile(load, name)
  const entry = requirements.find(requirement => requirement.id === profile.from)
  if (profile.from !== undefined && entry === undefined) {
    throw new RunnerFault(
      `expected profile '${name}' to take its figures from a requirement of this system, found ${profile.from}, which it does not have`,
    )
  }
  const documented = (entry?.threshold ?? []).filter(isLoadShape).flatMap(shape => shape.stages)
  const limits = entry === undefined ? [] : limitsOf(requirements, entry.id)
  // Other stages than the promised ones cannot say anything about the number of users that was promised.
  const offered = limits.filter(limit => profile.stages === undefined || limit.metric !== 'concurrent_users')
  return {
    profile: name,
    timeScale,
    ...(entry === undefined ? {} : { requirement: entry.id }),
    stages: (profile.stages ?? documented).map(text => parseStage(text, timeScale)),
    thresholds: [
      ...offered.filter(limit => limit.metric !== 'concurrent_users').map(limit => thresholdOf(limit, entry?.id)),
      ...Object.entries(profile.thresholds ?? {}).flatMap(([metric, expressions]) =>
        expressions.map(expression => ({ metric, expression })),
      ),
    ],
    own: offered
      .filter(limit => limit.metric === 'concurrent_users')
      .map(limit => ({
        metric: limit.metric,
        expression: describeLimit(limit).replace(`${limit.metric} `, ''),
        limit,
      })),
  }
}

function findProfile(load: LoadDefinition, name: string): LoadProfile {
  const found = load.profiles[name]
  if (found !== undefined) return found
  const main = load.profiles[mainProfile] ?? Object.values(load.profiles)[0]
  if (name === 'smoke' && main !== undefined) return { ...main, stages: smokeStages }
  throw new RunnerFault(`expected a profile of load '${load.id}' (${profilesOf(load).join(', ')}), found '${name}'`)
}

function parseStage(text: string, timeScale: number): PlannedStage {
  const [, time, users] = /^([^:]+):(\d+)$/.exec(text.trim()) ?? []
  const duration = time === undefined ? undefined : parseDuration(time)
  if (duration === undefined) {
    throw new RunnerFault(`expected a stage such as '2m:50' (duration:users), found '${text}'`)
  }
  return { text, duration: Math.round(duration * timeScale), target: Number(users) }
}

// Names of requirements/README.md that k6 knows under names of its own; any other is a metric that the script makes.
const k6Metrics: Readonly<Record<string, { readonly metric: string; readonly statistic: string }>> = {
  http_req_duration_ms: { metric: 'http_req_duration', statistic: 'avg' },
  error_rate: { metric: 'http_req_failed', statistic: 'rate' },
  requests_per_s: { metric: 'http_reqs', statistic: 'rate' },
}
const k6Statistics = { avg: 'avg', p75: 'p(75)', p95: 'p(95)', max: 'max' } as const
const k6Signs = { lt: '<', lte: '<=', gt: '>', gte: '>=', eq: '==' } as const

/** A promise in k6's words: `http_req_duration`, `p(95)<500`. */
function thresholdOf(limit: Limit, requirement: string | undefined): PlannedThreshold {
  const known = k6Metrics[limit.metric]
  const { comparison, value } = comparisonOf(limit)
  const metric = known?.metric ?? limit.metric
  const bare = known?.statistic ?? (/_(?:rate|ratio)$/.test(metric) ? 'rate' : 'value')
  const window = limit.window === undefined ? undefined : parseDuration(limit.window)
  return {
    metric: limit.scope === undefined ? metric : `${metric}{scope:${limit.scope}}`,
    expression: `${limit.stat === undefined ? bare : k6Statistics[limit.stat]}${k6Signs[comparison]}${value}`,
    ...(requirement === undefined ? {} : { requirement }),
    ...(window === undefined ? {} : { window }),
  }
}

/** What k6 reads with open(): the shapes of load/lib/options.ts. */
export function k6Plan(plan: LoadPlan, run: { readonly id: string; readonly summary: string }) {
  const metrics = [...new Set(plan.thresholds.map(threshold => threshold.metric))]
  return {
    runId: run.id,
    summary: run.summary,
    timeScale: plan.timeScale,
    tags: { testid: run.id, profile: plan.profile },
    thresholds: Object.fromEntries(
      metrics.map(metric => [
        metric,
        plan.thresholds.filter(threshold => threshold.metric === metric).map(threshold => threshold.expression),
      ]),
    ),
    ...(plan.stages.length === 0
      ? {}
      : { stages: plan.stages.map(({ duration, target }) => ({ duration: `${duration}ms`, target })) }),
  }
}
