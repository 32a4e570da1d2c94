/** Holds failing runs for a moment, looks at our own state, and lets them go as the target's or as ours. */

import type { Clock, Result } from '../core/contracts.ts'
import { formatDuration } from '../core/duration.ts'
import {
  browserSign,
  type Decision,
  decide,
  excuse,
  mayBeOurs,
  type Needs,
  type Seen,
  type Sighting,
  sightingOf,
} from '../core/guard.ts'
import { type GuardState, type Sign, type SignName, signNames } from '../core/own-state.ts'
import { type CheckKey, checkKey } from '../core/ports.ts'
import type { Log } from './log.ts'
import { createOwnLooks } from './own-looks.ts'

export interface GuardOptions {
  readonly clock: Clock
  readonly log: Log
  /** Looks at our own state; ends with the signal. */
  look(signal: AbortSignal): Promise<readonly Sign[]>
  /** Undefined: a heartbeat, or watched no longer. */
  needsOf(key: CheckKey): Needs | undefined
  /** How many checks are watched that need what the sign is about. */
  watched(sign: Sign): number
  /** A result as it is to be judged, in the order of its check. */
  record(result: Result): void
}

export interface Guard {
  record(result: Result): void
  state(): GuardState
  /** Own trouble that makes runs unknown, and since when by the monotonic clock. */
  trouble(): { readonly since: number; readonly detail: string } | undefined
  /** Lets everything go, by what is known. */
  stop(): void
}

// With the 75 s from outage to message in mind: so long a failing run waits for others to follow.
const longestHold = 2_500
// 500 failures of one moment cost one look, and an outage of many checks two a second.
const betweenLooks = 500
// Two slots of a check every 30 s, with a retry and a slow journey: so far apart failures still are "at once".
const window = 120_000
// A cut that is shorter is bridged by the retry, or by the kernel, which repeats its first packet for as long.
const lookEvery = 10_000
const lookAgain = 5_000
// A sign may stay (a clock that was set, references that somebody forbade) when nothing fails by it any more: two rounds of journeys every 5 m.
const calm = 600_000

interface Held {
  readonly result: Result
  readonly sighting?: Sighting
  readonly until: number
}

