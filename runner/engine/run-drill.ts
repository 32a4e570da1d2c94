import type { Clock } from '../core/contracts.ts'
import { drillRecipients } from '../core/drill.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Incident } from '../core/incidents.ts'
import type { Notification, Notifier } from '../core/notifications.ts'
import type { NotificationRecords } from './notification-records.ts'

/** Whom a drill goes to. Nobody is a mistake: a drill that tests nothing must not pass. */
export function drillTargets(
  incident: Incident,
  notifiers: readonly Notifier[],
  named: string | undefined,
): readonly Notifier[] {
  const targets = drillRecipients(incident, notifiers, named)
  if (targets.length > 0) return targets
  const known = notifiers.map(({ id }) => id).join(', ') || 'there are none'
  if (named !== undefined) throw new RunnerFault(`expected a notifier (${known}), found '${named}'`)
  const { severity, owner, system } = incident
  const concern = `${severity} in ${system}${owner === undefined ? ', which has no owner' : `, whose owner is ${owner}`}`
  throw new RunnerFault(`expected somebody to be told, found no notifier for ${concern}; notifiers: ${known}`)
}

export interface DrillRun {
  readonly incident: Incident
  readonly planned: readonly Notification[]
  readonly records: NotificationRecords
  readonly signal: AbortSignal
  readonly clock: Clock
  keep(incident: Incident): Promise<void>
  wake(): void
  /** Called after each try of any message. */
  readonly followers: Set<() => void>
}

/** Sends what was planned through the outbox, and resolves when all of it has ended, or at `signal`. */
export async function runDrill(run: DrillRun): Promise<readonly Notification[]> {
  const { incident, planned, records, signal } = run
  await run.keep(incident)
  const states = () => planned.map(({ id }) => records.all.get(id)!)
  const over = new Promise<void>(resolve => {
    const look = () => {
      if (!signal.aborted && states().some(record => record === undefined || record.state === 'waiting')) return
      run.followers.delete(look)
      resolve()
    }
    run.followers.add(look)
    signal.addEventListener('abort', look, { once: true })
  })
  await records.change(...planned)
  run.wake()
  await over
  const ended = states()
  const at = run.clock.now()
  await run.keep({ ...incident, resolvedAt: at, timeline: [...incident.timeline, { at, kind: 'resolved' }] })
  return ended
}
