import type { Clock, Outcome, Result } from '../core/contracts.ts'
import type { Check, JourneyCheck, System } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { toResult } from '../core/judge.ts'
import { checkKey, type Revisions } from '../core/ports.ts'
import { scrubResult } from '../core/scrub-result.ts'
import type { Gate, GateCheck } from './gate.ts'
import { heartbeatsOf } from './heartbeat-rule.ts'
import { createQueue, type Queue } from './queue.ts'
import { runCheck } from './run-check.ts'
import { runContexts } from './run-context.ts'

/** Journeys are discovered; everything else is a probe. */
export const isJourney = (check: Check | JourneyCheck): check is JourneyCheck => 'source' in check

/** `told`: what somebody else has judged already. */
type Finish = (item: GateCheck, outcome: Outcome, told?: Partial<Result>) => void

// What is told to stop gets this long before it is left behind as unknown.
const grace = 10_000

/** One result for each check, whatever happens; when `stop` aborts, what still runs is unknown. */
export async function runAll(
  gate: Gate,
  stop: AbortSignal,
  revisions: Readonly<Record<string, Revisions>>,
): Promise<readonly Result[]> {
  const results = new Map<string, Result>()
  const finish: Finish = (item, outcome, told = {}) => {
    const key = checkKey({ system: item.system.id, check: item.check.id })
    if (results.has(key)) return
    const result = judged(gate, item, explainStop(gate, stop, outcome), revisions[item.system.id]?.before, told)
    results.set(key, result)
    gate.reports.onResult(result)
  }
  const work = Promise.all([
    runProbes(gate, stop, finish),
    runJourneys(gate, stop, finish),
    askForHeartbeats(gate, finish),
  ])
  await endOf(work, stop, gate.clock)
  for (const item of gate.checks) finish(item, faultOutcome(gate.clock, 'it was told to stop and did not'))
  return [...results.values()]
}

/** A result for each check that says why none was run. */
export function refuseAll(gate: Gate, why: string): readonly Result[] {
  return gate.checks.map(item => {
    const result = judged(gate, item, faultOutcome(gate.clock, why), undefined)
    gate.reports.onResult(result)
    return result
  })
}

function runProbes(gate: Gate, stop: AbortSignal, finish: Finish): Promise<void> {
  const queue = createQueue(gate.loaded.configuration.concurrency.probes)
  for (const system of gate.systems) {
    const contextOf = runContexts({ ...gate, system })
    for (const item of gate.checks) {
      if (item.system !== system || isJourney(item.check) || item.check.heartbeat !== undefined) continue
      queue.add(async () => finish(item, await runCheck(item.check, contextOf(`${system.id}~${item.check.id}`, stop))))
    }
  }
  return queue.idle()
}

/** A heartbeat is never run: what the watch made of its last signal, or of silence, is its result here. */
async function askForHeartbeats(gate: Gate, finish: Finish): Promise<void> {
  const asked = gate.checks.flatMap(item => {
    const [heartbeat] = heartbeatsOf([{ ...item.system, checks: [item.check] }])
    return heartbeat === undefined ? [] : [{ item, heartbeat }]
  })
  await Promise.all(
    asked.map(async ({ item, heartbeat }) => {
      const reading = (await gate.readHeartbeat?.(heartbeat)) ?? { fault: 'nothing was given that reads heartbeats' }
      if ('fault' in reading) return finish(item, faultOutcome(gate.clock, reading.fault))
      const { startedAt, duration, verdict, reason, detail, metrics } = reading
      const why = { ...(reason === undefined ? {} : { reason }), ...(detail === undefined ? {} : { detail }) }
      const outcome: Outcome = { attempts: [{ startedAt: gate.clock.now(), duration: 0, saw: { ok: true, metrics } }] }
      finish(item, outcome, { startedAt, duration, verdict, ...why })
    }),
  )
}

