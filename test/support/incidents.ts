/** Incidents and what happens to them, for tests of whoever tells people about them. */

import type { Affected, Happening, Incident, IncidentLine } from '../../runner/core/incidents.ts'

export const noon: number = Date.UTC(2026, 0, 5, 12)

export function incidentOf(change: Partial<Incident> = {}): Incident {
  const system = change.system ?? 'shop'
  const openedAt = change.openedAt ?? noon
  return {
    id: `${system}~unreachable~${openedAt}`,
    system,
    environment: 'production',
    cause: 'unreachable',
    severity: 'p1',
    owner: 'backend',
    title: `${system}: health does not answer`,
    startedAt: openedAt - 65_000,
    openedAt,
    affected: [affectedOf('health', { since: openedAt })],
    timeline: [{ at: openedAt, kind: 'opened' }],
    ...change,
  }
}

export const affectedOf = (check: string, change: Partial<Affected> = {}): Affected => ({
  check,
  title: `The ${check} of the shop`,
  since: noon,
  reason: 'connect',
  detail: 'expected an answer within 5s, found connection refused',
  firstFailure: `shop~${check}~local~${noon}~schedule`,
  ...change,
})

/** The incident after a line, as the engine makes it. */
export function happening(
  incident: Incident,
  kind: IncidentLine['kind'],
  at: number,
  more: Partial<IncidentLine> = {},
): Happening {
  const line: IncidentLine = { at, kind, ...more }
  const by = more.by ?? 'mia'
  const after: Incident = {
    ...incident,
    timeline: kind === 'opened' ? incident.timeline : [...incident.timeline, line],
    ...(kind === 'acknowledged' ? { acknowledgedAt: at, acknowledgedBy: by } : {}),
    ...(kind === 'resolved' ? { resolvedAt: at } : {}),
  }
  return { incident: after, line: kind === 'acknowledged' ? { ...line, by } : line }
}
