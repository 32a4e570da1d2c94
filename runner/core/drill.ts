import { type Recipient, recipientsOf } from './audience.ts'
import { type Incident, ourselves } from './incidents.ts'
import { checkKey, type WatchedCheck } from './ports.ts'

/** An incident that is none: a drill, as it would look if this check failed, or Vedette itself without one. */
export function drillIncident({
  check,
  environment,
  runbook,
  at,
  by,
}: {
  readonly check?: WatchedCheck | undefined
  readonly environment: string
  readonly runbook?: string | undefined
  readonly at: number
  /** Who asked for it; absent for the daily one. */
  readonly by?: string | undefined
}): Incident {
  const system = check?.system ?? ourselves
  const detail = 'nothing is broken; expected this message to arrive, and found that it did'
  return {
    id: `${system}~drill~${at}`,
    system,
    environment,
    cause: 'wrong',
    severity: (check?.severity as Incident['severity']) ?? 'p1',
    ...(check?.owner === undefined ? {} : { owner: check.owner }),
    title: check === undefined ? 'a test of the alarm' : `a test of the alarm for ${check.title}`,
    ...(runbook === undefined ? {} : { runbook }),
    startedAt: at,
    openedAt: at,
    affected: check === undefined ? [] : [{ check: check.check, title: check.title, since: at, detail }],
    timeline: [
      {
        at,
        kind: 'opened',
        ...(by === undefined ? {} : { by }),
        text: check === undefined ? 'drill' : `drill for ${checkKey(check)}`,
      },
    ],
    drill: true,
  }
}

/** Who takes part: the one that is named; else, with a check, those who would be told of it sooner or later; else all. */
export function drillRecipients<R extends Recipient>(
  incident: Incident,
  notifiers: readonly R[],
  named: string | undefined,
): readonly R[] {
  if (named !== undefined) return notifiers.filter(({ id }) => id === named)
  return incident.system === ourselves ? notifiers : recipientsOf(incident, notifiers)
}
