/** Lets a few of many begin at a time, in the order they came. */
export interface Turns {
  /** Calls `begin` at once when there is room, else when its turn comes. */
  take(begin: () => void): Turn
}

export interface Turn {
  /** It has ended, or is wanted no more. */
  leave(): void
}

export interface TurnsOptions {
  /** How many may have begun and not left. */
  readonly most: number
  /** After so many ms a turn is over anyway, so that a few who never end cannot hold up the others. */
  readonly hold: number
  timer(ms: number, wake: () => void): () => void
}

export function createTurns({ most, hold, timer }: TurnsOptions): Turns {
  const waiting = new Set<() => void>()
  let taken = 0

  const next = () => {
    for (const start of waiting) {
      if (taken >= most) return
      waiting.delete(start)
      start()
    }
  }
  return {
    take(begin) {
      let over = false
      let cancel: (() => void) | undefined
      const start = () => {
        taken += 1
        cancel = timer(hold, leave)
        begin()
      }
      const leave = () => {
        if (over) return
        over = true
        if (waiting.delete(start)) return
        cancel?.()
        taken -= 1
        next()
      }
      if (taken < most) start()
      else waiting.add(start)
      return { leave }
    },
  }
}
