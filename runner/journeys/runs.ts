/** Running journeys that are due together, and giving each exactly one outcome. */

import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Attempt, Clock, Fault, Observation, Outcome } from '../core/contracts.ts'
import type { JourneyCheck, JourneySource, System, Text } from '../core/definitions.ts'
import type { JourneyRequest } from '../core/ports.ts'
import { scrubber } from '../core/redaction.ts'
import { type ArtifactSink, keepEvidence } from './evidence.ts'
import { type Invocation, type InvocationEnd, type Limits, removeFolder, startInvocation } from './invocation.ts'
import type { Project } from './project.ts'
import type { BeginLine, ListedProject, ReportedError, ReportLine, TestEndLine } from './protocol.ts'
import { journeyEnvironment } from './run-environment.ts'
import { readAttempt, readSilence } from './truth.ts'
import { entry, type Lease, type Warm } from './warm.ts'

export interface RunsOptions {
  readonly clock: Clock
  readonly self: number
  readonly warm: Warm
  readonly limits: Limits
  readonly environment: Readonly<Record<string, string>>
  readonly version: string
  readonly artifacts: ArtifactSink
  reveal(text: Text): string
  readonly log: { warn(about: object, message: string): void; error(about: object, message: string): void }
  readonly spares: boolean
  readonly workers: number
  folderFor(name: string): { readonly folder: string; readonly mark: string }
  listing(
    system: System,
    source: JourneySource,
  ): Promise<string | { readonly project: Project; readonly begin: BeginLine }>
}

/** One invocation's worth of checks: what must be equal for all of them. */
interface Batch {
  readonly request: JourneyRequest
  readonly source: JourneySource
  readonly project: Project
  readonly begin: BeginLine
  readonly checks: readonly JourneyCheck[]
  readonly retries: number
  /** Options of the warm browser; undefined where Playwright must launch its own. */
  readonly browser: Readonly<Record<string, unknown>> | undefined
}

type Settle = (check: JourneyCheck, outcome: Outcome) => void

export function createRuns(options: RunsOptions) {
  const { clock } = options
  const running = new Set<Invocation>()
  let disposed = false

  async function run(request: JourneyRequest): Promise<void> {
    const pending = new Map(request.checks.map(check => [check.test.id, check]))
    const settle: Settle = (check, outcome) => {
      if (pending.delete(check.test.id)) request.onOutcome(check, outcome)
    }
    const settleAll = (fault: string) => {
      for (const check of [...pending.values()]) settle(check, only(clock.now(), { fault }))
    }
    const source = request.checks[0]?.source
    if (!source) return
    try {
      const found = await options.listing(request.system, source)
      if (typeof found === 'string') return settleAll(found)
      if (found.begin.webServer && !source.allowWebServer)
        return settleAll('the configuration starts a webServer of its own')
      for (const batch of batchesOf(request, source, found.project, found.begin)) await runBatch(batch, settle)
    } catch (error) {
      options.log.error({ err: error, invocation: request.invocation }, 'journeys could not be run')
      settleAll(`the journeys could not be run: ${error instanceof Error ? error.message : String(error)}`)
    }
    settleAll('the run ended without a word about this test')
  }

  /** A killed invocation leaves innocent tests behind: they are run again, as long as there is progress. */
  async function runBatch(batch: Batch, settle: Settle): Promise<void> {
    let left = batch.checks
    while (left.length > 0) {
      if (batch.request.signal.aborted || disposed) {
        for (const check of left) settle(check, only(clock.now(), { fault: interrupted }))
        return
      }
      const before = left.length
      left = await runOnce({ ...batch, checks: left }, settle, true)
      if (left.length === before) {
        for (const check of left)
          settle(check, only(clock.now(), { fault: 'the runner was killed before this test began' }))
        return
      }
    }
  }

  /** Runs once; returns the checks that deserve another invocation. */
  async function runOnce(batch: Batch, settle: Settle, maySpare: boolean): Promise<readonly JourneyCheck[]> {
    const { request, source, project } = batch
    const { folder, mark } = options.folderFor(request.invocation)
    const lease = batch.browser && (await options.warm.lease(project.install, batch.browser))
    using browser = typeof lease === 'string' ? undefined : lease
    if (typeof lease === 'string') {
      for (const check of batch.checks) settle(check, only(clock.now(), { fault: lease }))
      removeFolder(folder)
      return []
    }
    const spare = maySpare && options.spares ? options.warm.takeSpare(project.install) : undefined
    try {
      const record = createRecord(batch, browser, options, settle)
      const invocation = startInvocation(
        {
          install: project.install,
          cwd: project.cwd,
          args: argumentsOf(batch, folder, options.workers),
          env: journeyEnvironment({
            base: options.environment,
            source,
            urls: request.urls,
            reveal: options.reveal,
            scratch: folder,
            mark: spare?.mark ?? mark,
            version: options.version,
            run: request.invocation,
            ...(browser ? { ws: browser.ws } : {}),
          }),
          scratch: folder,
          mark,
          limits: options.limits,
          ...(spare ? { spare } : {}),
          onLine: line => record.onLine(line),
        },
        options.self,
        clock,
      )
      running.add(invocation)
      record.watch(invocation)
      const onAbort = () => invocation.kill(interrupted)
      request.signal.addEventListener('abort', onAbort, { once: true })
      if (request.signal.aborted) onAbort()
      const end = await invocation.ended
      request.signal.removeEventListener('abort', onAbort)
      running.delete(invocation)
      if (end.survivors.length > 0)
        options.log.error({ pids: end.survivors }, 'processes survived the end of a journey')
      if (spare && !record.began() && end.killed === undefined) {
        options.warm.refuseSpares(project.install)
        options.log.warn(
          { output: end.output.slice(-300) },
          'a spare runner did not work; using the plain command line',
        )
        return await runOnce(batch, settle, false)
      }
      const left = await record.finish(end)
      if (record.hadTrouble()) browser?.retire()
      if (options.spares && !disposed) options.warm.prepareSpare(project.install)
      return left
    } finally {
      removeFolder(folder)
    }
  }

  return {
    run,
    count: () => running.size,
    async [Symbol.asyncDispose]() {
      disposed = true
      const all = [...running]
      for (const invocation of all) invocation.kill(interrupted)
      await Promise.all(all.map(invocation => invocation.ended))
    },
  }
}

