/**
 * From health to incidents, as one pure step. Trouble is noticed check by check, merged into incidents by system and cause, kept silent while
 * something explains it, and resolved when all of it is over. Only the beginning of an incident is ever suppressed, never its end.
 */

import { type AlarmRule, type AlarmRules, causeOf, complaint, isDownByMajority, worst } from './alarm-rules.ts'
import { type AlarmState, type Trouble, withEntry, without } from './alarm-state.ts'
import type { Health, Result } from './contracts.ts'
import type { Affected, Happening, Incident, IncidentLine, Signal } from './incidents.ts'
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

export interface AlarmStep {
  readonly state: AlarmState
  /** In the order in which they happened. */
  readonly happenings: readonly Happening[]
}

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
      return then(forgetGone(state, event.at, rules), next => settle(next, event.at, rules))
  }
}

/** Whether something is to be looked at again when time has passed: trouble that is kept silent, and incidents that wait to be calm. */
export const isPending = ({ troubles, incidents }: AlarmState): boolean =>
  [...troubles.values()].some(({ incident }) => incident === undefined) ||
  [...incidents.values()].some(({ flapping }) => flapping)

// ---- trouble ------------------------------------------------------------------------------------------------------

function judged(
  state: AlarmState,
  { at, result, health }: Extract<AlarmEvent, { kind: 'judged' }>,
  rules: AlarmRules,
): AlarmStep {
  const key = checkKey(result)
  const rule = rules.rule(key)
  // Whatever a window or a person hides stays as it is until that is over.
  if (rule === undefined || health.state === 'maintenance' || health.state === 'paused')
    return { state, happenings: [] }
  const counted = countSlow(countDown(state, key, result.location, health, rules), key, result)
  const cause = isDown(counted, key, health, rules)
    ? causeOf(result.reason, rule)
    : (counted.slow.get(key) ?? 0) >= rule.policy.failures
      ? 'slow'
      : undefined
  const before = counted.troubles.get(key)
  if (cause === undefined) {
    // One good run out of several is not yet the end of being slow; any other trouble ends with its health.
    if (before === undefined || (before.cause === 'slow' && result.verdict === 'unknown'))
      return { state: counted, happenings: [] }
    return recover(counted, [before], at, rules)
  }
  // What is down stays in its incident, whichever way it fails meanwhile; being slow is another thing than being down.
  if (before !== undefined && (before.cause === 'slow') === (cause === 'slow'))
    return { state: counted, happenings: [] }
  const ended = before === undefined ? { state: counted, happenings: [] } : recover(counted, [before], at, rules)
  return then(ended, next => begin(next, troubleOf(key, cause, rule, result, health, at), at, rules))
}

const isDown = (state: AlarmState, key: string, health: Health, { locations }: AlarmRules): boolean =>
  locations.length > 1 ? isDownByMajority(state.downAt.get(key) ?? [], locations) : health.state === 'down'

function countDown(
  state: AlarmState,
  key: string,
  location: string,
  health: Health,
  { locations }: AlarmRules,
): AlarmState {
  if (locations.length <= 1) return state
  const before = state.downAt.get(key) ?? []
  if (before.includes(location) === (health.state === 'down')) return state
  const after = health.state === 'down' ? [...before, location] : before.filter(place => place !== location)
  return { ...state, downAt: after.length === 0 ? without(state.downAt, key) : withEntry(state.downAt, key, after) }
}

function countSlow(state: AlarmState, key: string, { verdict }: Result): AlarmState {
  if (verdict === 'unknown') return state
  if (verdict !== 'degraded') return state.slow.has(key) ? { ...state, slow: without(state.slow, key) } : state
  return { ...state, slow: withEntry(state.slow, key, (state.slow.get(key) ?? 0) + 1) }
}

function troubleOf(
  key: CheckKey,
  cause: Trouble['cause'],
  rule: AlarmRule,
  result: Result,
  health: Health,
  at: number,
): Trouble {
  const run = (slot: number) => runId({ ...result, slot })
  // Nobody is called out of bed because something is slow.
  const severity = cause === 'slow' && rule.severity === 'p0' ? 'p1' : rule.severity
  const owner = rule.owners[cause] ?? rule.owner ?? rule.owners[severity]
  return {
    key,
    group: `${rule.system}~${cause}`,
    system: rule.system,
    check: rule.check,
    title: `${rule.systemTitle}: ${rule.title} ${complaint[cause]}`,
    cause,
    severity,
    ...(owner === undefined ? {} : { owner }),
    ...(rule.runbook === undefined ? {} : { runbook: rule.runbook }),
    at,
    startedAt: Math.min(at, health.lastPassedAt ?? health.failing?.at ?? result.startedAt),
    ...(result.reason === undefined ? {} : { reason: result.reason }),
    ...(result.detail === undefined ? {} : { detail: result.detail }),
    firstFailure: run(health.failing?.slot ?? result.slot),
    ...(health.lastPassedSlot === undefined ? {} : { lastPass: run(health.lastPassedSlot) }),
  }
}

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

