/** What is known of one invocation while it runs: who is in flight, which attempts there were, what became settled. */

import type { Attempt, Fault, Observation, Outcome } from '../core/contracts.ts'
import type { JourneyCheck } from '../core/definitions.ts'
import { scrubber } from '../core/redaction.ts'
import { type Batch, withDependencies } from './batch.ts'
import { keepEvidence } from './evidence.ts'
import { judgeFigures, metricsOf, readFigures } from './figures.ts'
import type { Invocation, InvocationEnd } from './invocation.ts'
import type { ReportedError, ReportLine, TestEndLine } from './protocol.ts'
import type { RunsOptions } from './runs-options.ts'
import { readAttempt, readSilence } from './truth.ts'
import type { Lease } from './warm.ts'

export type Settle = (check: JourneyCheck, outcome: Outcome) => void

/** What is known of one invocation while it runs. */
export function createRecord(batch: Batch, browser: Lease | undefined, options: RunsOptions, tell: Settle) {
  const { clock, limits } = options
  const settled = new Set<string>()
  const settle: Settle = (check, outcome) => {
    settled.add(check.test.id)
    tell(check, outcome)
  }
  const { request, source } = batch
  const checks = new Map(batch.checks.map(check => [check.test.id, check]))
  const attempts = new Map<string, Attempt[]>()
  const skips = new Map<string, string>()
  const inFlight = new Map<string, () => void>()
  const setupErrors: ReportedError[] = []
  const globalErrors: ReportedError[] = []
  const secrets = Object.values(source.env).flatMap(text => (typeof text === 'string' ? [] : [options.reveal(text)]))
  const scrub = scrubber(secrets)
  let begun = false
  let trouble = false
  let invocation: Invocation | undefined
  let stopIdle: () => void = () => undefined

  const idle = () => {
    stopIdle()
    stopIdle = clock.timer(limits.idle, () =>
      invocation?.kill(`the runner was killed: no test began or ended within ${limits.idle} ms`),
    )
  }
  const kill = (ms: number) =>
    invocation?.kill(`killed: the test did not end within ${ms} ms, so it is stuck where Playwright cannot stop it`)
  const cleaned = <T extends Observation | Fault>(saw: T): T =>
    secrets.length === 0
      ? saw
      : (JSON.parse(JSON.stringify(saw), (_, value) => (typeof value === 'string' ? scrub(value) : value)) as T)
  const outcome = (list: readonly Attempt[]): Outcome => ({
    attempts: list as [Attempt, ...Attempt[]],
    ...(browser ? { browser: browser.version } : {}),
  })

  async function take(end: TestEndLine): Promise<void> {
    const check = checks.get(end.id)
    if (!check) return
    // The death of the browser may reach us a moment after what it caused.
    if (browser && end.status !== end.expected) await clock.sleep(50)
    const saw = readAttempt(end, { browserLost: browser?.isLost() ?? false })
    if ('skipped' in saw) {
      // Not the last word: the retry of a serial group may still run it.
      skips.set(end.id, saw.skipped)
      return
    }
    const say = (message: string, error: unknown) => options.log.warn({ err: error, check: check.id }, message)
    const figures = await readFigures(end.attachments, say)
    const { requirements } = request.system
    const judged = judgeFigures(lateOf(check, end, saw), check, requirements, figures)
    const passed = 'ok' in judged && judged.ok
    if ('fault' in judged || (!passed && judged.reason === 'timeout')) trouble = true
    const artifacts = await keepEvidence(end, {
      sink: options.artifacts,
      scrub,
      secrets: secrets.length > 0,
      screenshots: source.screenshots,
      masked: source.mask !== undefined,
      traced: request.trace ?? false,
      passed: passed && judged.breaches === undefined,
      trouble: say,
    })
    const metrics = metricsOf(figures, requirements, check.covers)
    const attempt: Attempt = {
      startedAt: end.startedAt,
      duration: end.duration,
      saw: {
        ...cleaned(judged),
        ...(artifacts.length > 0 ? { artifacts } : {}),
        ...(Object.keys(metrics).length > 0 ? { metrics } : {}),
      },
    }
    const list = attempts.get(end.id) ?? []
    attempts.set(end.id, [...list, attempt])
    if (end.final) settle(check, outcome(relevant([...list, attempt])))
  }

  // One after the other: the attempts of a test stay in order.
  let queue: Promise<void> = Promise.resolve()

  return {
    watch(started: Invocation) {
      invocation = started
      idle()
    },
    began: () => begun,
    hadTrouble: () => trouble,
    onLine(line: ReportLine) {
      if (line.type === 'begin') begun = true
      if (line.type === 'error') globalErrors.push(line.error)
      if (line.type === 'testBegin') {
        stopIdle()
        // Playwright gives the fixtures that end after a timeout as long again: its verdict is better than our kill.
        const longest = checks.get(line.id)?.timeout ?? Math.max(line.timeout, 60_000)
        const ms = longest + (line.timeout > 0 ? Math.min(line.timeout, longest) : longest) + limits.grace
        inFlight.set(
          line.id,
          clock.timer(ms, () => kill(ms)),
        )
      }
      if (line.type === 'testEnd') {
        inFlight.get(line.id)?.()
        inFlight.delete(line.id)
        if (inFlight.size === 0) idle()
        if (line.final && line.status !== line.expected && isSetup(line, batch)) setupErrors.push(...line.errors)
        queue = queue.then(() => take(line))
      }
    },
    /** Settles what is left; returns the checks that were killed without fault of their own. */
    async finish(end: InvocationEnd): Promise<readonly JourneyCheck[]> {
      stopIdle()
      for (const stop of inFlight.values()) stop()
      await queue
      const silent = batch.checks.filter(check => !settled.has(check.test.id))
      if (silent.length === 0) return []
      trouble = true
      // Who was in flight is to blame; without anybody in flight there is nobody to leave out, and trying again would loop.
      const again =
        end.killed !== undefined && !request.signal.aborted && inFlight.size > 0
          ? silent.filter(check => !inFlight.has(check.test.id) && !attempts.has(check.test.id))
          : []
      for (const check of silent.filter(check => !again.includes(check))) {
        const saw = readSilence({
          skipped: skips.get(check.test.id),
          killed: end.killed,
          setupErrors,
          globalErrors,
          exit: end.error ?? (end.signal ? `signal ${end.signal}` : `exit code ${end.code}`),
          output: end.output,
        })
        const earlier = attempts.get(check.test.id) ?? []
        settle(check, outcome([...relevant(earlier), { startedAt: clock.now(), duration: 0, saw: cleaned(saw) }]))
      }
      return again
    },
  }
}

/** A set-up project is one that runs before the project of a wanted test. */
function isSetup(line: TestEndLine, batch: Batch): boolean {
  return batch.checks.some(
    check =>
      line.project !== check.test.project &&
      withDependencies(check.test.project, batch.begin.projects).some(({ name }) => name === line.project),
  )
}

/** Passes before the last attempt are those of a serial group that was repeated because of another test. */
const relevant = (list: readonly Attempt[]): readonly Attempt[] =>
  list.filter((attempt, index) => index === list.length - 1 || !('ok' in attempt.saw) || !attempt.saw.ok)

/** A test may give itself more time than its check has. */
function lateOf(check: JourneyCheck, end: TestEndLine, saw: Observation | Fault): Observation | Fault {
  if (!('ok' in saw) || !saw.ok || end.duration <= check.timeout) return saw
  const { breaches: _, ...seen } = saw
  return {
    ...seen,
    ok: false,
    reason: 'timeout',
    detail: `expected an end within ${check.timeout} ms, found one after ${Math.round(end.duration)} ms`,
  }
}
