import type { Clock, Result } from '../core/contracts.ts'
import type { CheckKey } from '../core/ports.ts'
import type { Report } from './probe-protocol.ts'

/** Collects what a worker has to tell, so that ten results cost one message. */
export interface ReportBatch {
  /** `onPosted` is called once the result is on its way to main. */
  result(result: Result, onPosted: () => void): void
  answer(id: number, result: Result): void
  late(ms: number): void
  missed(count: number): void
  overlap(check: CheckKey): void
  /** Begins to give a sign of life every few seconds. */
  beat(): void
  /** Posts what is left and gives no more signs of life. */
  end(): void
}

type Batch = Omit<Report, 'running' | 'queued' | 'loopDelay'>

const patience = 25
// A message costs more than what is in it: where many results come, each takes more of them along.
const pace = 100
const most = 100
const beatEvery = 2_000

export function createReportBatch({ clock, post }: { clock: Clock; post(batch: Batch): void }): ReportBatch {
  const empty = () => ({
    results: [] as Result[],
    answers: [] as { id: number; index: number }[],
    lateness: [] as number[],
    missed: 0,
    overlaps: [] as CheckKey[],
  })
  let batch = empty()
  let posted: (() => void)[] = []
  let cancelFlush: (() => void) | undefined
  let cancelBeat: (() => void) | undefined
  let postedAt = Number.NEGATIVE_INFINITY

  const flush = () => {
    cancelFlush?.()
    cancelFlush = undefined
    postedAt = clock.monotonic()
    post(batch)
    batch = empty()
    for (const done of posted) done()
    posted = []
  }
  const soon = () => {
    if (batch.results.length >= most) flush()
    else cancelFlush ??= clock.timer(Math.max(patience, postedAt + pace - clock.monotonic()), flush)
  }
  const beat = () => {
    cancelBeat = clock.timer(beatEvery, beat)
    // Traffic is a sign of life as well.
    if (cancelFlush === undefined) flush()
  }

  return {
    result(result, onPosted) {
      batch.results.push(result)
      posted.push(onPosted)
      soon()
    },
    answer(id, result) {
      batch.answers.push({ id, index: batch.results.push(result) - 1 })
      soon()
    },
    late: ms => void batch.lateness.push(ms),
    missed(count) {
      if (count === 0) return
      batch.missed += count
      soon()
    },
    overlap(check) {
      batch.overlaps.push(check)
      batch.missed += 1
      soon()
    },
    beat,
    end() {
      cancelBeat?.()
      flush()
    },
  }
}
