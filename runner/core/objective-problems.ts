/** Objectives that nothing can hold a system to, and why: unknown metrics, no check to feed them, too few runs. */

import type { Problem } from './contracts.ts'
import type { Objective } from './definitions.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { nearest } from './nearest.ts'
import { describeSpan, lengthOf, type Span } from './period.ts'
import { feedersOf, type Part, type PlannedSystem, planObjective, spanOf } from './plan-objective.ts'
import { comparisonOf, describeLimit, type Limit, limitsOf } from './requirements.ts'
import { type Feeder, type Measure, measures, statistics } from './sli.ts'

export interface ObjectiveSetting {
  readonly system: PlannedSystem & { readonly objectives: readonly Objective[] }
  readonly feeders: readonly Feeder[]
  /** False: journeys are not listed yet, so that what lacks a check may get one. */
  readonly complete: boolean
  /** Places that runs come from. */
  readonly locations: number
  /** How long single runs are kept, ms. */
  readonly rawKept: number
}

export function objectiveProblems(setting: ObjectiveSetting): readonly Problem[] {
  const { objectives } = setting.system
  const ids = objectives.map(({ id }) => id)
  return objectives.flatMap((objective, index) => {
    const wrong = (message: string, ...path: readonly string[]): Problem => ({
      level: 'error',
      path: [`objective ${objective.id}`, ...path],
      message,
    })
    const twice =
      ids.indexOf(objective.id) < index ? [wrong(`expected each id once, found '${objective.id}' twice`)] : []
    return [...twice, ...afterDeploy(objective, wrong), ...parts(setting, objective, wrong)]
  })
}

type Wrong = (message: string, ...path: readonly string[]) => Problem

function afterDeploy({ afterDeploy: time }: Objective, wrong: Wrong): readonly Problem[] {
  if (time === undefined || time.to > time.from) return []
  const [from, to] = [time.from, time.to].map(formatDuration)
  return [wrong(`expected \`to\` later than \`from\`, found from ${from} to ${to} after a deploy`, 'afterDeploy')]
}

function parts(setting: ObjectiveSetting, objective: Objective, wrong: Wrong): readonly Problem[] {
  const { system } = setting
  if (!system.requirements.some(({ id }) => id === objective.from)) return []
  const limits = limitsOf(system.requirements, objective.from)
  if (limits.length === 0) {
    return [wrong(`expected a requirement with limits, found ${objective.from}, which has none`, 'from')]
  }
  return limits.flatMap(limit => {
    const unfit = unfitting(objective, limit)
    if (unfit !== undefined) return [wrong(`${objective.from} (${describeLimit(limit)}): ${unfit}`, 'from')]
    const lack = lacking(setting, objective, limit)
    return lack === undefined ? [] : [wrong(`${objective.from} (${describeLimit(limit)}): ${lack}`)]
  })
}

/** Why a limit can be no objective, whatever the checks. */
function unfitting(objective: Objective, limit: Limit): string | undefined {
  const measure = measures[limit.metric]
  const known = Object.keys(measures)
  if (measure === undefined) {
    const close = nearest(limit.metric, known)
    return `expected a metric that is measured over a time (${known.join(', ')}), found ${limit.metric}${close ? `; did you mean '${close}'?` : '; let a check hold the system to it'}`
  }
  const { comparison, value } = comparisonOf(limit)
  const wanted = measure.sli === 'ratio' && measure.of === 'good' ? ['gte', 'gt'] : ['lte', 'lt']
  if (!wanted.includes(comparison)) return `expected ${wanted.join(' or ')}, found ${comparison}`
  if (typeof value !== 'number' || value < 0) return `expected a number from 0 on, found '${value}'`
  if (measure.sli === 'ratio' && value > 1) return `expected a ratio from 0 to 1, found ${value}; 99.9 % is 0.999`
  if (measure.sli === 'statistic' && (limit.stat === undefined || !statistics.includes(limit.stat))) {
    return `expected a stat that is kept over a time (${statistics.join(', ')}), found ${limit.stat ?? 'none'}`
  }
  return wrongWindow(objective, limit)
}

function wrongWindow(objective: Objective, { window }: Limit): string | undefined {
  if (window === undefined) return undefined
  const ms = parseDuration(window)
  if (ms === undefined) return `expected a window such as '7d', found '${window}'`
  const time = objective.afterDeploy
  if (time === undefined || time.to - time.from === ms) return undefined
  const length = formatDuration(Math.max(0, time.to - time.from))
  return `expected afterDeploy to last as long as the window of the limit (${formatDuration(ms)}), found ${length}`
}

/** Why its checks cannot support it. */
function lacking(setting: ObjectiveSetting, objective: Objective, limit: Limit): string | undefined {
  const { system, feeders, complete, locations, rawKept } = setting
  const measure = measures[limit.metric]!
  const span = spanOf(objective, limit)!
  if (measure.sli === 'count' && lengthOf(span) > rawKept) {
    return `expected a time in which single runs are kept (${formatDuration(rawKept)}), found ${describeSpan(span)}; shorten it, or raise retention.rawDays`
  }
  const mayGrow = !complete && (objective.checks.length > 0 || measure.feed === 'journeys' || measure.feed === 'health')
  const fed = feedersOf(system, objective, limit, measure, feeders)
  if (fed.length === 0) return mayGrow ? undefined : noFeeder(objective, limit, measure)
  // A calendar is counted by those who have its timetable.
  if (mayGrow || fed.some(({ interval }) => interval === Number.POSITIVE_INFINITY)) return undefined
  const part = planObjective(system, objective, feeders, locations).find(item => item.limit === limit)!
  return tooFew(part, fed, span)
}

const usual: Readonly<Record<Measure['feed'], string>> = {
  network: 'a probe that runs by an interval (`every`)',
  http: 'an http probe that runs by an interval (`every`)',
  health: 'a check that is named or tagged health, or asks /health, by an interval (`every`)',
  journeys: 'a journey that runs by an interval (`every`)',
  named: 'the checks that it is measured by, in `checks`',
}

function noFeeder({ checks }: Objective, { scope }: Limit, { feed }: Measure): string {
  if (checks.length > 0) return `expected checks that its \`checks\` fit, found none that ${checks.join(' ')} fits`
  return `expected ${usual[feed]}${scope === undefined ? '' : ` and the tag '${scope}'`}, found none; add one, or name others in \`checks\``
}

/** Less than one run may fail: one failure would break a promise that allows some, and no failure says nothing. */
function tooFew({ allowed, pace, limit }: Part, fed: readonly Feeder[], span: Span): string | undefined {
  if (allowed === undefined || allowed === 0) return undefined
  const runs = Math.floor(pace * lengthOf(span))
  const budget = allowed * runs
  const { comparison } = comparisonOf(limit)
  const open = comparison === 'lt' || comparison === 'gt'
  if (open ? budget > 1 : budget >= 1) return undefined
  const wanted = Math.ceil(1 / allowed) + (open ? 1 : 0)
  const interval = formatDuration(Math.floor((lengthOf(span) * fed.length) / wanted))
  return `expected a budget of one run at least; ${percent(1 - allowed)} of ${runs.toLocaleString('en')} runs in ${describeSpan(span)} allows ${Number(budget.toFixed(2))} failed runs; run ${fed.length === 1 ? `${fed[0]!.check} every ${interval}` : `these ${fed.length} checks every ${interval}`} or more often, add checks, or promise less`
}

const percent = (share: number) => `${Number((share * 100).toPrecision(10))} %`
