/** Objectives of a pack over a recorded past: runs of its own checks, through the real recorder, store and evaluation, on a driven clock. */

import type { Result } from '../../../runner/core/contracts.ts'
import type { Check, System } from '../../../runner/core/definitions.ts'
import { feederOf, feedsByDefault } from '../../../runner/core/sli.ts'
import { createRecorder } from '../../../runner/engine/recorder.ts'
import { createSqliteStore } from '../../../runner/stores/sqlite.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { quietLog } from '../../support/quiet-log.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import type { Colour } from '../prove.ts'
import { standingOf } from './standing.ts'

const [minute, day] = [60_000, 86_400_000]
const begin = Date.UTC(2026, 0, 5)

/** What the past was like; whatever is left out was good. */
export interface Past {
  readonly days: number
  /** Minutes in the middle in which nothing answered. */
  readonly outage?: number
  /** Share of the runs that failed, spread evenly. */
  readonly failing?: number
  /** Runs of the check named health, and no others, that failed. */
  readonly failedHealth?: number
  /** Answers with a 5xx. */
  readonly serverErrors?: number
  /** Of every answer, ms. */
  readonly duration?: number
}

/** How the objective whose limits are this promise's stands at the end. */
export async function measure(system: System, promise: string, past: Past): Promise<Colour> {
  const clock = fakeClock(begin)
  using folder = tempFolder()
  await using store = await createSqliteStore({ path: `${folder.path}/history.db`, clock })
  const deploy = {
    id: 'launch',
    system: system.id,
    environment: 'proof',
    revision: 'launch',
    at: begin,
    by: 'hand',
  } as const
  await store.append({ results: [], health: [], keep: [{ kind: 'deploy', id: deploy.id, at: begin, value: deploy }] })
  const fed = system.checks.filter(check => feedsByDefault(feederOf(check), 'network'))
  const recorder = createRecorder({
    store,
    clock,
    log: quietLog(),
    policyOf: key => system.checks.find(({ id }) => key === `${system.id}/${id}`)?.policy,
    scrub: () => text => text,
    onEvent: () => undefined,
    health: [],
    last: [],
  })
  for (let now = begin; now < begin + past.days * day; now += day) {
    for (const check of fed) for (const result of runsOf(system, check, now, past)) recorder.record(result)
    while (recorder.stats().waiting > 0) await clock.advance(250)
    await clock.advance(begin + (now - begin) + day - clock.now())
    await store.maintain(clock.now())
  }
  // Awaited, so that the store stays open until all is read.
  return await standingOf(promise, { system, store, clock })
}

function* runsOf(system: System, check: Check, from: number, past: Past): Generator<Result> {
  const { every } = check.schedule as { readonly every: number }
  const middle = begin + (past.days / 2) * day
  const isHealth = check.id === 'health'
  const first = Math.ceil((from - begin) / every)
  for (let index = first; begin + index * every < from + day; index += 1) {
    const at = begin + index * every
    const share = past.failing ?? 0
    const out = Math.abs(at - middle) < ((past.outage ?? 0) * minute) / 2
    const failed =
      Math.floor((index + 1) * share) > Math.floor(index * share) || (isHealth && index < (past.failedHealth ?? 0))
    const error = isHealth && index < (past.serverErrors ?? 0)
    yield resultOf(system, check, at, past, out || failed, error)
  }
}

const resultOf = (
  { id: system }: System,
  { id: check }: Check,
  at: number,
  { duration = 100 }: Past,
  failed: boolean,
  error: boolean,
): Result => ({
  system,
  environment: 'proof',
  check,
  location: 'local',
  slot: at,
  trigger: 'schedule',
  startedAt: at,
  duration,
  attempts: 1,
  earlier: [],
  verdict: failed || error ? 'failed' : 'passed',
  ...(error
    ? { reason: 'status', detail: 'expected status 200, found 503' }
    : failed
      ? { reason: 'connect', detail: 'refused' }
      : {}),
  phases: [],
  steps: [],
  metrics: error ? { http_status: 503 } : {},
  artifacts: [],
  loopDelay: 0,
  runner: { version: '0' },
})
