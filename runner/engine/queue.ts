import type { Clock } from '../core/contracts.ts'

/**
 * What has run for long waits for somebody else and costs us next to nothing: it gives its place to the next one. Otherwise a few hundred
 * silent targets would take all places, and the others would be looked at late or never.
 */
export interface Patience {
  readonly clock: Clock
  /** From here on a task needs no place, in milliseconds. */
  readonly after: number
  /** Tasks at a time, with and without a place. */
  readonly most: number
}

/** Runs tasks in the order they came, no more than `limit` at a time, those aside that `patience` lets go on without a place. Tasks do not reject. */
export interface Queue {
  add(task: () => Promise<void>): void
  /** Forgets what has not begun and returns how many tasks that were. */
  clear(): number
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
  readonly running: number
  readonly waiting: number
}

export function createQueue(limit: number, patience?: Patience): Queue {
  let tasks: (() => Promise<void>)[] = []
  let head = 0
  let running = 0
  let whenIdle: (() => void)[] = []
  /** When those that hold a place began, by the monotonic clock, the oldest first. */
  const placed = new Map<() => Promise<void>, number>()
  let cancelLook: (() => void) | undefined

  const start = () => {
    if (head < tasks.length && placed.size >= limit) freePlaces()
    while (placed.size < limit && running < (patience?.most ?? limit) && head < tasks.length) {
      const task = tasks[head]!
      head += 1
      running += 1
      placed.set(task, patience?.clock.monotonic() ?? 0)
      void task().then(() => done(task))
    }
    // Shifting an array moves all of it; a long queue is cut once its front is used up.
    if (head > 1_000 || head === tasks.length) {
      tasks = tasks.slice(head)
      head = 0
    }
  }
  /** Of those that have run for long; looks again when the next one has. */
  const freePlaces = () => {
    if (patience === undefined) return
    const { clock, after } = patience
    const now = clock.monotonic()
    for (const [task, since] of placed) {
      if (now - since < after) {
        cancelLook ??= clock.timer(since + after - now, look)
        return
      }
      placed.delete(task)
    }
  }
  const look = () => {
    cancelLook = undefined
    start()
  }
  const done = (task: () => Promise<void>) => {
    running -= 1
    placed.delete(task)
    start()
    settle()
  }
  const settle = () => {
    if (running > 0 || head < tasks.length) return
    cancelLook?.()
    cancelLook = undefined
    for (const resolve of whenIdle) resolve()
    whenIdle = []
  }

  return {
    add(task) {
      tasks.push(task)
      start()
    },
    clear() {
      const forgotten = tasks.length - head
      tasks = []
      head = 0
      settle()
      return forgotten
    },
    idle: () =>
      new Promise(resolve => {
        whenIdle.push(resolve)
        settle()
      }),
    get running() {
      return running
    },
    get waiting() {
      return tasks.length - head
    },
  }
}
