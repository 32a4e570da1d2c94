/** Heartbeats of a pack over a past of signals and silence, through the real engine on a driven clock. */

import type { Verdict } from '../../../runner/core/contracts.ts'
import type { System } from '../../../runner/core/definitions.ts'
import type { BeatKind } from '../../../runner/core/heartbeats.ts'
import { checkKey } from '../../../runner/core/ports.ts'
import { heartbeatToken } from '../../../runner/engine/heartbeat-token.ts'
import { createHeartbeats } from '../../../runner/engine/heartbeats.ts'
import { createRecorder } from '../../../runner/engine/recorder.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { memoryStore } from '../../support/memory-store.ts'
import { quietLog } from '../../support/quiet-log.ts'
import { type Colour, colourOf } from '../prove.ts'

const hour = 3_600_000

/** A signal so many hours after the one before; without `kind` only silence. */
export interface Moment {
  readonly after: number
  readonly kind?: BeatKind
  readonly facts?: Readonly<Record<string, number>>
}

/** The last that is known of the heartbeat when all has passed. */
export async function listen(system: System, id: string, moments: readonly Moment[]): Promise<Colour> {
  const clock = fakeClock(Date.UTC(2026, 0, 5))
  const store = memoryStore()
  const log = quietLog()
  const recorder = createRecorder({
    store,
    clock,
    log,
    policyOf: () => ({ failures: 1, successes: 1 }),
    scrub: () => text => text,
    onEvent: () => undefined,
    health: [],
    last: [],
  })
  const environment = 'proof'
  const heartbeats = createHeartbeats({
    store,
    recorder,
    clock,
    log,
    environment,
    location: 'local',
    version: '0',
    secret: 'proof',
    scrub: text => text,
  })
  await heartbeats.adopt([system])
  const key = checkKey({ system: system.id, check: id })
  for (const { after, kind, facts = {} } of moments) {
    await clock.advance(after * hour)
    if (kind === undefined) continue
    const arrived = heartbeats.beat(heartbeatToken('proof', environment, key), { kind, facts })
    await clock.advance(1_000)
    await arrived
  }
  await clock.advance(1_000)
  const verdict: Verdict = heartbeats.last(key)?.verdict ?? 'unknown'
  await heartbeats.stop()
  await recorder.close()
  return colourOf({ verdict })
}
