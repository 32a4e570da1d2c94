/** Listens for heartbeats: keeps what arrives, notices what does not, and hands both to the recorder as results. */

import { createHash, timingSafeEqual } from 'node:crypto'
import type { Clock, Result } from '../core/contracts.ts'
import type { System } from '../core/definitions.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Beat, BeatReport } from '../core/heartbeats.ts'
import {
  type Blind,
  type HeartbeatState,
  type Look,
  look,
  newHeartbeat,
  nextDue,
  nextLook,
  receive,
  setBack,
  wasBlind,
} from '../core/judge-beat.ts'
import type { CheckKey, Keep, Store } from '../core/ports.ts'
import { aliveRecord, beatRecord, type Remembered, rememberedHeartbeats, stateRecord } from './heartbeat-memory.ts'
import { heartbeatsOf, type Listened } from './heartbeat-rule.ts'
import { heartbeatToken } from './heartbeat-token.ts'
import type { Log } from './log.ts'
import type { Recorder } from './recorder.ts'

export interface HeartbeatsOptions {
  readonly store: Pick<Store, 'append' | 'keptOne'>
  readonly recorder: Pick<Recorder, 'record' | 'write'>
  readonly clock: Clock
  readonly log: Log
  readonly environment: string
  readonly location: string
  readonly version: string
  /** What tokens are made of. Without it nothing can be sent. */
  readonly secret?: string
  scrub(text: string): string
}

export interface Heartbeats {
  /** Listens for the heartbeats of these systems, and for no others. */
  adopt(systems: readonly System[]): Promise<void>
  /** The check whose token this is. */
  find(token: string): CheckKey | undefined
  /** Takes a signal; resolves once it is stored. Throws RunnerFault for a token that there is not, or while the store takes nothing. */
  beat(token: string, report: BeatReport): Promise<Beat>
  listensTo(key: CheckKey): boolean
  /** When the next signal is due. */
  dueAt(key: CheckKey): number | undefined
  /** The last result, however old. */
  last(key: CheckKey): Result | undefined
  stop(): Promise<void>
}

interface Entry extends Listened {
  readonly token: string
  state: HeartbeatState
  wakeAt: number
}

// A machine that slept and a clock that was set are noticed at the next wake-up, so no wait is longer than this.
const longestWait = 30_000
const aliveEvery = 60_000
// A clock is corrected by a little now and then.
const jump = 5_000
const patience = 5_000

