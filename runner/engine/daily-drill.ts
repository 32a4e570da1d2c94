import type { Clock } from '../core/contracts.ts'
import type { Notification } from '../core/notifications.ts'
import type { Chore } from './housekeeping.ts'
import type { Log } from './log.ts'

// Longer than a message of a drill lives.
const patience = 11 * 60_000

/** The drill of each day, as a chore. What is not delivered is an alarm by itself; the log says it as well. */
export function dailyDrill({
  at,
  clock,
  log,
  drill,
}: {
  /** `HH:MM` in UTC. */
  readonly at: string
  readonly clock: Clock
  readonly log: Log
  drill(signal: AbortSignal): Promise<readonly Notification[]>
}): Chore {
  const [hours, minutes] = at.split(':').map(Number)
  return {
    name: 'daily drill',
    at: `${minutes} ${hours} * * *`,
    async run() {
      using deadline = clock.deadline(patience)
      const ended = await drill(deadline.signal)
      const lost = ended.filter(({ state }) => state !== 'delivered')
      if (lost.length === 0) log.info({ notifiers: ended.map(({ notifier }) => notifier) }, 'the daily drill arrived')
      for (const { notifier, trouble } of lost) log.error({ notifier, trouble }, 'the daily drill did not arrive')
    },
  }
}