const interrupted = 'interrupted: this runner was told to stop'

const only = (startedAt: number, saw: Observation | Fault): Outcome => ({ attempts: [{ startedAt, duration: 0, saw }] })

/** Tests that need the same number of retries and the same browser share an invocation. */
function batchesOf(
  request: JourneyRequest,
  source: JourneySource,
  project: Project,
  begin: BeginLine,
): readonly Batch[] {
  const batches = new Map<string, Batch>()
  for (const check of request.checks) {
    const browser = browserFor(check.test.project, begin, request.headed ?? false)
    const key = JSON.stringify([check.retry.attempts, browser ?? null])
    const batch = batches.get(key)
    batches.set(key, {
      ...(batch ?? { request, source, project, begin, retries: check.retry.attempts, browser }),
      checks: [...(batch?.checks ?? []), check],
    })
  }
  return [...batches.values()]
}

/** Options for a warm browser, or undefined when the project (or one that it depends on) brings its own kind. */
function browserFor(name: string, begin: BeginLine, headed: boolean): Readonly<Record<string, unknown>> | undefined {
  const needed = withDependencies(name, begin.projects)
  const ordinary = needed.every(
    project =>
      project.browserName === 'chromium' &&
      !project.connects &&
      (project.channel === undefined || project.channel === 'chromium'),
  )
  if (!ordinary) return undefined
  const { headless: _, channel: __, ...own } = needed[0]?.launchOptions ?? {}
  return headed ? { ...own, headless: false } : own
}

/** A project and all that run before it. */
function withDependencies(name: string, projects: readonly ListedProject[]): readonly ListedProject[] {
  const found = new Map<string, ListedProject>()
  const visit = (wanted: string) => {
    const project = projects.find(other => other.name === wanted)
    if (!project || found.has(wanted)) return
    found.set(wanted, project)
    project.dependencies.forEach(visit)
  }
  visit(name)
  return [...found.values()]
}

function argumentsOf(batch: Batch, folder: string, workers: number): readonly string[] {
  const { request, source, project, begin, checks } = batch
  const list = join(folder, 'tests.txt')
  writeFileSync(list, `${checks.map(check => listLine(check, begin.rootDir)).join('\n')}\n`)
  const projects = [...new Set(checks.map(check => check.test.project))].filter(Boolean)
  const longest = Math.max(...checks.map(check => check.timeout))
  const listed = checks.map(check => begin.tests.find(test => test.id === check.test.id)?.timeout ?? 0)
  // Theirs holds unless it could outlast ours.
  const cap = listed.some(timeout => timeout === 0 || timeout > longest)
  return [
    'test',
    '--config',
    project.config,
    '--reporter',
    entry('reporter'),
    '--output',
    join(folder, 'output'),
    '--update-snapshots=none',
    // Each test is asked for; none may be left out because others failed.
    '--max-failures=0',
    '--retries',
    String(batch.retries),
    '--workers',
    String(source.parallel ? workers : 1),
    '--trace',
    request.trace ? 'on' : batch.retries > 0 ? 'on-all-retries' : 'off',
    '--test-list',
    list,
    ...(cap ? ['--timeout', String(longest)] : []),
    ...(request.headed ? ['--headed'] : []),
    ...(projects.length > 0 ? ['--project', ...projects] : []),
  ]
}

/**
 * A line of `--test-list`. Titles are separated by a sign that may stand in a title as well, and trimmed: from such a title on the
 * rest is left away, which means more tests than wanted and never fewer.
 */
function listLine(check: JourneyCheck, rootDir: string): string {
  const { project, file, titlePath } = check.test
  const strange = titlePath.findIndex(title => /[›\r\n]/.test(title) || title.trim() !== title)
  const titles = strange < 0 ? titlePath : titlePath.slice(0, strange)
  return [`[${project}]`, relative(rootDir, file).replaceAll('\\', '/'), ...titles].join(' › ')
}

/** What is known of one invocation while it runs. */
function createRecord(batch: Batch, browser: Lease | undefined, options: RunsOptions, tell: Settle) {
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
    const judged = lateOf(check, end, saw)
    const passed = 'ok' in judged && judged.ok
    if ('fault' in judged || (!passed && judged.reason === 'timeout')) trouble = true
    const { artifacts, metrics } = await keepEvidence(end, {
      sink: options.artifacts,
      scrub,
      secrets: secrets.length > 0,
      screenshots: source.screenshots,
      passed,
      trouble: (message, error) => options.log.warn({ err: error, check: check.id }, message),
    })
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
