import cron from 'node-cron'
import type { Clock } from '../core/contracts.ts'
import type { Log } from './log.ts'

export interface Chore {
  readonly name: string
  /** Five fields, in UTC. */
  readonly at: string
  run(now: number): Promise<void>
}

/** Chores by the clock, in UTC, never two of a kind at once. What one throws is logged; the next time it is tried again. */
export function startHousekeeping({ chores, clock, log }: { chores: readonly Chore[]; clock: Clock; log: Log }): {
  stop(): Promise<void>
} {
  // node-cron would write to the console otherwise.
  const logger = {
    info: (message: string) => log.debug({}, message),
    warn: (message: string) => log.warn({}, message),
    error: (message: string | Error, error?: Error) => log.error({ err: error ?? message }, 'housekeeping'),
    debug: (message: string | Error) => log.debug({}, String(message)),
  }
  const tasks = chores.map(chore =>
    cron.schedule(
      chore.at,
      async () => {
        try {
          await chore.run(clock.now())
        } catch (error) {
          log.error({ err: error, chore: chore.name }, `${chore.name} failed`)
        }
      },
      { name: chore.name, timezone: 'UTC', noOverlap: true, logger },
    ),
  )
  return {
    async stop() {
      await Promise.all(tasks.map(task => task.destroy()))
    },
  }
}