/** Notes a trouble, and lets it open or join an incident unless something keeps it silent. */
function begin(state: AlarmState, trouble: Trouble, at: number, rules: AlarmRules): AlarmStep {
  const noted = { ...state, troubles: withEntry(state.troubles, trouble.key, trouble) }
  return settle(changed(noted, trouble.key, at, rules), at, rules)
}

// ---- incidents ----------------------------------------------------------------------------------------------------

/** Opens what nothing explains any more, and closes what has been calm long enough. */
function settle(state: AlarmState, at: number, rules: AlarmRules): AlarmStep {
  let now: AlarmStep = { state, happenings: [] }
  for (const trouble of state.troubles.values()) {
    if (trouble.incident !== undefined || whySilent(state, trouble, at, rules) !== undefined) continue
    now = then(now, next => join(next, trouble, at, rules))
  }
  for (const incident of state.incidents.values()) {
    if (!incident.flapping || !isOver(incident)) continue
    const last = Math.max(...incident.affected.map(({ since, until = since }) => until))
    if (at - last < rules.flapping.within) continue
    now = then(now, next => close(next, incident.id, at, 'calm again'))
  }
  return now
}

/** Why a trouble opens no incident now, in words; undefined when nothing keeps it silent. */
export function whySilent(state: AlarmState, trouble: Trouble, at: number, rules: AlarmRules): string | undefined {
  if (trouble.isSignal) return undefined
  const key = trouble.key as CheckKey
  const rule = rules.rule(key)
  if (rule === undefined) return 'it is not watched'
  if (rule.quarantine !== undefined && at < rule.quarantine.until) return `quarantine: ${rule.quarantine.reason}`
  if (rules.inMaintenance(key, at)) return 'maintenance'
  const deployed = rules.deployedAt(rule.system)
  if (rule.startGrace !== undefined && deployed !== undefined && at >= deployed && at < deployed + rule.startGrace)
    return 'it has just been deployed'
  const explains = (other: Trouble, name: string) =>
    (other.key === name || other.system === name) &&
    other.key !== key &&
    !other.isSignal &&
    other.cause !== 'slow' &&
    // What is known to be flaky explains nothing.
    at >= (rules.rule(other.key as CheckKey)?.quarantine?.until ?? 0)
  const cause = rule.dependsOn.find(name => [...state.troubles.values()].some(other => explains(other, name)))
  return cause === undefined ? undefined : `${cause} is in trouble, which explains it`
}

function join(state: AlarmState, trouble: Trouble, at: number, rules: AlarmRules): AlarmStep {
  const open = [...state.incidents.values()].find(incident => groupOf(incident) === trouble.group)
  const affected = affectedBy(trouble, at)
  if (open !== undefined) {
    const isFlapping = flaps(state, trouble.key, at, rules)
    const joined: Incident = {
      ...open,
      severity: worst(open.severity, trouble.severity),
      affected: [...open.affected.filter(({ check }) => check !== trouble.check), affected],
      ...(isFlapping ? { flapping: true } : {}),
    }
    const news: IncidentLine[] = [{ at, kind: 'joined', by: trouble.check, ...textOf(trouble) }]
    if (isFlapping && !open.flapping) news.push(flappingLine(at, rules))
    return put(inIncident(state, trouble, open.id), joined, news)
  }
  const isFlapping = flaps(state, trouble.key, at, rules)
  const id = `${trouble.group}~${at}`
  const incident: Incident = {
    id,
    system: trouble.system,
    environment: rules.environment,
    cause: trouble.cause,
    severity: trouble.severity,
    ...(trouble.owner === undefined ? {} : { owner: trouble.owner }),
    title: trouble.title,
    ...(trouble.runbook === undefined ? {} : { runbook: trouble.runbook }),
    startedAt: trouble.startedAt,
    openedAt: at,
    affected: [affected],
    timeline: [],
    ...(isFlapping ? { flapping: true } : {}),
  }
  const lines: IncidentLine[] = [{ at, kind: 'opened', by: trouble.check, ...textOf(trouble) }]
  if (isFlapping) lines.push(flappingLine(at, rules))
  return put(inIncident(state, trouble, id), incident, lines)
}

const flappingLine = (at: number, { flapping }: AlarmRules): IncidentLine => ({
  at,
  kind: 'flapping',
  text: `more than ${flapping.changes} changes in a short time; it stays open until it has been calm`,
})

const textOf = ({ detail }: Trouble) => (detail === undefined ? {} : { text: detail })

