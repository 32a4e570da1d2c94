/** Asks an address of somebody else while all is well with us, so that they notice when it is not. */

import type { Clock } from '../core/contracts.ts'
import type { AlarmSettings, Text } from '../core/definitions.ts'
import type { SelfStats } from '../core/ports.ts'
import type { Log } from './log.ts'
import type { SendRequest } from './outbox.ts'

export interface DeadMansSwitchOptions {
  readonly clock: Clock
  readonly log: Log
  /** Asked each time: a new generation may say something else. */
  settings(): AlarmSettings['deadMansSwitch']
  /** Why a whole loop (runs made, results stored, messages delivered) is not well now; undefined when it is. */
  trouble(): string | undefined
  readonly send: SendRequest
  reveal(text: Text): string
  scrub(text: string): string
}

export interface DeadMansSwitch {
  state(): SelfStats['deadMansSwitch']
  stop(): void
}

const lookEvery = 5_000
const longest = 10_000

export function createDeadMansSwitch(options: DeadMansSwitchOptions): DeadMansSwitch {
  const { clock, log } = options
  let last: number | undefined
  let lastAskedAt: number | undefined
  let trouble: string | undefined
  let asking = false
  let cancel = () => {}

  const ask = async (url: Text) => {
    using deadline = clock.deadline(longest)
    try {
      const { status } = await options.send({ method: 'GET', url: options.reveal(url), signal: deadline.signal })
      if (status < 200 || status > 299) throw new Error(`expected an answer of 2xx, found ${status}`)
      lastAskedAt = clock.now()
      trouble = undefined
    } catch (error) {
      trouble = options.scrub(error instanceof Error ? error.message : String(error))
      log.warn({ trouble }, "the dead man's switch is not reached")
    }
  }
  const look = () => {
    cancel = clock.timer(lookEvery, look)
    const settings = options.settings()
    const now = clock.monotonic()
    if (settings === undefined || asking || (last !== undefined && now - last < settings.every)) return
    const own = options.trouble()
    if (own !== undefined) {
      trouble = `not asked: ${own}`
      return
    }
    last = now
    asking = true
    void ask(settings.url).finally(() => {
      asking = false
    })
  }
  cancel = clock.timer(lookEvery, look)
  return {
    state() {
      const settings = options.settings()
      if (settings === undefined) return undefined
      return {
        every: settings.every,
        ...(lastAskedAt === undefined ? {} : { lastAskedAt }),
        ...(trouble === undefined ? {} : { trouble }),
      }
    },
    stop: () => cancel(),
  }
}
