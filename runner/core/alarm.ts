/**
 * From health to incidents, as one pure step. Trouble is noticed check by check, merged into incidents by system and cause, kept silent while
 * something explains it, and resolved when all of it is over. Only the beginning of an incident is ever suppressed, never its end.
 */

import { type AlarmStep, andThen, begin, forgetGone, put, recover, settle } from './alarm-incidents.ts'
import { healthAt, isDownByMajority, placesAfter, silentAfter } from './alarm-places.ts'
import { type AlarmRule, type AlarmRules, causeOf, complaint, routeOf, worst } from './alarm-rules.ts'
import { explanations, whySilent } from './alarm-silence.ts'
import { isSlow, slownessAfter } from './alarm-slowness.ts'
import { type AlarmState, type Places, type Slowness, type Trouble, withEntry, without } from './alarm-state.ts'
import type { Health, Onset, Result } from './contracts.ts'
import type { IncidentLine, Signal } from './incidents.ts'
import { type CheckKey, checkKey, runId } from './ports.ts'

export type AlarmEvent =
  /** A scheduled run was judged; `health` is what it led to. */
  | { readonly kind: 'judged'; readonly at: number; readonly result: Result; readonly health: Health }
  | { readonly kind: 'signal'; readonly at: number; readonly signal: Signal }
  | {
      readonly kind: 'acknowledged' | 'noted'
      readonly at: number
      readonly incident: string
      readonly by: string
      readonly text?: string
    }
  /** We called or reminded somebody. */
  | { readonly kind: 'line'; readonly at: number; readonly incident: string; readonly line: IncidentLine }
  /** Time has passed, or the rules have changed. */
  | { readonly kind: 'tick'; readonly at: number }

export function step(state: AlarmState, event: AlarmEvent, rules: AlarmRules): AlarmStep {
  switch (event.kind) {
    case 'judged':
      return judged(state, event, rules)
    case 'signal':
      return signalled(state, event.signal, rules)
    case 'acknowledged':
    case 'noted':
      return answered(state, event)
    case 'line':
      return append(state, event.incident, event.line)
    case 'tick':
      return andThen(forgetGone(state, event.at, rules), next => settle(next, event.at, rules))
  }
}

/** Whether something is to be looked at again when time has passed: trouble that is kept silent, and incidents that wait to be calm. */
export const isPending = ({ troubles, incidents }: AlarmState): boolean =>
  [...troubles.values()].some(({ incident }) => incident === undefined) ||
  [...incidents.values()].some(({ flapping }) => flapping)

function judged(
  state: AlarmState,
  { at, result, health: given }: Extract<AlarmEvent, { kind: 'judged' }>,
  rules: AlarmRules,
): AlarmStep {
  const key = checkKey(result)
  const rule = rules.rule(key)
  // Whatever a window or a person hides stays as it is until that is over.
  if (rule === undefined || given.state === 'maintenance' || given.state === 'paused') return { state, happenings: [] }
  const before = state.troubles.get(key)
  const places = rules.locations.length > 1 ? placesAfter(state.places.get(key), result, at, rule) : undefined
  const health = places === undefined ? given : healthAt(places, result.location)
  const slowness = slownessAfter(state.slowness.get(key), result, health, before?.cause === 'slow')
  const seen = withSeen(state, key, places, slowness)
  // Our own trouble opens nothing and ends nothing.
  if (result.verdict === 'unknown') return { state: seen, happenings: [] }
  const isDown = places === undefined ? health.state === 'down' : isDownByMajority(places, rules, rule, at)
  const bad = (cause: Trouble['cause'], onset: Onset) => troubleOf(key, cause, rule, result, onset, at)
  const downNow = () => bad(causeOf(result.reason, rule), health.failing ?? onsetOf(result))
  const slowNow = () => bad('slow', slowness!.onset)
  const isNewlySlow = result.verdict === 'degraded' && isSlow(slowness, rule.policy)

  if (before === undefined) {
    if (isDown && result.verdict === 'failed') return begin(seen, downNow(), at, rules)
    return !isDown && isNewlySlow ? begin(seen, slowNow(), at, rules) : { state: seen, happenings: [] }
  }
  if (before.cause === 'slow') {
    if (isDown && result.verdict === 'failed') return worsen(seen, before, downNow(), at, rules)
    if (!isDown && slowness !== undefined && slowness.passes >= rule.policy.successes)
      return recover({ ...seen, slowness: without(seen.slowness, key) }, [before], at, rules)
    return again(seen, before, result, at, rules)
  }
  if (isDown || result.verdict === 'failed') return again(seen, before, result, at, rules)
  const up = recover(seen, [before], at, rules)
  return isNewlySlow ? andThen(up, next => begin(next, slowNow(), at, rules)) : up
}

/** The same state where nothing is new, so that nothing is written. */
function withSeen(
  state: AlarmState,
  key: CheckKey,
  places: Places | undefined,
  slowness: Slowness | undefined,
): AlarmState {
  const placed = places === undefined ? state : { ...state, places: withEntry(state.places, key, places) }
  if (slowness === state.slowness.get(key)) return placed
  const { slowness: known } = state
  return { ...placed, slowness: slowness === undefined ? without(known, key) : withEntry(known, key, slowness) }
}

