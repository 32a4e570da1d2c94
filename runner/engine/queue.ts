/** Runs tasks in the order they came, no more than `limit` at a time. Tasks do not reject. */
export interface Queue {
  add(task: () => Promise<void>): void
  /** Forgets what has not begun and returns how many tasks that were. */
  clear(): number
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>
  readonly running: number
  readonly waiting: number
}

export function createQueue(limit: number): Queue {
  let tasks: (() => Promise<void>)[] = []
  let head = 0
  let running = 0
  let whenIdle: (() => void)[] = []

  const start = () => {
    while (running < limit && head < tasks.length) {
      const task = tasks[head]!
      head += 1
      running += 1
      void task().then(done)
    }
    // Shifting an array moves all of it; a long queue is cut once its front is used up.
    if (head > 1_000 || head === tasks.length) {
      tasks = tasks.slice(head)
      head = 0
    }
  }
  const done = () => {
    running -= 1
    start()
    settle()
  }
  const settle = () => {
    if (running > 0 || head < tasks.length) return
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
