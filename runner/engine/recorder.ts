import type { Clock, Health, HealthPolicy, Result } from '../core/contracts.ts'
import { advance, unknownHealth } from '../core/health.ts'
import { type CheckKey, checkKey, type Keep, type Store, type StoredHealth, type WatchEvent } from '../core/ports.ts'
import type { Scrub } from '../core/redaction.ts'
import { scrubResult } from '../core/scrub-result.ts'
import type { Log } from './log.ts'

export interface RecorderOptions {
  readonly store: Pick<Store, 'append'>
  readonly clock: Clock
  readonly log: Log
  /** Undefined: the check is watched no longer; its result is kept, its health stays. */
  policyOf(key: CheckKey): HealthPolicy | undefined
  readonly scrub: () => Scrub
  onEvent(event: WatchEvent): void
  /** What follows from the health that a scheduled run led to; written in its transaction. */
  onJudged?(result: Result, health: Health): Along | undefined
  /** Whether a check runs in a maintenance window. */
  inMaintenance?(key: CheckKey, at: number): boolean
  /** What the store knew at the start. */
  readonly health: readonly StoredHealth[]
  readonly last: readonly Result[]
  /** Results kept in memory while the store takes none. Default 50,000. */
  readonly capacity?: number
}

/** Records that belong to a result: they are written with it or not at all. */
export interface Along {
  /** Asked when it is written, so that what is newer by then is not overwritten. */
  keep(): readonly Keep[]
  /** Called once, when it is written, or as soon as the store refuses it: nobody is to wait for a disk. */
  announced?(): void
  stored?(): void
}

/** From result to health to store to those who listen. */
export interface Recorder {
  record(result: Result, along?: Along): void
  /** Writes records that belong to no result, in turn with everything else. */
  write(along: Along): void
  health(key: CheckKey): Health | undefined
  /** The last scheduled result. */
  last(key: CheckKey): Result | undefined
  stats(): { readonly waiting: number; readonly dropped: number; readonly trouble?: string }
  /** Writes what waits; gives up when the store refuses it once more. */
  close(): Promise<void>
}

interface Item {
  readonly result?: Result
  readonly health?: StoredHealth
  readonly events: readonly WatchEvent[]
  readonly along: readonly Along[]
  announced: boolean
}

const patience = 50
// A transaction costs more than a row: where many results come, they are written a few times a second.
const pace = 250
const most = 500
const firstPause = 1_000
const longestPause = 30_000

