import type { Clock } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import type { Log } from './log.ts'

const look = 30_000
const jump = 1_000

/** Tells in the log that the clock of this machine was set. Everything goes on by the new time. */
export function watchClock({ clock, log }: { readonly clock: Clock; readonly log: Log }): Disposable {
  const apart = () => clock.now() - clock.monotonic()
  let before = apart()
  const wake = () => {
    cancel = clock.timer(look, wake)
    const ahead = apart() - before
    before += ahead
    const by = formatDuration(Math.round(Math.abs(ahead) / 1_000) * 1_000)
    if (ahead <= -jump)
      log.warn(
        { ahead },
        `expected a clock that runs evenly, found it set back by ${by}: checks go on by the new time, and the history has this time twice; let time synchronisation of this machine correct it in small steps`,
      )
    if (ahead >= jump)
      log.warn(
        { ahead },
        `expected a clock that runs evenly, found it ${by} ahead (set, or the machine slept): the runs of this time count as missed; let time synchronisation of this machine correct it in small steps, and keep the machine awake`,
      )
  }
  let cancel = clock.timer(look, wake)
  return { [Symbol.dispose]: () => cancel() }
}
