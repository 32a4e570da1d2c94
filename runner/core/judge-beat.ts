/**
 * What arrivals and silence mean for a heartbeat. A signal is due a time after the one before it, or by the calendar; whatever ends a job,
 * well or not, settles what was due. What could have come while we ourselves did not listen is `unknown`, never `missed`.
 */

import type { Reason, Verdict } from './contracts.ts'
import { formatDuration } from './duration.ts'
import type { BeatReport, HeartbeatRule } from './heartbeats.ts'
import { judgeReport, metricsOf } from './judge-report.ts'
import type { Limit } from './requirements.ts'
import { everyTimetable, type Timetable } from './slots.ts'

/** A time in which we did not listen. */
export interface Blind {
  readonly from: number
  readonly to: number
}

/** All that is remembered of one heartbeat. */
export interface HeartbeatState {
  /** When we first listened for it. */
  readonly since: number
  /** The next signal is due after this: the last end of a job, due time, or the beginning. */
  readonly base: number
  /** When the job began that has not ended. */
  readonly running?: number
  /** When the job began that was given up because it took too long. */
  readonly overran?: number
  readonly last?: Pick<BeatReport, 'kind' | 'text'> & { readonly at: number }
  readonly lastSuccess?: number
  readonly successes: number
  /** Touches the time in which the next signal is awaited. */
  readonly blind?: Blind
  /** The last judgement. */
  readonly judged?: BeatJudgement
}

/** What is said of a run. */
export interface Said {
  readonly verdict: Verdict
  readonly reason?: Reason
  readonly detail?: string
}

/** A run of a heartbeat: a job that ended, or a due time that passed. */
export interface BeatJudgement extends Said {
  /** When it arrived, or the moment by which it should have. */
  readonly slot: number
  readonly startedAt: number
  readonly duration: number
  readonly metrics: Readonly<Record<string, number>>
}

/** A rule with everything that it refers to. */
export interface FullRule extends Pick<HeartbeatRule, 'due' | 'grace' | 'longest' | 'parts'> {
  /** Of a calendar. */
  readonly calendar?: Timetable
  readonly facts: readonly { readonly name: string; readonly requirement: string; readonly limit: Limit }[]
}

export interface Look {
  readonly state: HeartbeatState
  /** What passed until now, in order. */
  readonly judged: readonly BeatJudgement[]
}

// The sender's clock may be a little ahead of ours.
const mostEarly = 60_000

export const newHeartbeat = (now: number): HeartbeatState => ({ since: now, base: now, successes: 0 })

/** When the next signal is due, and the moment from which it is missing. Undefined: the calendar has ended. */
export function nextDue(rule: FullRule, state: HeartbeatState): { due: number; deadline: number } | undefined {
  const due = dueAfter(rule, state.base)
  return due === undefined ? undefined : { due, deadline: due + rule.grace }
}

/** When to look next: a due time passes, or a job has taken too long. */
export function nextLook(rule: FullRule, state: HeartbeatState): number | undefined {
  const deadline = nextDue(rule, state)?.deadline
  const end = endOfJob(rule, state)
  if (end === undefined || deadline === undefined) return end ?? deadline
  return state.running! <= deadline ? end : Math.min(end, deadline)
}

/** What has passed until `now` without a signal. However much that is, it is told once: the newest. */
export function look(rule: FullRule, given: HeartbeatState, now: number): Look {
  const judged: BeatJudgement[] = []
  let state = given
  for (let at = nextLook(rule, state); at !== undefined && at <= now; at = nextLook(rule, state)) {
    const passed = endOfJob(rule, state) === at ? takenTooLong(rule, state, at) : missed(rule, state, now)
    state = { ...passed.state, judged: passed.judgement }
    judged.push(passed.judgement)
  }
  return { state, judged }
}

/** We did not listen for a while, which ends now: what was due then nobody can tell. */
export function wasBlind(rule: FullRule, given: HeartbeatState, blind: Blind): Look {
  const state = {
    ...given,
    blind: {
      from: Math.min(given.blind?.from ?? blind.from, blind.from),
      to: Math.max(given.blind?.to ?? 0, blind.to),
    },
  }
  const next = look(rule, state, blind.to)
  return { ...next, state: forget(rule, next.state) }
}

/** The wall clock was set back: what lies ahead of it now would be waited for too long. */
export function setBack({ blind, ...state }: HeartbeatState, now: number): HeartbeatState {
  return {
    ...state,
    base: Math.min(state.base, now),
    ...(state.running === undefined ? {} : { running: Math.min(state.running, now) }),
    ...(blind === undefined || blind.from >= now ? {} : { blind: { from: blind.from, to: Math.min(blind.to, now) } }),
  }
}

