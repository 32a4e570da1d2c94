/** Incidents: opened, joined, recovered and closed, as troubles come and go. */

import { type AlarmRules, worst } from './alarm-rules.ts'
import { explanations, stampExplained, whySilent } from './alarm-silence.ts'
import { type AlarmState, type Trouble, withEntry, without } from './alarm-state.ts'
import type { Affected, Happening, Incident, IncidentLine } from './incidents.ts'
import type { CheckKey } from './ports.ts'

export interface AlarmStep {
  readonly state: AlarmState
  /** In the order in which they happened. */
  readonly happenings: readonly Happening[]
}

/** Notes a trouble, and lets it open or join an incident unless something keeps it silent. */
export function begin(state: AlarmState, trouble: Trouble, at: number, rules: AlarmRules): AlarmStep {
  const noted = { ...state, troubles: withEntry(state.troubles, trouble.key, trouble) }
  return settle(changed(stampExplained(noted, at, rules), trouble.key, at, rules), at, rules)
}

/** Opens what nothing explains any more, and closes what has been calm long enough. */
export function settle(state: AlarmState, at: number, rules: AlarmRules): AlarmStep {
  let now: AlarmStep = { state, happenings: [] }
  const silent = [...state.troubles.values()].filter(({ incident }) => incident === undefined)
  const explain = silent.length === 0 ? undefined : explanations(state, at, rules)
  for (const trouble of silent) {
    if (whySilent(state, trouble, at, rules, explain) !== undefined) continue
    now = andThen(now, next => join(next, trouble, at, rules))
  }
  for (const incident of state.incidents.values()) {
    if (!incident.flapping || !isOver(incident)) continue
    const last = Math.max(...incident.affected.map(({ since, until = since }) => until))
    if (at - last < rules.flapping.within) continue
    now = andThen(now, next => close(next, incident.id, at, 'calm again'))
  }
  return now
}

function join(state: AlarmState, trouble: Trouble, at: number, rules: AlarmRules): AlarmStep {
  const open = [...state.incidents.values()].find(incident => groupOf(incident) === trouble.group)
  const affected = affectedBy(trouble, at)
  if (open !== undefined) {
    const isFlapping = flaps(state, trouble.key, at, rules)
    const severity = worst(open.severity, trouble.severity)
    // What makes it worse is its owner's to mend: else those who are for nothing but that would never hear of it.
    const owner = severity === open.severity ? open.owner : (trouble.owner ?? open.owner)
    const joined: Incident = {
      ...open,
      severity,
      ...(owner === undefined ? {} : { owner }),
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
export function recover(
  state: AlarmState,
  troubles: readonly Trouble[],
  at: number,
  rules: AlarmRules,
  text?: string,
): AlarmStep {
  let now: AlarmStep = { state: stampExplained(state, at, rules), happenings: [] }
  for (const trouble of troubles) {
    now = andThen(now, next => {
      const rest = changed({ ...next, troubles: without(next.troubles, trouble.key) }, trouble.key, at, rules)
      const incident = trouble.incident === undefined ? undefined : rest.incidents.get(trouble.incident)
      if (incident === undefined) return { state: rest, happenings: [] }
      const affected = incident.affected.map(item => (item.check === trouble.check ? { ...item, until: at } : item))
      const line: IncidentLine = { at, kind: 'recovered', by: trouble.check, ...(text === undefined ? {} : { text }) }
      const recovered = put(rest, { ...incident, affected }, [line])
      if (!isOver({ affected })) return recovered
      const isFlapping = incident.flapping || flaps(rest, trouble.key, at, rules)
      if (!isFlapping) return andThen(recovered, last => close(last, incident.id, at))
      if (incident.flapping) return recovered
      return andThen(recovered, last =>
        put(last, { ...last.incidents.get(incident.id)!, flapping: true }, [flappingLine(at, rules)]),
      )
    })
  }
  // What it explained is explained no more, and waits for its own next run.
  return andThen(now, next => settle(next, at, rules))
}

const isOver = ({ affected }: Pick<Incident, 'affected'>) => affected.every(({ until }) => until !== undefined)

function close(state: AlarmState, id: string, at: number, text?: string): AlarmStep {
  const { flapping: _, ...incident } = state.incidents.get(id)!
  const line: IncidentLine = { at, kind: 'resolved', ...(text === undefined ? {} : { text }) }
  const closed = put(state, { ...incident, resolvedAt: at }, [line])
  return { ...closed, state: { ...closed.state, incidents: without(closed.state.incidents, id) } }
}

/** Checks that are watched no longer. */
export function forgetGone(state: AlarmState, at: number, rules: AlarmRules): AlarmStep {
  const gone = [...state.troubles.values()].filter(
    trouble => !trouble.isSignal && rules.isGone(trouble.key as CheckKey),
  )
  return gone.length === 0 ? { state, happenings: [] } : recover(state, gone, at, rules, 'watched no longer')
}

/** What incidents are merged by: `group` of their troubles. */
const groupOf = ({ id }: Pick<Incident, 'id'>) => id.slice(0, id.lastIndexOf('~'))

// A night of flapping must not fill the store.
const mostLines = 200

export function put(state: AlarmState, incident: Incident, lines: readonly IncidentLine[]): AlarmStep {
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

export function andThen({ state, happenings }: AlarmStep, next: (state: AlarmState) => AlarmStep): AlarmStep {
  const after = next(state)
  return { state: after.state, happenings: [...happenings, ...after.happenings] }
}
