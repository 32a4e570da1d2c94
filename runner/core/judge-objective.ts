/** From counted runs to how an objective stands. */

import { burnOf, rounded } from './burn.ts'
import type { Severity } from './contracts.ts'
import type { Objective } from './definitions.ts'
import type {
  Budget,
  Burn,
  DayState,
  ObjectiveState,
  PartRuns,
  PartState,
  PeriodState,
  Standing,
} from './objectives.ts'
import type { Part } from './plan-objective.ts'
import { describeLimit, keepsLimit } from './requirements.ts'
import { split, type Tally } from './sli.ts'

/** What was counted in a window. */
export interface Counted {
  readonly tally: Tally
  /** Of a part that is a count. */
  readonly count?: number
  /** Of a part about the alarms. */
  readonly figure?: number
}

export interface PartFound {
  readonly part: Part
  readonly now: number
  readonly period: PeriodState
  /** In the period so far. */
  readonly counted: Counted
  /** In the last so many ms. */
  lately(ms: number): Tally
  /** False: its burn alerts nobody. */
  readonly alerts: boolean
  /** As it stood before. */
  readonly before?: PartState
  readonly days: readonly DayState[]
}

export function judgePart({ part, now, period, counted, lately, alerts, before, days }: PartFound): PartState {
  const runs = runsOf(part, counted.tally, Math.min(now, period.to) - period.from)
  const toCome = Math.floor(part.pace * Math.max(0, period.to - now))
  const value = figureOf(part, counted)
  const standing = standingOf(part, counted, toCome)
  const burn = now <= period.to ? burnsOf(part, lately, before) : []
  const budget = budgetOf(part, period, runs, toCome, counted.count ?? 0)
  const firing = alerts ? worst(part, burn, standing) : undefined
  return {
    ...named(part),
    period,
    standing,
    ...(value === undefined ? {} : { value }),
    runs,
    ...coverageOf(runs),
    ...(budget === undefined ? {} : { budget }),
    burn,
    ...(firing === undefined ? {} : { firing }),
    days,
  }
}

/** A part whose time has not begun. */
export const waitingPart = (part: Part, waiting: string): PartState => ({
  ...named(part),
  waiting,
  standing: 'unknown',
  runs: { good: 0, bad: 0, valid: 0, unknown: 0, maintenance: 0, expected: 0 },
  burn: [],
  days: [],
})

/** A day, by itself. */
export function judgeDay(
  part: Part,
  day: Pick<DayState, 'day' | 'from' | 'to'>,
  now: number,
  counted: Counted,
): DayState {
  const value = figureOf(part, counted)
  return {
    ...day,
    standing: standingOf(part, counted, 0),
    ...(value === undefined ? {} : { value }),
    ...coverageOf(runsOf(part, counted.tally, Math.min(now, day.to) - day.from)),
  }
}

export function judgeObjective(
  system: string,
  objective: Objective,
  need: string,
  at: number,
  parts: readonly PartState[],
): ObjectiveState {
  const standing: Standing = parts.some(part => part.standing === 'broken')
    ? 'broken'
    : parts.length > 0 && parts.every(part => part.standing === 'kept')
      ? 'kept'
      : 'unknown'
  const { id, from, alerts } = objective
  return { system, objective: id, requirement: from, need, at, standing, alerts, parts }
}

const named = ({ part, limit, measure, target, checks }: Part) => ({
  part,
  metric: limit.metric,
  sli: measure.sli,
  limit: describeLimit(limit),
  target,
  checks: [...checks],
})

function runsOf({ measure, pace }: Part, tally: Tally, length: number): PartRuns {
  const { unknown } = tally.runs
  return { ...split(measure, tally), unknown, maintenance: tally.maintenance, expected: Math.floor(pace * length) }
}

function coverageOf({ valid, expected, maintenance }: PartRuns): { readonly coverage?: number } {
  const wanted = expected - maintenance
  // Windows begin and end between slots: there may be a run more than slots fit.
  return wanted > 0 ? { coverage: Math.min(1, valid / wanted) } : {}
}

/** The figure of the limit as it is so far. */
function figureOf({ limit, measure }: Part, { tally, count = 0, figure }: Counted): number | undefined {
  if (measure.sli === 'alarm') return figure
  const { good, bad, valid } = split(measure, tally)
  if (measure.sli === 'count') return valid === 0 && count === 0 ? undefined : count
  if (measure.sli === 'ratio') return valid === 0 ? undefined : (measure.of === 'bad' ? bad : good) / valid
  const value =
    limit.stat === 'p75' ? tally.percentile(0.75) : limit.stat === 'p95' ? tally.percentile(0.95) : tally.avg
  return Number.isNaN(value) ? undefined : value
}

/** A ratio is broken when it could not be kept any more even if all that is to come were good. */
function standingOf(part: Part, counted: Counted, toCome: number): Standing {
  const { limit, measure } = part
  const value = figureOf(part, counted)
  if (value === undefined) return 'unknown'
  const { bad, valid } = split(measure, counted.tally)
  const whole = valid + toCome
  const best = measure.sli !== 'ratio' ? value : measure.of === 'bad' ? bad / whole : (whole - bad) / whole
  return keepsLimit(limit, best) ? 'kept' : 'broken'
}

function budgetOf(
  { measure, allowed, target, pace }: Part,
  period: PeriodState,
  { bad, valid }: PartRuns,
  toCome: number,
  count: number,
): Budget | undefined {
  if (measure.sli === 'statistic' || measure.sli === 'alarm') return undefined
  const used = measure.sli === 'count' ? count : bad
  const whole = valid + toCome
  const runs = account(measure.sli === 'count' ? target : rounded(allowed! * whole), used)
  const left = runs.total > 0 ? runs.left / runs.total : used > 0 ? 0 : 1
  if (measure.sli === 'count') return { runs, left }
  const length = period.to - period.from
  // Time before the first run allows nothing and takes nothing: else ten bad minutes of ten would be told as weeks of the month.
  const measured = pace > 0 ? Math.min(length, whole / pace) : length
  const time = account(rounded(allowed! * measured), whole > 0 ? rounded((bad / whole) * measured) : 0)
  return { runs, time: { ...time, whole: rounded(allowed! * length) }, left }
}

const account = (total: number, used: number) => ({ total, used, left: rounded(total - used) })

function burnsOf({ rows, allowed, measure, pace }: Part, lately: PartFound['lately'], before: PartState | undefined) {
  return rows.map((row): Burn => {
    const tally = lately(row.long)
    const [long, short] = [split(measure, tally), split(measure, lately(row.short))]
    const expected = pace * row.long - tally.maintenance
    const same = before?.burn.find(burn => burn.long === row.long)
    return burnOf({
      row,
      allowed: allowed!,
      long,
      short,
      expected,
      ...(same === undefined ? {} : { before: same.firing }),
    })
  })
}

/** Where no window can tell how fast a budget goes, that it is gone is for the day. */
function worst({ rows }: Part, burn: readonly Burn[], standing: Standing): Severity | undefined {
  if (rows.length === 0) return standing === 'broken' ? 'p2' : undefined
  return burn
    .filter(({ firing }) => firing)
    .map(({ severity }) => severity)
    .toSorted()[0]
}