const onsetOf = ({ slot, startedAt }: Result): Onset => ({ slot, at: startedAt })

/** A further bad run of what is in trouble already: it is news only of what waited for it. */
function again(state: AlarmState, before: Trouble, result: Result, at: number, rules: AlarmRules): AlarmStep {
  const { explainedAt, ...trouble } = before
  const since = explainedAt ?? 0
  const interval = rules.rule(before.key as CheckKey)?.interval ?? 0
  const isOld = result.startedAt < since
  // So far ahead of its runs it can only be because the clock was set back.
  const wasSetBack = since - result.startedAt > silentAfter * interval
  const isBad = result.verdict === 'failed' || result.verdict === 'degraded'
  if (explainedAt === undefined || !isBad || (isOld && !wasSetBack)) return { state, happenings: [] }
  if (explanations(state, at, rules)(before) !== undefined) return { state, happenings: [] }
  return settle({ ...state, troubles: withEntry(state.troubles, before.key, trouble) }, at, rules)
}

/**
 * What was slow is down. That is another thing, so it is another incident, and the first one ends with these words; but while nobody is told
 * of the second one, the first stays open.
 */
function worsen(state: AlarmState, before: Trouble, trouble: Trouble, at: number, rules: AlarmRules): AlarmStep {
  const next = { ...state, troubles: withEntry(state.troubles, trouble.key, trouble) }
  const isTold = whySilent(next, trouble, at, rules) === undefined
  if (before.incident !== undefined && !isTold) return { state, happenings: [] }
  const slow = without(state.slowness, trouble.key)
  const ended = recover({ ...state, slowness: slow }, [before], at, rules, 'it is down now, which is told apart')
  return andThen(ended, last => begin(last, trouble, at, rules))
}

function troubleOf(
  key: CheckKey,
  cause: Trouble['cause'],
  rule: AlarmRule,
  result: Result,
  onset: Onset,
  at: number,
): Trouble {
  const run = (slot: number) => runId({ ...result, slot })
  const { severity, owner, isDeclared } = routeOf(rule, cause)
  return {
    key,
    // What joined another team's incident, or a milder one, would be told as that.
    group: [rule.system, cause, ...(isDeclared ? [severity, segment(owner ?? '')] : [])].join('~'),
    system: rule.system,
    check: rule.check,
    title: `${rule.systemTitle}: ${rule.title} ${complaint[cause]}`,
    cause,
    severity,
    ...(owner === undefined ? {} : { owner }),
    ...(rule.runbook === undefined ? {} : { runbook: rule.runbook }),
    at,
    startedAt: Math.min(at, onset.goodAt ?? onset.at),
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(result.detail === undefined ? {} : { detail: result.detail }),
    firstFailure: run(onset.slot),
    ...(onset.passedSlot === undefined ? {} : { lastPass: run(onset.passedSlot) }),
  }
}

/** Of an id, which is a part of addresses: whatever may not stand there, by its number. */
const segment = (name: string) => name.replaceAll(/[^\w-]/g, char => `.${char.charCodeAt(0).toString(16)}`)

function signalled(state: AlarmState, signal: Signal, rules: AlarmRules): AlarmStep {
  const key = `${signal.system}/${signal.id}`
  const before = state.troubles.get(key)
  if (!signal.firing)
    return before === undefined ? { state, happenings: [] } : recover(state, [before], signal.at, rules)
  const { id, system, cause, severity, owner, title, detail, at } = signal
  // It is told once, and again when it gets worse.
  if (before !== undefined && worst(before.severity, severity) === before.severity) return { state, happenings: [] }
  const trouble: Trouble = {
    key,
    group: `${system}~${cause}~${id.replaceAll('/', '.')}`,
    system,
    check: id,
    title,
    cause,
    severity,
    ...(owner === undefined ? {} : { owner }),
    at,
    startedAt: before?.startedAt ?? at,
    detail,
    isSignal: true,
  }
  return begin(state, trouble, at, rules)
}

// ---- people -------------------------------------------------------------------------------------------------------

function answered(
  state: AlarmState,
  { kind, at, incident: id, by, text }: Extract<AlarmEvent, { kind: 'acknowledged' | 'noted' }>,
): AlarmStep {
  const incident = state.incidents.get(id)
  // The first answer counts; another one is a note.
  if (incident === undefined) return { state, happenings: [] }
  const first = kind === 'acknowledged' && incident.acknowledgedAt === undefined
  const line: IncidentLine = { at, kind, by, ...(text === undefined ? {} : { text }) }
  return put(state, first ? { ...incident, acknowledgedAt: at, acknowledgedBy: by } : incident, [line])
}

function append(state: AlarmState, id: string, line: IncidentLine): AlarmStep {
  const incident = state.incidents.get(id)
  return incident === undefined ? { state, happenings: [] } : put(state, incident, [line])
}
