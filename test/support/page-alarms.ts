/** Alarms without an engine, as pages see them: what is open is what a test says, and what people do changes it and is written down. */

import { RunnerFault } from '../../runner/core/fault.ts'
import type { Incident, IncidentLine } from '../../runner/core/incidents.ts'
import { spansBetween } from '../../runner/core/maintenance.ts'
import type { Alarms } from '../../runner/core/ports.ts'
import { planned } from '../../runner/engine/alarm-rules.ts'
import { start } from './fake-watch.ts'
import { noAlarms } from './no-alarms.ts'

export interface PageAlarms extends Alarms {
  put(...incidents: readonly Incident[]): void
  readonly done: readonly string[]
}

export function pageAlarms({
  open = [],
  windows = [],
  notifiers = [],
}: {
  readonly open?: readonly Incident[]
  readonly windows?: ReturnType<Alarms['maintenance']>
  readonly notifiers?: ReturnType<Alarms['notifiers']>
} = {}): PageAlarms {
  const incidents = new Map(open.map(incident => [incident.id, incident]))
  let windowsNow = [...windows]
  const done: string[] = []
  const change = (id: string, more: Partial<Incident>, line: IncidentLine): Incident => {
    const incident = incidents.get(id)
    if (!incident) throw new RunnerFault(`expected an open incident, found '${id}'`)
    const next = { ...incident, ...more, timeline: [...incident.timeline, line] }
    incidents.set(id, next)
    return next
  }
  return {
    ...noAlarms(),
    open: () => [...incidents.values()].filter(({ resolvedAt }) => resolvedAt === undefined),
    async acknowledge(id, by) {
      done.push(`acknowledge ${id}`)
      return change(
        id,
        { acknowledgedAt: start, acknowledgedBy: by.name },
        { at: start, kind: 'acknowledged', by: by.name },
      )
    },
    async note(id, by, text) {
      done.push(`note ${id}: ${text}`)
      return change(id, {}, { at: start, kind: 'noted', by: by.name, text })
    },
    maintenance: () => windowsNow,
    maintenanceSpans(id, from, to) {
      const window = windowsNow.find(item => item.id === id)
      return window === undefined ? [] : spansBetween(planned(window), from, to)
    },
    async declareMaintenance(window) {
      done.push(`declare ${window.title}: ${window.selection.join(' ')} ${JSON.stringify(window.when)}`)
      windowsNow.push({ ...window, active: 'from' in window.when && window.when.from <= start })
    },
    async endMaintenance(id) {
      done.push(`end ${id}`)
      if (!windowsNow.some(window => window.id === id))
        throw new RunnerFault(`expected a declared window, found '${id}'`)
      windowsNow = windowsNow.filter(window => window.id !== id)
    },
    notifiers: () => notifiers,
    put(...more) {
      for (const incident of more) incidents.set(incident.id, incident)
    },
    done,
  }
}

export function incidentOf(change: Partial<Incident> = {}): Incident {
  const openedAt = change.openedAt ?? start - 14 * 60_000
  return {
    id: `shop~unreachable~${openedAt}`,
    system: 'shop',
    environment: 'production',
    cause: 'unreachable',
    severity: 'p1',
    title: 'Shop: home does not answer',
    startedAt: openedAt - 30_000,
    openedAt,
    affected: [{ check: 'home', title: 'home', since: openedAt }],
    timeline: [{ at: openedAt, kind: 'opened', by: 'home' }],
    ...change,
  }
}
