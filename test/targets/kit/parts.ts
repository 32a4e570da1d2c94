import { setTimeout } from 'node:timers/promises'

/** Trouble inside a system, switched from its control port: parts that are down, and answers that take longer. */
export interface Parts<Name extends string> {
  isDown(name: Name): boolean
  readonly latency: number
  /** Waits as long as answers take now. */
  delay(): Promise<void>
  /** `{ redis: 'down', latency: 300 }`; what is not named stays as it is. */
  set(change: Readonly<Record<string, unknown>>): void
  state(): Readonly<Record<string, unknown>>
  /**
   * What health says: of each part, and of the whole, with the status of the answer. `hidden` is said to be down beside a whole that is
   * well: a fault, which needs a part that is down, and only health may say so.
   */
  health(hidden?: Name): Health<Name>
}

interface Health<Name extends string> {
  readonly httpStatus: 200 | 503
  readonly status: 'ok' | 'degraded'
  readonly states: Readonly<Record<Name, 'ok' | 'error'>>
}

export function createParts<Name extends string>(names: readonly Name[]): Parts<Name> {
  const down = new Set<string>()
  let latency = 0
  return {
    isDown: name => down.has(name),
    get latency() {
      return latency
    },
    async delay() {
      if (latency > 0) await setTimeout(latency)
    },
    set(change) {
      for (const [name, value] of Object.entries(change)) {
        if (name === 'latency' && typeof value === 'number' && value >= 0) latency = value
        else if (names.some(known => known === name) && (value === 'down' || value === 'up')) {
          if (value === 'down') down.add(name)
          else down.delete(name)
        } else {
          throw new Error(`expected ${names.join(', ')} as 'up' or 'down', or latency in ms; found ${name}: ${value}`)
        }
      }
    },
    health(hidden) {
      const stateOf = (name: Name) => (down.has(name) || name === hidden ? 'error' : 'ok')
      const states = Object.fromEntries(names.map(name => [name, stateOf(name)])) as Record<Name, 'ok' | 'error'>
      const isOk = hidden !== undefined || down.size === 0
      return { httpStatus: isOk ? 200 : 503, status: isOk ? 'ok' : 'degraded', states }
    },
    state: () => ({ ...Object.fromEntries(names.map(name => [name, down.has(name) ? 'down' : 'up'])), latency }),
  }
}
