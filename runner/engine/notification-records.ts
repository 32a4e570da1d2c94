import type { Clock } from '../core/contracts.ts'
import type { Incident } from '../core/incidents.ts'
import type { Notification } from '../core/notifications.ts'
import type { Keep } from '../core/ports.ts'
import type { Log } from './log.ts'

export interface NotificationRecordsOptions {
  readonly clock: Clock
  readonly log: Log
  write(keeps: readonly Keep[]): Promise<void>
  incident(id: string): Incident | undefined
  /** Stored, or shown although the store refuses it. */
  onStored(record: Notification): void
}

/**
 * What waits, and everything about incidents that are open, in memory and in the store. A store that refuses or is slow holds up no message:
 * what it owes is written later.
 */
export interface NotificationRecords {
  readonly all: ReadonlyMap<string, Notification>
  /** All, and what was closed within the last minute: what comes after it waits for more, as after a message that is not. */
  known(): Iterable<Notification>
  /** Takes what was planned, to be written by somebody else together with the incidents. */
  planned(records: readonly Notification[]): readonly Keep[]
  /** What was planned, or what has become of it by being sent; what other plans have made of it is written with them. */
  newest(keeps: readonly Keep[]): readonly Keep[]
  /** They were written. */
  stored(ids: readonly string[]): void
  /** False while a plan about it is not written: sending it would be ahead of the incident. */
  isStored(id: string): boolean
  /** Takes what is in the store already. */
  load(records: readonly Notification[]): void
  /** Changes records; resolves once they are written, or after a while without. */
  change(...records: readonly Notification[]): Promise<void>
  /** Closes the records of incidents that have ended and of which nothing waits. */
  prune(): void
  close(): Promise<void>
}

// Longer than any healthy write takes, and short for somebody who waits for a message.
const patience = 2_000
const closedCounts = 60_000
const again = 5_000

export function createNotificationRecords(options: NotificationRecordsOptions): NotificationRecords {
  const { clock, log } = options
  const all = new Map<string, Notification>()
  const closed = new Map<string, Notification>()
  const unstored = new Map<string, number>()
  // What the store does not have yet.
  const owed = new Map<string, Notification>()
  // Closing a record is no news of it.
  const told = new WeakSet<Notification>()
  const unsent = new WeakSet<Notification>()
  let writing: Promise<void> | undefined
  let cancelRetry: (() => void) | undefined
  let refused = false

  const tell = (record: Notification) => {
    if (told.has(record)) return
    told.add(record)
    options.onStored(record)
  }
  const flush = (): Promise<void> => {
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
    return writing
  }
  const writeAll = async () => {
    for (;;) {
      const batch = [...owed.values()].filter(({ id }) => !unstored.has(id))
      if (batch.length === 0) return
      const keeps = batch.map(record => keepOf(record, all.has(record.id)))
      try {
        await options.write(keeps)
      } catch (error) {
        log[refused ? 'warn' : 'error']({ err: error, waiting: owed.size }, 'the store takes no notifications')
        refused = true
        cancelRetry ??= clock.timer(again, () => {
          cancelRetry = undefined
          void flush()
        })
        return
      }
      refused = false
      for (const [index, record] of batch.entries()) {
        // Closed while it was written as open: it is owed once more.
        if (owed.get(record.id) === record && keeps[index]!.open === all.has(record.id)) owed.delete(record.id)
        tell(record)
      }
    }
  }

  const flushed = async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.timer(patience, resolve)
    await Promise.race([flush(), promise])
    cancel()
  }

  return {
    all,
    known: () => [...closed.values(), ...all.values()],
    planned(records) {
      for (const record of records) {
        all.set(record.id, record)
        unsent.add(record)
        // What the plan says of it is newer than what was owed.
        owed.delete(record.id)
        unstored.set(record.id, (unstored.get(record.id) ?? 0) + 1)
      }
      return records.map(record => keepOf(record, true))
    },
    newest: keeps =>
      keeps.flatMap(keep => {
        if (keep.kind !== 'notification') return [keep]
        const record = all.get(keep.id)
        // What is closed meanwhile has been written so, or is owed.
        if (record === undefined) return []
        return [unsent.has(record) ? keep : keepOf(record, true)]
      }),
    stored(ids) {
      for (const id of ids) {
        const left = (unstored.get(id) ?? 1) - 1
        if (left > 0) {
          unstored.set(id, left)
          continue
        }
        unstored.delete(id)
        const record = all.get(id)
        if (record !== undefined) tell(record)
      }
      if (owed.size > 0) void flush()
    },
    isStored: id => !unstored.has(id),
    load(records) {
      for (const record of records) {
        all.set(record.id, record)
        told.add(record)
      }
    },
    change(...records) {
      for (const record of records) {
        all.set(record.id, record)
        owed.set(record.id, record)
      }
      return records.length === 0 ? Promise.resolve() : flushed()
    },
    prune() {
      const busy = new Set([...all.values()].filter(isWaiting).flatMap(({ incidents }) => incidents))
      const isOver = (id: string) => !busy.has(id) && options.incident(id)?.resolvedAt !== undefined
      for (const record of all.values()) {
        if (isWaiting(record) || unstored.has(record.id) || !record.incidents.every(isOver)) continue
        all.delete(record.id)
        owed.set(record.id, record)
        closed.set(record.id, record)
      }
      const before = clock.now() - closedCounts
      for (const { id, endedAt = 0 } of closed.values()) if (endedAt < before) closed.delete(id)
      if (owed.size > 0) void flush()
    },
    async close() {
      await flushed()
      cancelRetry?.()
    },
  }
}

const isWaiting = ({ state }: Notification) => state === 'waiting'

/** Open while something may follow from it. */
const keepOf = (record: Notification, open: boolean): Keep => ({
  kind: 'notification',
  id: record.id,
  at: record.createdAt,
  open,
  value: record,
})