/** One invocation a source; those of one system in turn, unless a source allows otherwise. */
async function runJourneys(gate: Gate, stop: AbortSignal, finish: Finish): Promise<void> {
  const queue = createQueue(gate.loaded.configuration.concurrency.journeys)
  await Promise.all(
    gate.systems.map(async system => {
      const checks = gate.checks.filter(item => item.system === system).map(item => item.check)
      const groups = [...Map.groupBy(checks.filter(isJourney), check => check.source)]
      const run = (group: readonly JourneyCheck[]) =>
        queued(queue, () => runSource(gate, stop, finish, { system, checks: group }))
      const inTurn = async () => {
        for (const [source, group] of groups) if (!source.parallel) await run(group)
      }
      await Promise.all([inTurn(), ...groups.filter(([source]) => source.parallel).map(([, group]) => run(group))])
    }),
  )
}

const queued = (queue: Queue, work: () => Promise<void>) =>
  new Promise<void>(resolve => queue.add(() => work().finally(resolve)))

async function runSource(
  gate: Gate,
  stop: AbortSignal,
  finish: Finish,
  { system, checks }: { readonly system: System; readonly checks: readonly JourneyCheck[] },
): Promise<void> {
  let trouble = 'Playwright ended without a word about it'
  try {
    if (gate.journeys === undefined) throw new Error('nothing was given that runs them')
    if (!stop.aborted) {
      await gate.journeys.run({
        system,
        checks,
        urls: gate.loaded.urls[system.id] ?? {},
        invocation: `gate-${gate.clock.now().toString(36)}-${Math.floor(gate.random() * 36 ** 4).toString(36)}`,
        trigger: 'gate',
        signal: stop,
        onOutcome: (check, outcome) => finish({ system, check }, outcome),
      })
    }
  } catch (error) {
    trouble = `running the journeys broke: ${(error as Error)?.message ?? String(error)}`
  }
  // Those that have their result keep it.
  for (const check of checks) finish({ system, check }, faultOutcome(gate.clock, trouble))
}

const judged = (
  gate: Gate,
  { system, check }: GateCheck,
  outcome: Outcome,
  revision: string | undefined,
  told: Partial<Result> = {},
): Result =>
  scrubResult(
    {
      ...toResult(
        {
          system: system.id,
          check: check.id,
          environment: gate.loaded.environment,
          location: gate.loaded.configuration.location,
          // On demand: the start and a random part, so that two gates of one moment are two runs.
          slot: outcome.attempts[0].startedAt + Math.floor(gate.random() * 1_000),
          trigger: 'gate',
          version: gate.version,
          ...(revision === undefined ? {} : { revision }),
        },
        outcome,
      ),
      ...told,
    },
    gate.scrub,
  )

const faultOutcome = (clock: Clock, fault: string): Outcome => ({
  attempts: [{ startedAt: clock.now(), duration: 0, saw: { fault } }],
})

/** What ended because we stopped says why we stopped. */
function explainStop(gate: Gate, stop: AbortSignal, { attempts, ...rest }: Outcome): Outcome {
  const last = attempts.at(-1)!
  if (!stop.aborted || !('fault' in last.saw)) return { attempts, ...rest }
  const fault = gate.signal.aborted
    ? `interrupted by ${String(gate.signal.reason)}`
    : `not done when the ${formatDuration(gate.timeout)} of this gate were over`
  const stopped = { ...last, saw: { ...last.saw, fault } }
  const [first, ...more] = attempts.slice(0, -1)
  return { ...rest, attempts: first === undefined ? [stopped] : [first, ...more, stopped] }
}

/** The end of the work, or of the grace that follows the signal. */
function endOf(work: Promise<unknown>, stop: AbortSignal, clock: Clock): Promise<void> {
  return new Promise(resolve => {
    let cancel = () => {}
    const onStop = () => {
      cancel = clock.timer(grace, end)
    }
    const end = () => {
      cancel()
      stop.removeEventListener('abort', onStop)
      resolve()
    }
    if (stop.aborted) onStop()
    else stop.addEventListener('abort', onStop, { once: true })
    void work.then(end, end)
  })
}
