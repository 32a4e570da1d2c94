/** Keeps values so that the one with the smallest key is always at hand. */
export interface Heap<T> {
  readonly size: number
  peek(): T | undefined
  push(value: T): void
  pop(): T | undefined
  /** Takes all values out, in no order. */
  drain(): T[]
}

export function createHeap<T>(keyOf: (value: T) => number): Heap<T> {
  let values: T[] = []
  const swap = (a: number, b: number) => {
    const kept = values[a]!
    values[a] = values[b]!
    values[b] = kept
  }
  const less = (a: number, b: number) => keyOf(values[a]!) < keyOf(values[b]!)
  const rise = (from: number) => {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!less(index, parent)) return
      swap(index, parent)
      index = parent
    }
  }
  const sink = () => {
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      if (left >= values.length) return
      const child = left + 1 < values.length && less(left + 1, left) ? left + 1 : left
      if (!less(child, index)) return
      swap(child, index)
      index = child
    }
  }
  return {
    get size() {
      return values.length
    },
    peek: () => values[0],
    push(value) {
      values.push(value)
      rise(values.length - 1)
    },
    pop() {
      const top = values[0]
      const last = values.pop()
      if (values.length > 0) {
        values[0] = last!
        sink()
      }
      return top
    },
    drain() {
      const all = values
      values = []
      return all
    },
  }
}