export function createHeartbeats(options: HeartbeatsOptions): Heartbeats {
  const { store, recorder, clock, log, environment, location, version } = options
  let entries: readonly Entry[] = []
  let byKey = new Map<CheckKey, Entry>()
  let byToken = new Map<string, Entry>()
  let cancel: (() => void) | undefined
  let armed: { readonly wall: number; readonly mono: number; readonly until: number } | undefined
  let aliveAt = Number.NEGATIVE_INFINITY

  const keep = async (records: readonly Keep[]) => {
    if (records.length > 0) await store.append({ results: [], health: [], keep: records })
  }
  const keepQuietly = (records: readonly Keep[]) =>
    keep(records).catch((error: unknown) => log.warn({ err: error }, 'the memory of heartbeats is not stored'))
  const remember = ({ key, state }: Entry) => stateRecord(key, { state, seen: clock.now() })
  /** As it was, so that what is stored of a long queue is whole; unless it is listened to by a newer configuration by now. */
  const rememberThen = (entry: Entry, state: HeartbeatState) => {
    const now = byKey.get(entry.key) ?? entry
    return remember(now === entry ? { ...entry, state } : now)
  }
  const put = (entry: Entry, state: HeartbeatState) => {
    entry.state = state
    entry.wakeAt = nextLook(entry.rule, state) ?? Number.POSITIVE_INFINITY
  }
  const take = (entry: Entry, next: Look, beat?: Beat): Promise<void> => {
    put(entry, next.state)
    const stored = Promise.withResolvers<void>()
    for (const [index, judgement] of next.judged.entries()) {
      const isLast = index === next.judged.length - 1
      recorder.record(resultOf(entry, judgement), {
        keep: () =>
          isLast ? [rememberThen(entry, next.state), ...(beat === undefined ? [] : [beatRecord(beat)])] : [],
        stored: () => isLast && stored.resolve(),
      })
    }
    return stored.promise
  }
  const resultOf = ({ system, check }: Entry, judgement: Look['judged'][number]): Result => ({
    system,
    check: check.id,
    environment,
    location,
    trigger: 'schedule',
    attempts: 1,
    earlier: [],
    phases: [],
    steps: [],
    artifacts: [],
    loopDelay: 0,
    runner: { version },
    ...judgement,
  })

  /** Whether time went as it should since we last looked at the clock. */
  const noticeJumps = () => {
    if (armed === undefined) return
    const now = clock.now()
    const drift = now - armed.wall - (clock.monotonic() - armed.mono)
    const missed: Blind | undefined =
      drift > jump || now - armed.until > longestWait ? { from: armed.wall, to: now } : undefined
    if (drift < -jump) for (const entry of entries) put(entry, setBack(entry.state, now))
    if (missed !== undefined) for (const entry of entries) void take(entry, wasBlind(entry.rule, entry.state, missed))
    armed = { wall: now, mono: clock.monotonic(), until: Math.max(now, armed.until) }
  }
  const arm = () => {
    cancel?.()
    cancel = undefined
    if (entries.length === 0) return
    const wall = clock.now()
    const until = Math.min(wall + longestWait, ...entries.map(entry => entry.wakeAt))
    armed = { wall, mono: clock.monotonic(), until: Math.max(wall, until) }
    cancel = clock.timer(Math.max(0, until - wall), wake)
  }
  const wake = () => {
    noticeJumps()
    const now = clock.now()
    for (const entry of entries) {
      if (entry.wakeAt <= now) void take(entry, look(entry.rule, entry.state, now))
    }
    if (clock.monotonic() - aliveAt >= aliveEvery) {
      aliveAt = clock.monotonic()
      void keepQuietly([alive()])
    }
    arm()
  }
  const alive = () => aliveRecord({ at: clock.now(), checks: entries.map(entry => entry.key) })
  const find = (token: string) => {
    // Looked up by its hash, so that the time it takes tells nothing of the token.
    const entry = byToken.get(hash(token))
    return entry !== undefined && token !== '' && same(entry.token, token) ? entry : undefined
  }

  return {
    async adopt(systems) {
      const wanted = heartbeatsOf(systems)
      const strangers = wanted.filter(({ key }) => !byKey.has(key)).map(({ key }) => key)
      const remembered = await rememberedHeartbeats(store, strangers)
      const known = byKey
      const left = entries.filter(entry => !wanted.some(({ key }) => key === entry.key))
      const now = clock.now()
      const begin = (item: Listened): Entry => {
        const memory = remembered.get(item.key)
        const state = known.get(item.key)?.state ?? memory?.state ?? newHeartbeat(now)
        const token = options.secret === undefined ? '' : heartbeatToken(options.secret, environment, item.key)
        const entry: Entry = { ...item, token, state, wakeAt: 0 }
        put(entry, state)
        return entry
      }
      entries = wanted.map(begin)
      byKey = new Map(entries.map(entry => [entry.key, entry]))
      byToken = new Map(entries.map(entry => [hash(entry.token), entry]))
      for (const entry of entries) {
        const memory: Remembered | undefined = remembered.get(entry.key)
        if (memory === undefined || memory.seen >= now) continue
        void take(entry, wasBlind(entry.rule, entry.state, { from: memory.seen, to: now }))
      }
      const fresh = entries.filter(entry => strangers.includes(entry.key) && !remembered.has(entry.key))
      await keepQuietly([...[...fresh, ...left].map(remember), ...(entries.length > 0 ? [alive()] : [])])
      arm()
    },
    find: token => find(token)?.key,
    async beat(token, { kind, facts, text }) {
      const entry = find(token)
      if (entry === undefined) throw new RunnerFault('expected the token of a heartbeat, found another')
      noticeJumps()
      const now = clock.now()
      const last = entry.state.last?.at ?? 0
      // Two signals of one millisecond are two.
      const at = last >= now && last - now < 1_000 ? last + 1 : now
      const report: BeatReport = { kind, facts, ...(text === undefined ? {} : { text: options.scrub(text) }) }
      const next = receive(entry.rule, entry.state, report, at)
      const beat: Beat = {
        ...report,
        id: `${entry.system}~${entry.check.id}~${at}`,
        system: entry.system,
        check: entry.check.id,
        at,
        ...(next.duration === undefined ? {} : { duration: next.duration }),
      }
      const written = kind === 'start' ? startTold(entry, next, beat) : take(entry, next, beat)
      arm()
      await inTime(written)
      return beat
    },
    listensTo: key => byKey.has(key),
    dueAt(key) {
      const entry = byKey.get(key)
      return entry === undefined ? undefined : nextDue(entry.rule, entry.state)?.due
    },
    last(key) {
      const entry = byKey.get(key)
      return entry?.state.judged === undefined ? undefined : resultOf(entry, entry.state.judged)
    },
    async stop() {
      cancel?.()
      cancel = undefined
      if (entries.length > 0) await keepQuietly([alive()])
    },
  }

  /** A start has no result of its own; what was due before it may have one. */
  function startTold(entry: Entry, next: Look, beat: Beat): Promise<void> {
    void take(entry, next)
    const stored = Promise.withResolvers<void>()
    recorder.write({ keep: () => [rememberThen(entry, next.state), beatRecord(beat)], stored: stored.resolve })
    return stored.promise
  }
  async function inTime(written: Promise<void>): Promise<void> {
    const late = Promise.withResolvers<never>()
    const cancelWait = clock.timer(patience, () =>
      late.reject(
        new RunnerFault(
          'expected the signal to be stored, found that the store takes nothing at the moment: it was judged and waits in memory; send it again to be sure',
        ),
      ),
    )
    try {
      await Promise.race([written, late.promise])
    } finally {
      cancelWait()
    }
  }
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64')
const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
