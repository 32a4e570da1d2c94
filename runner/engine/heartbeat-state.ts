/** What a heartbeat is like at the moment, for those who do not listen themselves: a gate, a person at a terminal. */

import { type BeatJudgement, look, nextDue, wasBlind } from '../core/judge-beat.ts'
import type { Remembered } from './heartbeat-memory.ts'
import type { Listened } from './heartbeat-rule.ts'

/** Reads the last state of a heartbeat; a fault says why it cannot be told. Never rejects. */
export type ReadHeartbeat = (heartbeat: Listened) => Promise<HeartbeatReading>
export type HeartbeatReading = BeatJudgement | { readonly fault: string }

// A watch that runs gives a sign of life every minute.
const living = 150_000

/** The last judgement, or what follows from the time since: of what was due while no watch listened nobody can tell. */
export function readingOf({ key, rule }: Listened, memory: Remembered, now: number): HeartbeatReading {
  const { state, judged } =
    now - memory.seen < living
      ? look(rule, memory.state, now)
      : wasBlind(rule, memory.state, { from: memory.seen, to: now })
  const last = judged.at(-1) ?? state.judged
  if (last !== undefined) return last
  const due = nextDue(rule, state)
  const until = due === undefined ? '' : `; the first is due by ${new Date(due.deadline).toISOString()}`
  return { fault: `expected the last signal of ${key}, found that none has arrived yet${until}` }
}
