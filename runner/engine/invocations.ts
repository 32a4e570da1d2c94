import type { Clock, Outcome, Trigger } from '../core/contracts.ts'
import type { JourneyCheck, JourneySource, System } from '../core/definitions.ts'
import type { CheckKey, Journeys } from '../core/ports.ts'
import type { Log } from './log.ts'

export interface InvocationRun {
  readonly key: CheckKey
  readonly check: JourneyCheck
  onOutcome(outcome: Outcome): void
}

/** Journeys that go together: one start of Playwright. */
export interface Invocation {
  readonly system: System
  readonly source: JourneySource
  readonly trigger: Trigger
  readonly runs: readonly InvocationRun[]
}

export interface InvocationsOptions {
  readonly journeys: Pick<Journeys, 'run'>
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Invocations at a time. */
  readonly limit: number
  urlsOf(system: string): Readonly<Record<string, string>>
}

/** Invocations wait for a free place, and for the other journeys of their system unless their source allows overlap. */
export interface Invocations {
  add(invocation: Invocation): void
  /** Whether a scheduled run of this check waits or runs. */
  has(key: CheckKey): boolean
  /** Forgets what has not begun; returns how many runs that were. Each of them ends as unknown. */
  clear(): number
  idle(): Promise<void>
  /** Waits for what runs, interrupts it after `grace` ms, gives it up a little later. */
  stop(grace: number): Promise<void>
  stats(): { readonly running: number; readonly queued: number }
}

// After an interruption browsers are closed and reports read.
const lastWords = 5_000

export function createInvocations({ journeys, clock, log, random, limit, urlsOf }: InvocationsOptions): Invocations {
  const waiting: Invocation[] = []
  const running = new Set<Invocation>()
  const interrupt = new AbortController()
  let whenIdle: (() => void)[] = []
  let count = 0

  const mayStart = (invocation: Invocation) =>
    running.size < limit &&
    (invocation.source.parallel || ![...running].some(other => other.system.id === invocation.system.id))
  const start = () => {
    for (let index = waiting.findIndex(mayStart); index >= 0; index = waiting.findIndex(mayStart)) {
      const [invocation] = waiting.splice(index, 1)
      running.add(invocation!)
      void run(invocation!).finally(() => {
        running.delete(invocation!)
        start()
        settle()
      })
    }
  }
  const settle = () => {
    if (running.size > 0 || waiting.length > 0) return
    for (const resolve of whenIdle) resolve()
    whenIdle = []
  }
  const run = async ({ system, trigger, runs }: Invocation) => {
    const open = new Map(runs.map(item => [item.check.id, item]))
    const startedAt = clock.now()
    const finish = (check: JourneyCheck, outcome: Outcome) => {
      const item = open.get(check.id)
      open.delete(check.id)
      item?.onOutcome(outcome)
    }
    count += 1
    const invocation = `${startedAt.toString(36)}-${count}-${Math.floor(random() * 0xffffff).toString(36)}`
    let fault = 'expected an outcome of this journey, found that its invocation ended without one'
    try {
      const checks = runs.map(item => item.check)
      const urls = urlsOf(system.id)
      await journeys.run({ system, checks, urls, invocation, trigger, signal: interrupt.signal, onOutcome: finish })
    } catch (error) {
      fault = `expected Playwright to run, found: ${error instanceof Error ? error.message : String(error)}`
      log.error({ err: error, system: system.id, invocation }, 'an invocation of journeys broke')
    }
    const duration = clock.now() - startedAt
    for (const item of [...open.values()]) finish(item.check, { attempts: [{ startedAt, duration, saw: { fault } }] })
  }

  return {
    add(invocation) {
      const same = waiting.find(
        other =>
          other.source === invocation.source && other.trigger === 'schedule' && invocation.trigger === 'schedule',
      )
      // Two that wait for the same project start it once.
      if (same === undefined) waiting.push(invocation)
      else waiting[waiting.indexOf(same)] = { ...same, runs: [...same.runs, ...invocation.runs] }
      start()
    },
    has: key =>
      [...waiting, ...running].some(
        invocation => invocation.trigger === 'schedule' && invocation.runs.some(run => run.key === key),
      ),
    clear() {
      const forgotten = waiting.splice(0)
      const startedAt = clock.now()
      const saw = { fault: 'interrupted: this runner was told to stop' }
      for (const { trigger, runs } of forgotten) {
        // A scheduled run that never began is missed; whoever asked for one by hand waits for an answer.
        if (trigger !== 'schedule')
          for (const run of runs) run.onOutcome({ attempts: [{ startedAt, duration: 0, saw }] })
      }
      settle()
      return forgotten.reduce((sum, { trigger, runs }) => sum + (trigger === 'schedule' ? runs.length : 0), 0)
    },
    idle: () =>
      new Promise(resolve => {
        whenIdle.push(resolve)
        settle()
      }),
    async stop(grace) {
      const cancel = clock.timer(grace, () => interrupt.abort(new DOMException('the runner stops', 'AbortError')))
      const givenUp = new Promise<void>(resolve => {
        const cancelGivingUp = clock.timer(grace + lastWords, resolve)
        whenIdle.push(cancelGivingUp)
      })
      await Promise.race([this.idle(), givenUp])
      cancel()
    },
    stats: () => ({ running: running.size, queued: waiting.length }),
  }
}
