/** Looks at our own state, every few seconds and after each failure that may be ours, and remembers what of it is in trouble, and was. */

import type { Clock } from '../core/contracts.ts'
import type { Seen } from '../core/guard.ts'
import type { Sign, SignName } from '../core/own-state.ts'
import type { Log } from './log.ts'

export interface OwnLooksOptions {
  readonly clock: Clock
  readonly log: Log
  /** Looks at our own state; ends with the signal. */
  look(signal: AbortSignal): Promise<readonly Sign[]>
  /** How long after the end of a look the next one is due, ms. */
  pause(): number
  /** By what runs are being excused. */
  excusing(): SignName | undefined
  onLooked(): void
}

export interface OwnLooks {
  /** When the newest look that has ended began: it tells of failures from before, and of no later ones. */
  begunAt(): number
  /** What the newest look found, what is well included, and when that was by the wall clock. */
  found(): { readonly signs: readonly Sign[]; readonly lookedAt?: number }
  /** What is in trouble, and what was: runs that began in the middle of it are told afterwards. */
  seen(): readonly Seen[]
  /** Looks when it is due; to be asked again whenever `pause` may have become shorter. */
  plan(): void
  stop(): void
}

const longestLook = 2_000
// What did not answer by the deadline is the finding of a look, so it may tell that afterwards.
const patience = 2_500
// A packet that was lost at the very end of a trouble, and a neighbour that was asked for in vain, are asked for again after a second.
const settling = 1_000
// Two slots of a check every 30 s, with a retry and a slow journey: no run that is told later began before.
const remembered = 120_000

export function createOwnLooks({ clock, log, ...options }: OwnLooksOptions): OwnLooks {
  const seen = new Map<SignName, Seen>()
  let signs: readonly Sign[] = []
  let lookedAt: number | undefined
  let begunAt = Number.NEGATIVE_INFINITY
  let endedAt = Number.NEGATIVE_INFINITY
  let looking = false
  let stopped = false
  let cancel = () => {}

  const look = async () => {
    looking = true
    cancel()
    const begins = clock.monotonic()
    using deadline = clock.deadline(longestLook)
    using end = clock.deadline(patience)
    let isFound = true
    try {
      signs = await Promise.race([options.look(deadline.signal), tooLong(end.signal)])
      lookedAt = clock.now()
    } catch (error) {
      // What cannot be looked at excuses nothing.
      signs = []
      isFound = false
      log.error({ err: error }, 'the state of this machine cannot be looked at')
    }
    looking = false
    begunAt = begins
    endedAt = clock.monotonic()
    note(isFound)
    if (stopped) return
    options.onLooked()
    plan()
  }
  /** What was found, and what was found no more: nobody knows when that ended since it was seen. */
  const note = (isFound: boolean) => {
    const troubled = signs.filter(({ trouble }) => trouble !== undefined)
    for (const [name, known] of seen) {
      if (endedAt - known.until > remembered) seen.delete(name)
      if (known.until < Number.POSITIVE_INFINITY || troubled.some(sign => sign.name === name)) continue
      const until = (isFound ? endedAt : known.seenAt) + settling
      seen.set(name, { ...known, until, ...(options.excusing() === name ? { excusedUntil: until } : {}) })
    }
    for (const sign of troubled) seen.set(sign.name, { sign, seenAt: begunAt, until: Number.POSITIVE_INFINITY })
  }
  const plan = () => {
    if (looking || stopped) return
    cancel()
    const wait = endedAt + options.pause() - clock.monotonic()
    if (wait > 0) cancel = clock.timer(wait, () => void look())
    else void look()
  }

  return {
    begunAt: () => begunAt,
    found: () => ({ signs, ...(lookedAt === undefined ? {} : { lookedAt }) }),
    seen: () => [...seen.values()],
    plan,
    stop() {
      stopped = true
      cancel()
    },
  }
}

const tooLong = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const onAbort = () => reject(new Error(`expected a look at this machine to end within ${patience} ms`))
    signal.addEventListener('abort', onAbort, { once: true })
  })
