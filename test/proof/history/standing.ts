import type { Configuration, System } from '../../../runner/core/definitions.ts'
import type { Store } from '../../../runner/core/ports.ts'
import { feederOf } from '../../../runner/core/sli.ts'
import { createObjectives } from '../../../runner/engine/objectives.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import { quietLog } from '../../support/quiet-log.ts'
import type { Colour } from '../prove.ts'

const day = 86_400_000

export interface Measured {
  readonly system: System
  /** Default: nobody is told. */
  readonly notifiers?: Configuration['notifiers']
  readonly store: Store
  readonly clock: FakeClock
}

/** How the objective whose limits are this promise's stands now, by the real evaluation. */
export async function standingOf(promise: string, { system, notifiers = [], store, clock }: Measured): Promise<Colour> {
  const objectives = createObjectives({
    store,
    clock,
    log: quietLog(),
    systems: () => [system],
    feeders: () => system.checks.map(check => feederOf(check)),
    notifiers: () => notifiers,
    locations: () => 1,
    rawKept: () => 7 * day,
    signal: () => undefined,
    open: () => [],
  })
  await objectives.evaluate()
  await objectives.stop()
  const state = objectives.states().find(({ requirement }) => requirement === promise)
  if (state === undefined) throw new Error(`expected an objective from ${promise} in ${system.id}, found none`)
  return ({ kept: 'passed', broken: 'failed', unknown: 'unknown' } as const)[state.standing]
}