/** A signal: what it means, after what was due before it. `duration` when it ends a job whose start was told. */
export function receive(
  rule: FullRule,
  given: HeartbeatState,
  report: BeatReport,
  at: number,
): Look & { readonly duration?: number } {
  const before = look(rule, given, at)
  const { overran, running = overran, ...rest } = before.state
  const last = { at, kind: report.kind, ...(report.text === undefined ? {} : { text: report.text }) }
  if (report.kind === 'start') return { ...before, state: { ...rest, running: at, last } }
  const succeeded = report.kind === 'success'
  const duration = running === undefined ? undefined : Math.max(0, at - running)
  const state: HeartbeatState = {
    ...rest,
    base: at,
    last,
    successes: rest.successes + (succeeded ? 1 : 0),
    ...(succeeded ? { lastSuccess: at } : {}),
  }
  const judgement: BeatJudgement = {
    slot: at,
    startedAt: at - (duration ?? 0),
    duration: duration ?? 0,
    ...judgeReport(rule, { report, duration, successes: state.successes }),
    metrics: metricsOf(state, report.facts, at, succeeded),
  }
  return {
    state: { ...forget(rule, state), judged: judgement },
    judged: [...before.judged, judgement],
    ...(duration === undefined ? {} : { duration }),
  }
}

const dues = ({ due, calendar }: FullRule, base: number): Timetable =>
  'every' in due ? everyTimetable(due.every, base % due.every) : calendar!

/** An interval counts from the signal itself; by the calendar a signal a little before the hour is the one of that hour. */
function dueAfter(rule: FullRule, base: number): number | undefined {
  const timetable = dues(rule, base)
  const first = timetable.after(base)
  const second = first === undefined || 'every' in rule.due ? undefined : timetable.after(first)
  if (first === undefined || second === undefined) return first
  return first - base <= Math.min(earlyOf(rule), (second - first) / 2) ? second : first
}

const earlyOf = ({ grace }: FullRule) => Math.min(grace, mostEarly)

/** Jobs keep to a time of day, not to our interval: the signal of an interval is awaited from a tenth of it before it is due. */
const awaitedFrom = (rule: FullRule, due: number) =>
  due - ('every' in rule.due ? Math.max(rule.grace, rule.due.every / 10) : earlyOf(rule))

const endOfJob = ({ longest }: FullRule, { running }: HeartbeatState) =>
  running === undefined || longest === undefined ? undefined : running + longest

function takenTooLong(rule: FullRule, { running, ...rest }: HeartbeatState, at: number) {
  const expected = `expected the job that started at ${moment(running!)} to end within ${formatDuration(rule.longest!)}`
  const detail = `${expected}, found no end; look whether it hangs, or lengthen \`longest\``
  const judgement: BeatJudgement = {
    slot: at,
    startedAt: running!,
    duration: rule.longest!,
    ...orOurs(rest, { from: running!, to: at }, expected, {
      verdict: 'failed',
      reason: 'timeout',
      detail,
      metrics: metricsOf(rest, {}, at, false),
    }),
  }
  return { state: forget(rule, { ...rest, overran: running!, base: Math.max(rest.base, at) }), judgement }
}

function missed(rule: FullRule, state: HeartbeatState, now: number) {
  const first = nextDue(rule, state)!
  const { slot: due } = dues(rule, state.base).catchUp(first.due, now - rule.grace)
  const deadline = due + rule.grace
  const awaited = { from: awaitedFrom(rule, due), to: deadline }
  const expected = `expected a signal by ${moment(deadline)} (${describeRule(rule)})`
  const detail = `${expected}, found ${lastOf(state)}; look whether the job ran and whether it could reach us`
  const judgement: BeatJudgement = {
    slot: deadline,
    startedAt: deadline,
    duration: 0,
    ...orOurs(state, awaited, expected, {
      verdict: 'failed',
      reason: 'missed',
      detail,
      metrics: metricsOf(state, {}, deadline, false),
    }),
  }
  return { state: forget(rule, { ...state, base: due }), judgement }
}

/** Their fault, unless we did not listen in a part of that time. */
function orOurs<T extends Said>({ blind }: HeartbeatState, { from, to }: Blind, expected: string, theirs: T) {
  if (blind === undefined || blind.to <= from || blind.from >= to) return theirs
  const detail = `${expected}, and Vedette did not listen from ${moment(blind.from)} to ${moment(blind.to)}: whether a signal was sent is not known`
  return { verdict: 'unknown', reason: 'runner', detail, metrics: {} } as const
}

/** Blindness before the time in which the next signal is awaited excuses nothing. */
function forget(rule: FullRule, { blind, ...state }: HeartbeatState): HeartbeatState {
  const next = nextDue(rule, state)
  const matters = state.running !== undefined || (next !== undefined && (blind?.to ?? 0) > awaitedFrom(rule, next.due))
  return blind === undefined || !matters ? state : { ...state, blind }
}

function lastOf({ last, since, running }: HeartbeatState): string {
  if (last === undefined) return `none since we listen (${moment(since)})`
  const kind = running === undefined ? '' : 'start '
  return `the last ${kind}at ${moment(last.at)}${last.kind === 'failure' ? ', a failure' : ''}`
}

/** The rule in words: `every 24h, grace 2h`. */
export const describeRule = ({ due, grace, longest }: Pick<HeartbeatRule, 'due' | 'grace' | 'longest'>): string =>
  [
    'every' in due ? `every ${formatDuration(due.every)}` : `${due.cron} ${due.timezone}`,
    ...(grace > 0 ? [`grace ${formatDuration(grace)}`] : []),
    ...(longest === undefined ? [] : [`at most ${formatDuration(longest)} long`]),
  ].join(', ')

const moment = (time: number) => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