export function createGuard(options: GuardOptions): Guard {
  const { clock, log } = options
  const recent = new Map<CheckKey, Sighting>()
  const excused = Object.fromEntries(signNames.map(name => [name, 0])) as Record<SignName, number>
  let blamed = 0
  let held: readonly Held[] = []
  let browser: Sign = { name: 'browser' }
  let stopped = false
  let trouble: (NonNullable<GuardState['trouble']> & { readonly from: number; readonly last: number }) | undefined
  let cancelRelease: (() => void) | undefined

  const looks = createOwnLooks({
    clock,
    log,
    look: options.look,
    pause: () =>
      held.some(({ sighting }) => sighting !== undefined)
        ? betweenLooks
        : trouble === undefined
          ? lookEvery
          : lookAgain,
    excusing: () => trouble?.sign,
    onLooked() {
      forget()
      release()
      noticeEnd()
    },
  })
  const allSigns = (): readonly Sign[] => [...looks.found().signs, browser]
  const seen = (sighting: Sighting) => {
    recent.set(sighting.key, sighting)
    if (sighting.isJourney) browser = browserSign([...recent.values()])
  }
  const forget = () => {
    const now = clock.monotonic()
    for (const [key, { seenAt }] of recent) if (now - seenAt > window) recent.delete(key)
    browser = browserSign([...recent.values()])
  }
  const currentSigns = (): readonly Seen[] => {
    const lasting = { seenAt: clock.monotonic(), until: Number.POSITIVE_INFINITY }
    const all = [...looks.seen(), ...(browser.trouble === undefined ? [] : [{ sign: browser, ...lasting }])]
    return all.map(seen => (seen.sign.name === trouble?.sign ? { excusedUntil: trouble.last, ...seen } : seen))
  }
  /** Lets go what is decided, in order; what waits holds back the later runs of its check. */
  const release = (all = false) => {
    const now = clock.monotonic()
    const seenSigns = currentSigns()
    const runs = seenSigns.length > 0 ? [...recent.values(), ...held.flatMap(({ sighting }) => sighting ?? [])] : []
    const waiting: Held[] = []
    const keys = new Set<CheckKey>()
    const free: (readonly [Result, Decision | undefined])[] = []
    for (const item of held) {
      const key = checkKey(item.result)
      // What was well a moment ago need not be so any more: a failure is decided by a look that began after it.
      const isPostponed = !all && item.sighting !== undefined && item.sighting.seenAt > looks.begunAt()
      const decision =
        item.sighting === undefined || isPostponed ? undefined : decide(item.sighting, runs, seenSigns, options.watched)
      const isOpen = isPostponed || (decision?.whose === 'open' && now < item.until)
      if (!all && (keys.has(key) || isOpen)) {
        waiting.push(item)
        keys.add(key)
      } else free.push([item.result, decision])
    }
    held = waiting
    for (const [result, decision] of free) letGo(result, decision)
    wait()
  }
  const letGo = (result: Result, decision: Decision | undefined) => {
    if (decision === undefined) return options.record(result)
    if (decision.whose !== 'ours') {
      blamed += 1
      return options.record(result)
    }
    const { sign } = decision
    excused[sign.name] += 1
    noticeTrouble(sign)
    options.record(excuse(result, sign))
  }
  const noticeTrouble = (sign: Sign) => {
    if (trouble?.sign === sign.name) {
      trouble = { ...trouble, detail: sign.trouble!, last: clock.monotonic(), runs: trouble.runs + 1 }
      return
    }
    if (trouble !== undefined) return
    const now = clock.monotonic()
    trouble = { sign: sign.name, detail: sign.trouble!, since: clock.now(), from: now, last: now, runs: 1 }
    log.error(
      { sign: sign.name },
      `own trouble (${sign.name}): failing runs are unknown and blame nobody: ${sign.trouble}`,
    )
  }
  const noticeEnd = () => {
    if (trouble === undefined) return
    const now = clock.monotonic()
    const sign = allSigns().find(({ name }) => name === trouble!.sign)
    if (sign?.trouble !== undefined && now - trouble.last < calm) return
    const lasted = formatDuration(Math.round(now - trouble.from))
    log.info({ sign: trouble.sign, runs: trouble.runs }, `own trouble (${trouble.sign}) is over after ${lasted}`)
    trouble = undefined
  }
  const wait = () => {
    cancelRelease?.()
    cancelRelease = undefined
    const now = clock.monotonic()
    const next = Math.min(...held.map(({ until }) => until).filter(until => until > now))
    if (next === Number.POSITIVE_INFINITY) return
    cancelRelease = clock.timer(next - now, () => release())
  }
  looks.plan()

  return {
    record(result) {
      const needs = result.trigger === 'schedule' ? options.needsOf(checkKey(result)) : undefined
      const now = clock.monotonic()
      const sighting = needs === undefined ? undefined : sightingOf(result, needs, now)
      const isHeld = held.some(item => checkKey(item.result) === checkKey(result))
      if (sighting !== undefined) seen(sighting)
      const isSuspect = !stopped && sighting !== undefined && mayBeOurs(sighting)
      if (!isSuspect && !isHeld) return options.record(result)
      held = [...held, { result, until: now + longestHold, ...(isSuspect ? { sighting } : {}) }]
      looks.plan()
      wait()
    },
    state() {
      const { lookedAt } = looks.found()
      return {
        signs: signNames.map(name => allSigns().find(sign => sign.name === name) ?? { name }),
        ...(lookedAt === undefined ? {} : { lookedAt }),
        ...(trouble === undefined
          ? {}
          : { trouble: { sign: trouble.sign, detail: trouble.detail, since: trouble.since, runs: trouble.runs } }),
        excused: { ...excused },
        blamed,
      }
    },
    trouble: () => (trouble === undefined ? undefined : { since: trouble.from, detail: trouble.detail }),
    stop() {
      stopped = true
      looks.stop()
      cancelRelease?.()
      release(true)
    },
  }
}
