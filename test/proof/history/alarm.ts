/** Outages of a pack, through the real recorder, alarm, planning and outbox on a driven clock; only the way to the receivers is made up. */

import type { Reason, Verdict } from '../../../runner/core/contracts.ts'
import type { Configuration, System } from '../../../runner/core/definitions.ts'
import type { Notification } from '../../../runner/core/notifications.ts'
import { type CheckKey, checkKey, type Store } from '../../../runner/core/ports.ts'
import { type Alarming, createAlarming } from '../../../runner/engine/alarming.ts'
import type { Generation } from '../../../runner/engine/generation.ts'
import { createRecorder, type Recorder } from '../../../runner/engine/recorder.ts'
import { defineConfig } from '../../../runner/index.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { resultOf } from '../../support/fake-watch.ts'
import { memoryStore } from '../../support/memory-store.ts'
import { quietLog } from '../../support/quiet-log.ts'
import type { Colour } from '../prove.ts'
import { standingOf } from './standing.ts'

const [second, minute] = [1_000, 60_000]
const every = 30 * second

export interface Scene {
  readonly system: System
  readonly notifiers: Configuration['notifiers']
  /** What receivers answer, by the address and how long the scene lasts already. Default: 200. */
  answer?(url: string, since: number): number
}

export interface Lab extends AsyncDisposable {
  readonly clock: FakeClock
  readonly alarming: Alarming
  readonly store: Store
  /** A run of the check every thirty seconds for so long; those that fail have a reason. */
  run(check: string, minutes: number, reason?: Reason): Promise<void>
  /** Nothing runs. */
  wait(minutes: number): Promise<void>
  sent(): Promise<readonly Notification[]>
  /** What receivers took, in its order: where, and the words that are shown first. */
  received(): readonly { readonly url: string; readonly text: string }[]
  /** How the objective whose limits are this promise's stands. */
  standing(promise: string): Promise<Colour>
}

export async function openLab({ system, notifiers, answer = () => 200 }: Scene): Promise<Lab> {
  const clock = fakeClock(Date.UTC(2026, 0, 5, 12))
  const begin = clock.now()
  const store = memoryStore()
  const log = quietLog()
  const configuration = defineConfig({ systems: [system], notifiers: [...notifiers] })
  const find = (key: CheckKey) => {
    const check = system.checks.find(({ id }) => checkKey({ system: system.id, check: id }) === key)
    return check === undefined ? undefined : { system, check }
  }
  const generation = {
    loaded: { configuration, secrets: { reveal: (text: unknown) => String(text) } },
    scrub: (text: string) => text,
    find,
    isListed: () => true,
  } as unknown as Generation
  const received: { url: string; text: string }[] = []
  const alarming = await createAlarming({
    store,
    clock,
    log,
    random: () => 0.5,
    environment: 'proof',
    generation: () => generation,
    check: () => undefined,
    trouble: () => undefined,
    ownTrouble: () => undefined,
    onEvent: () => undefined,
    async send({ url, body }) {
      const status = answer(url, clock.now() - begin)
      if (status === 200) received.push({ url, text: JSON.parse(String(body)).text })
      // Slack's own word for having taken a message.
      return { status, headers: {}, body: status === 200 ? 'ok' : '' }
    },
  })
  const recorder: Recorder = createRecorder({
    store,
    clock,
    log,
    policyOf: key => find(key)?.check.policy,
    scrub: () => text => text,
    onEvent: () => undefined,
    onJudged(result, health) {
      alarming.saw(result)
      return alarming.engine.onJudged(result, health)
    },
    inMaintenance: alarming.engine.inMaintenance,
    health: [],
    last: [],
  })
  alarming.engine.connect(recorder)
  await alarming.start()
  return {
    clock,
    alarming,
    store,
    async run(check, minutes, reason) {
      for (let left = minutes * minute; left > 0; left -= every) {
        const at = clock.now()
        const failed = reason === undefined ? {} : { verdict: verdictOf(reason), reason, detail: 'as the proof has it' }
        recorder.record(
          resultOf(
            { system: system.id, check },
            { environment: 'proof', slot: at, startedAt: at, duration: 100, ...failed },
          ),
        )
        await clock.advance(every)
      }
    },
    wait: minutes => clock.advance(minutes * minute),
    sent: () => store.kept('notification'),
    received: () => received,
    standing: promise => standingOf(promise, { system, notifiers, store, clock }),
    async [Symbol.asyncDispose]() {
      await alarming.stop()
      await recorder.close()
    },
  }
}

const verdictOf = (reason: Reason): Verdict => (reason === 'slow' ? 'degraded' : 'failed')
