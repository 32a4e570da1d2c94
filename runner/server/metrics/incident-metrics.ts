/** The metrics of incidents. Drills are in none of them. */

import { Counter, Registry } from 'prom-client'
import { severities } from '../../core/alarm-rules.ts'
import type { Severity } from '../../core/contracts.ts'
import { type Cause, causes, type Incident, type IncidentLine, ourselves } from '../../core/incidents.ts'
import { type Family, type Labelled, labelText } from './exposition.ts'

export interface IncidentMetrics {
  readonly registry: Registry
  /** Starts the counters of new systems at 0, and removes those that are gone. */
  follow(systems: readonly string[]): void
  record(incident: Incident, line: IncidentLine): void
}

export function createIncidentMetrics(environment: string): IncidentMetrics {
  const registry = new Registry()
  const total = new Counter({
    name: 'vedette_incidents_total',
    help: 'Incidents that were opened, by cause; the system vedette is Vedette itself',
    labelNames: ['system', 'environment', 'cause'],
    registers: [registry],
  })
  let known = new Set<string>()
  return {
    registry,
    follow(systems) {
      const present = new Set([...systems, ourselves])
      for (const system of known) {
        if (present.has(system)) continue
        for (const cause of causesOf(system)) total.remove({ system, environment, cause })
      }
      for (const system of present) {
        if (known.has(system)) continue
        for (const cause of causesOf(system)) total.inc({ system, environment, cause }, 0)
      }
      known = present
    },
    record({ system, cause, drill }, { kind }) {
      if (kind === 'opened' && drill !== true) total.inc({ system, environment, cause })
    },
  }
}

const ours: readonly Cause[] = ['blind', 'channel']
/** What can go wrong with a system, and what with us. */
const causesOf = (system: string): readonly Cause[] =>
  system === ourselves ? ours : causes.filter(cause => !ours.includes(cause))

/** Incidents of one system with one severity. */
interface IncidentSubject {
  readonly open: number
  readonly unacknowledged: number
}

export const incidentFamilies: readonly Family<IncidentSubject>[] = [
  {
    name: 'vedette_open_incidents',
    help: 'Incidents that are open; the system vedette is Vedette itself',
    type: 'gauge',
    of: ({ open }) => open,
  },
  {
    name: 'vedette_unacknowledged_incidents',
    help: 'Incidents that are open and that nobody has acknowledged',
    type: 'gauge',
    of: ({ unacknowledged }) => unacknowledged,
  },
]

/** Every system with every severity, so that a series is there before its first incident. */
export function incidentSubjects(
  systems: readonly string[],
  environment: string,
  incidents: readonly Incident[],
): readonly Labelled<IncidentSubject>[] {
  const real = incidents.filter(({ drill }) => drill !== true)
  const subject = (system: string, severity: Severity) => {
    const open = real.filter(incident => incident.system === system && incident.severity === severity)
    return {
      labels: labelText({ system, environment, severity }),
      subject: {
        open: open.length,
        unacknowledged: open.filter(({ acknowledgedAt }) => acknowledgedAt === undefined).length,
      },
    }
  }
  return [...new Set([...systems, ourselves])].flatMap(system => severities.map(severity => subject(system, severity)))
}