export function createRecorder(options: RecorderOptions): Recorder {
  const { store, clock, log, capacity = 50_000 } = options
  const startedAt = clock.now()
  const shown = new Map<CheckKey, Health>(options.health.map(item => [checkKey(item), item.health]))
  const last = new Map<CheckKey, Result>(options.last.map(result => [checkKey(result), result]))
  // Health as it will be once everything that waits is stored; `shown` follows when it is.
  const ahead = new Map(shown)
  const slots = new Map<CheckKey, number>([...last].map(([key, result]) => [key, result.slot]))
  let waiting: Item[] = []
  let writing: Promise<void> | undefined
  let cancelTimer: (() => void) | undefined
  let dropped = 0
  let pause = firstPause
  let writtenAt = Number.NEGATIVE_INFINITY
  let trouble: string | undefined
  // Of results that were dropped: theirs are few, and nothing else tells them.
  let owed: readonly Along[] = []

  const judge = (result: Result, along: readonly Along[]): Item => {
    const key = checkKey(result)
    const policy = result.trigger === 'schedule' ? options.policyOf(key) : undefined
    const event: WatchEvent = { kind: 'result', result }
    if (policy === undefined) return { result, events: [event], along, announced: false }
    slots.set(key, result.slot)
    const { health, transition } = advance(ahead.get(key) ?? unknownHealth(startedAt), result, policy)
    ahead.set(key, health)
    const events: readonly WatchEvent[] =
      transition === undefined ? [event] : [event, { kind: 'transition', transition }]
    const follows = options.onJudged?.(result, health)
    return {
      result,
      health: { system: result.system, check: result.check, health },
      events,
      along: follows === undefined ? along : [...along, follows],
      announced: false,
    }
  }
  const announce = (items: readonly Item[]) => {
    for (const item of items) {
      if (item.announced) continue
      item.announced = true
      if (item.result !== undefined) {
        const key = checkKey(item.result)
        if (item.health !== undefined) shown.set(key, item.health.health)
        if (item.result.trigger === 'schedule') last.set(key, item.result)
      }
      for (const event of item.events) options.onEvent(event)
      for (const along of item.along) along.announced?.()
    }
  }
  const schedule = () => {
    if (cancelTimer !== undefined) return
    const next = waiting.length >= most ? 0 : writtenAt + pace - clock.monotonic()
    cancelTimer = clock.timer(trouble === undefined ? Math.max(patience, next) : pause, () => {
      cancelTimer = undefined
      void flush()
    })
  }
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined
      if (waiting.length > 0) schedule()
    })
    return writing
  }
  const write = async () => {
    const batch = waiting.slice(0, most)
    if (batch.length === 0) return
    writtenAt = clock.monotonic()
    const along = [...owed, ...batch.flatMap(item => item.along)]
    try {
      await store.append({
        results: batch.flatMap(item => item.result ?? []),
        health: newest(batch),
        keep: newestRecords(along),
      })
    } catch (error) {
      refused(error, batch)
      return
    }
    // While it was written, the oldest may have been dropped.
    const written = new Set(batch)
    waiting = waiting.filter(item => !written.has(item))
    if (trouble !== undefined) log.info({ waiting: waiting.length, dropped }, 'the store takes results again')
    trouble = undefined
    pause = firstPause
    announce(batch)
    owed = owed.filter(item => !along.includes(item))
    for (const item of along) item.stored?.()
  }
  const refused = (error: unknown, batch: readonly Item[]) => {
    const first = trouble === undefined
    trouble = error instanceof Error ? error.message : String(error)
    log[first ? 'error' : 'warn'](
      { err: error, waiting: waiting.length, dropped },
      `the store takes no results: ${trouble}`,
    )
    if (!first) pause = Math.min(pause * 2, longestPause)
    // Whoever looks at three in the morning must not be shown yesterday's health because a disk is full.
    announce(batch)
  }

  const add = (item: Item) => {
    waiting.push(item)
    if (waiting.length > capacity) {
      const lost = waiting.shift()!
      announce([lost])
      owed = [...owed, ...lost.along]
      dropped += 1
      if (dropped === 1 || dropped % 1_000 === 0) log.error({ dropped }, 'results are lost: the store takes none')
    }
    if (trouble !== undefined) announce(waiting.slice(-1))
    if (waiting.length >= most && trouble === undefined) void flush()
    else schedule()
  }

  return {
    record(given, along) {
      // Two generations may run the same slot, one at its end and one at its beginning: it counts once, as it is stored once.
      if (given.trigger === 'schedule' && slots.get(checkKey(given)) === given.slot) return
      const planned = given.trigger === 'schedule' && options.inMaintenance?.(checkKey(given), given.startedAt)
      const result = scrubResult(planned ? { ...given, maintenance: true } : given, options.scrub())
      writeLine(log, result)
      add(judge(result, along === undefined ? [] : [along]))
    },
    write: along => add({ events: [], along: [along], announced: false }),
    health: key => shown.get(key),
    last: key => last.get(key),
    stats: () => ({ waiting: waiting.length, dropped, ...(trouble === undefined ? {} : { trouble }) }),
    async close() {
      await writing
      let before = -1
      while (waiting.length > 0 && waiting.length !== before) {
        before = waiting.length
        await flush()
      }
      cancelTimer?.()
      cancelTimer = undefined
      if (waiting.length === 0) return
      dropped += waiting.length
      log.error({ dropped }, `${waiting.length} results are lost: ${trouble}`)
      waiting = []
    },
  }
}

function newest(items: readonly Item[]): readonly StoredHealth[] {
  const rows = new Map<CheckKey, StoredHealth>()
  for (const { health } of items) if (health !== undefined) rows.set(checkKey(health), health)
  return [...rows.values()]
}

/** A record that several want written is written once, as the last of them has it. */
function newestRecords(along: readonly Along[]): readonly Keep[] {
  const records = new Map<string, Keep>()
  for (const item of along) for (const keep of item.keep()) records.set(`${keep.kind} ${keep.id}`, keep)
  return [...records.values()]
}

const levels = { passed: 'info', degraded: 'warn', failed: 'warn', unknown: 'error' } as const

/** One line a run. */
function writeLine(log: Log, result: Result): void {
  const { verdict, trigger, reason, detail, attempts, duration, slot } = result
  const fields = { check: checkKey(result), verdict, trigger, slot, duration: Math.round(duration * 10) / 10 }
  log[levels[verdict]](
    { ...fields, ...(attempts > 1 ? { attempts } : {}), ...(reason === undefined ? {} : { reason, detail }) },
    'run',
  )
}