const affectedBy = ({ check, title, reason, detail, firstFailure, lastPass }: Trouble, since: number): Affected => ({
  check,
  title,
  since,
  ...(reason === undefined ? {} : { reason }),
  ...(detail === undefined ? {} : { detail }),
  ...(firstFailure === undefined ? {} : { firstFailure }),
  ...(lastPass === undefined ? {} : { lastPass }),
})

const inIncident = (state: AlarmState, trouble: Trouble, incident: string): AlarmState => ({
  ...state,
  troubles: withEntry(state.troubles, trouble.key, { ...trouble, incident }),
})

/** Takes troubles away, and closes the incidents that have none left. */
function recover(
  state: AlarmState,
  troubles: readonly Trouble[],
  at: number,
  rules: AlarmRules,
  text?: string,
): AlarmStep {
  let now: AlarmStep = { state, happenings: [] }
  for (const trouble of troubles) {
    now = then(now, next => {
      const rest = changed({ ...next, troubles: without(next.troubles, trouble.key) }, trouble.key, at, rules)
      const incident = trouble.incident === undefined ? undefined : rest.incidents.get(trouble.incident)
      if (incident === undefined) return { state: rest, happenings: [] }
      const affected = incident.affected.map(item => (item.check === trouble.check ? { ...item, until: at } : item))
      const line: IncidentLine = { at, kind: 'recovered', by: trouble.check, ...(text === undefined ? {} : { text }) }
      const recovered = put(rest, { ...incident, affected }, [line])
      if (!isOver({ affected })) return recovered
      const isFlapping = incident.flapping || flaps(rest, trouble.key, at, rules)
      if (!isFlapping) return then(recovered, last => close(last, incident.id, at))
      if (incident.flapping) return recovered
      return then(recovered, last =>
        put(last, { ...last.incidents.get(incident.id)!, flapping: true }, [flappingLine(at, rules)]),
      )
    })
  }
  // What it explained is explained no more.
  return then(now, next => settle(next, at, rules))
}

const isOver = ({ affected }: Pick<Incident, 'affected'>) => affected.every(({ until }) => until !== undefined)

function close(state: AlarmState, id: string, at: number, text?: string): AlarmStep {
  const { flapping: _, ...incident } = state.incidents.get(id)!
  const line: IncidentLine = { at, kind: 'resolved', ...(text === undefined ? {} : { text }) }
  const closed = put(state, { ...incident, resolvedAt: at }, [line])
  return { ...closed, state: { ...closed.state, incidents: without(closed.state.incidents, id) } }
}

/** Checks that are watched no longer. */
function forgetGone(state: AlarmState, at: number, rules: AlarmRules): AlarmStep {
  const gone = [...state.troubles.values()].filter(
    trouble => !trouble.isSignal && rules.isGone(trouble.key as CheckKey),
  )
  return gone.length === 0 ? { state, happenings: [] } : recover(state, gone, at, rules, 'watched no longer')
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

// ---- small change -------------------------------------------------------------------------------------------------

/** Of all incidents of a system and cause there is one; those of signals are apart. */
const groupOf = ({ id }: Pick<Incident, 'id'>) => id.slice(0, id.lastIndexOf('~'))

// A night of flapping must not fill the store.
const mostLines = 200

function put(state: AlarmState, incident: Incident, lines: readonly IncidentLine[]): AlarmStep {
  let newest = incident
  const happenings = lines.map(line => {
    newest = { ...newest, timeline: [...newest.timeline, line] }
    return { incident: newest, line }
  })
  const { timeline } = newest
  const kept =
    timeline.length <= mostLines ? newest : { ...newest, timeline: [timeline[0]!, ...timeline.slice(1 - mostLines)] }
  return { state: { ...state, incidents: withEntry(state.incidents, incident.id, kept) }, happenings }
}

/** Notes that a check went into trouble or out of it, and forgets what is long ago. */
function changed(state: AlarmState, key: string, at: number, { flapping }: AlarmRules): AlarmState {
  const recent = [...state.changes].filter(([, times]) => at - times.at(-1)! < flapping.within)
  const own = (state.changes.get(key) ?? []).filter(time => at - time < flapping.within)
  return { ...state, changes: new Map(recent).set(key, [...own, at].slice(-flapping.changes - 1)) }
}

const flaps = (state: AlarmState, key: string, at: number, { flapping }: AlarmRules): boolean =>
  (state.changes.get(key) ?? []).filter(time => at - time < flapping.within).length > flapping.changes

function then({ state, happenings }: AlarmStep, next: (state: AlarmState) => AlarmStep): AlarmStep {
  const after = next(state)
  return { state: after.state, happenings: [...happenings, ...after.happenings] }
}
