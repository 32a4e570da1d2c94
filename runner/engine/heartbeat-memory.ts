/** What is kept of heartbeats: each arrival, what the next one is judged by, and until when we listened. */

import type { Beat } from '../core/heartbeats.ts'
import type { HeartbeatState } from '../core/judge-beat.ts'
import type { CheckKey, Keep, Store } from '../core/ports.ts'

export interface Remembered {
  readonly state: HeartbeatState
  /** Until when we listened for it. */
  readonly seen: number
}

interface Alive {
  readonly at: number
  readonly checks: readonly CheckKey[]
}

const aliveId = 'heartbeats'
const stateId = (key: CheckKey) => `heartbeat ${key}`

export const aliveRecord = (value: Alive): Keep => ({ kind: 'memory', id: aliveId, at: value.at, value })
export const stateRecord = (key: CheckKey, value: Remembered): Keep => ({
  kind: 'memory',
  id: stateId(key),
  at: value.seen,
  value,
})
export const beatRecord = (beat: Beat): Keep => ({ kind: 'beat', id: beat.id, at: beat.at, value: beat })

/** What an earlier process knew of these heartbeats. */
export async function rememberedHeartbeats(
  store: Pick<Store, 'keptOne'>,
  keys: readonly CheckKey[],
): Promise<ReadonlyMap<CheckKey, Remembered>> {
  if (keys.length === 0) return new Map()
  const alive = (await store.keptOne('memory', aliveId)) as Alive | undefined
  const found = await Promise.all(
    keys.map(async key => {
      const memory = (await store.keptOne('memory', stateId(key))) as Remembered | undefined
      if (memory === undefined) return []
      const seen = alive?.checks.includes(key) ? Math.max(memory.seen, alive.at) : memory.seen
      return [[key, { ...memory, seen }] as const]
    }),
  )
  return new Map(found.flat())
}
