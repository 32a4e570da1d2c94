/**
 * Whose fault a failure is, when our own state is in question. A sign of own trouble excuses only the failures that it can cause, and only
 * while nothing speaks against it: a run that began later, needed the same, and passed. Everything else stays with the target, also when
 * 500 fail at once.
 */

import type { Reason, Result } from './contracts.ts'
import { type Sign, type SignName, signNames } from './own-state.ts'
import { type CheckKey, checkKey } from './ports.ts'

/** How far away the addresses of a check are: on this machine, in a network for private use, or anywhere. */
export type Reach = 'machine' | 'near' | 'far'

/** What a check needs of us. */
export interface Needs {
  /** It drives a browser, or may. */
  readonly isJourney: boolean
  readonly reach: Reach
  /** An address of it has a name that must be looked up. */
  readonly hasName: boolean
}

/** The newest scheduled run of a check, as far as it matters here. Times are of the monotonic clock. */
export interface Sighting extends Needs {
  readonly key: CheckKey
  readonly startedAt: number
  readonly seenAt: number
  readonly isGood: boolean
  /** It could not be made, by our own fault. */
  readonly isUnknown: boolean
  readonly reason?: Reason
  /** The target, or a name server, answered with a refusal: whatever is broken, it is not our way there. */
  readonly isAnswered: boolean
  /** It ended before a single phase was over: nobody had told the address yet. */
  readonly isUnresolved: boolean
}

/** `open`: another failure within a moment would make it ours. */
export type Decision =
  | { readonly whose: 'theirs' }
  | { readonly whose: 'ours'; readonly sign: Sign }
  | { readonly whose: 'open' }

// Codes of the kernel and of Chromium, as our own sentences (probes/parts/trouble.ts, journeys/truth.ts) carry them.
const refusals = /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_NONAME|ENODATA|ERR_CONNECTION_(REFUSED|RESET))\b/

export function sightingOf(result: Result, needs: Needs, seenAt: number): Sighting {
  const { verdict, reason, detail = '', duration, phases } = result
  return {
    ...needs,
    key: checkKey(result),
    startedAt: seenAt - duration,
    seenAt,
    isGood: verdict === 'passed' || verdict === 'degraded',
    isUnknown: verdict === 'unknown',
    ...(reason === undefined ? {} : { reason }),
    isAnswered: refusals.test(detail),
    isUnresolved: phases.length === 0,
  }
}

/** What each trouble of ours can make fail. A status, a wrong body, a certificate or a limit came from the target, over a link that works. */
const causes: Readonly<Record<SignName, (run: Sighting) => boolean>> = {
  link: run => !run.isAnswered && isOneOf(run, ['timeout', 'connect', 'dns'], ['protocol', 'script', 'assertion']),
  resolver: run =>
    !run.isAnswered &&
    (run.isJourney ? isOneOf(run, ['dns', 'timeout']) : run.isUnresolved && isOneOf(run, ['timeout'])),
  clock: run => isOneOf(run, ['tls']),
  cpu: run => isOneOf(run, ['timeout'], ['assertion']),
  memory: run => isOneOf(run, ['timeout'], ['script', 'assertion']),
  disk: run => isOneOf(run, [], ['script']),
  browser: run => isOneOf(run, [], ['timeout', 'script']),
}

/** What needs the part of us that a sign is about: only its passing speaks against the sign. */
const needing: Readonly<Record<SignName, (needs: Needs) => boolean>> = {
  link: ({ reach }) => reach !== 'machine',
  resolver: ({ hasName }) => hasName,
  clock: () => true,
  cpu: () => true,
  memory: () => true,
  disk: ({ isJourney }) => isJourney,
  browser: ({ isJourney }) => isJourney,
}

const isOneOf = ({ reason, isJourney }: Sighting, all: readonly Reason[], journeys: readonly Reason[] = []): boolean =>
  reason !== undefined && (all.includes(reason) || (isJourney && journeys.includes(reason)))

/** Whether a check needs what the sign is about. */
export const isNeeded = ({ name, isBeyond }: Sign, needs: Needs): boolean =>
  needing[name](needs) && (!isBeyond || needs.reach === 'far')

const isCausedBy = (sign: Sign, run: Sighting): boolean =>
  !run.isGood && !run.isUnknown && isNeeded(sign, run) && causes[sign.name](run)

/** Whether any own trouble could be behind it: whatever else fails is nobody's but the target's and is judged without a look. */
export const mayBeOurs = (run: Sighting): boolean => signNames.some(name => isCausedBy({ name }, run))

// One failure is no crowd, and two may be checks of the same target: they count only where those that pass meanwhile are fewer.
const fewest = 2

/** A sign that was seen in trouble. Times are of the monotonic clock. */
export interface Seen {
  readonly sign: Sign
  /** When the newest look began that found the trouble. */
  readonly seenAt: number
  /** Up to when a run may have begun that it explains; infinite while it lasts. */
  readonly until: number
  /** Runs that began up to then belong to those that were excused by it: they need no further ones beside them. */
  readonly excusedUntil?: number
}

/**
 * Decides over one failure. `recent` holds the newest run of each check of the last two minutes, and the failures that wait; `watched`
 * counts the checks that need what a sign is about, because a single check is all that there is. Trouble that is over still explains a run
 * that began before: a timeout is told long after the packet was lost. Against it speak passes between the moment at which it was seen and
 * the one at which the failure began, whichever came first: later ones only tell that it is over by now.
 */
export function decide(
  failure: Sighting,
  recent: readonly Sighting[],
  signs: readonly Seen[],
  watched: (sign: Sign) => number,
): Decision {
  let isOpen = false
  for (const { sign, seenAt, until, excusedUntil = Number.NEGATIVE_INFINITY } of signs) {
    if (until < failure.startedAt || !isCausedBy(sign, failure)) continue
    const failing = new Set(recent.filter(run => isCausedBy(sign, run)).map(({ key }) => key)).size
    const isBetween = (run: Sighting) =>
      failure.startedAt <= seenAt
        ? run.startedAt >= failure.startedAt && run.seenAt <= seenAt
        : run.seenAt > seenAt && run.seenAt <= failure.startedAt
    const against = recent.filter(run => run.isGood && isNeeded(sign, run) && isBetween(run)).length
    if (against > failing) continue
    const isCertain = sign.isCertain || failure.startedAt <= excusedUntil
    if (isCertain || (failing >= fewest && failing > against) || watched(sign) <= 1) return { whose: 'ours', sign }
    isOpen = true
  }
  return { whose: isOpen ? 'open' : 'theirs' }
}

/** The browser of this machine, by what journeys tell: two that it could not carry, and none since that passed. */
export function browserSign(recent: readonly Sighting[]): Sign {
  const journeys = recent.filter(({ isJourney }) => isJourney)
  const lost = journeys.filter(({ isUnknown }) => isUnknown)
  const first = Math.min(...lost.map(({ startedAt }) => startedAt))
  if (lost.length < fewest || journeys.some(run => run.isGood && run.startedAt >= first)) return { name: 'browser' }
  return {
    name: 'browser',
    trouble: `expected the browser of this machine to carry journeys, found ${lost.length} that it could not carry and none that passed since; \`vedette doctor\` looks at it`,
  }
}

/** The result as it is kept: nobody is blamed, and what the run itself said stays readable. */
export const excuse = (result: Result, { name, trouble }: Sign): Result => ({
  ...result,
  verdict: 'unknown',
  reason: 'runner',
  detail: `own trouble (${name}): ${trouble}; the run itself said ${result.reason}: ${result.detail ?? 'no more'}`,
})
