/** The checks of a pack, runnable against any number of instances of its reference system. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandIo } from '../../runner/commands/command.ts'
import { openJourneys } from '../../runner/commands/journeys.ts'
import type { Loaded } from '../../runner/config/load-configuration.ts'
import type { Outcome, Result } from '../../runner/core/contracts.ts'
import type { Check, JourneyCheck, JourneySource, System } from '../../runner/core/definitions.ts'
import { toResult } from '../../runner/core/judge.ts'
import type { Journeys } from '../../runner/core/ports.ts'
import { isJourney } from '../../runner/engine/gate-runs.ts'
import { createQueue } from '../../runner/engine/queue.ts'
import { runCheck } from '../../runner/engine/run-check.ts'
import { runContexts } from '../../runner/engine/run-context.ts'
import { version } from '../../runner/system/version.ts'
import { instanceOf, type Job } from './plan.ts'
import type { ProofProjects } from './playwright.config.ts'
import type { Instance, Provable } from './systems.ts'

export interface SuiteRequest {
  readonly loaded: Loaded
  readonly system: System
  readonly target: Provable
  readonly io: CommandIo
  print(line: string): void
}

export interface CheckSuite extends AsyncDisposable {
  readonly checks: readonly (Check | JourneyCheck)[]
  run(jobs: readonly Job[]): Promise<readonly Result[]>
}

type Finish = (index: number, outcome: Outcome) => void

/** More than cores: much of a journey beside a fault is waiting for what does not come. */
const workers = 4
/** One audit of a page's speed holds a gigabyte, and several may meet. */
const limits = { memory: 4 * 2 ** 30 }

/** Lists the journeys of the pack; throws when they cannot be listed. */
export async function openSuite(request: SuiteRequest): Promise<CheckSuite> {
  const { loaded, system, io } = request
  const journeys = await openJourneys(loaded, io, { spares: false, workers, limits })
  const found = await Promise.all(system.journeys.map(source => journeys.discover(system, source)))
  const problems = found.flatMap(discovery => discovery.problems)
  if (problems.length > 0) {
    await journeys[Symbol.asyncDispose]()
    throw new Error(problems.map(problem => problem.message).join('\n'))
  }
  // What is judged by signals is proven by its past.
  const probes = system.checks.filter(({ heartbeat }) => heartbeat === undefined)
  const checks = [...probes, ...found.flatMap(discovery => discovery.checks)]
  return {
    checks,
    run: jobs => runJobs(request, journeys, checks, jobs),
    [Symbol.asyncDispose]: () => journeys[Symbol.asyncDispose](),
  }
}

async function runJobs(
  request: SuiteRequest,
  journeys: Journeys,
  checks: readonly (Check | JourneyCheck)[],
  jobs: readonly Job[],
): Promise<readonly Result[]> {
  const { target, io, print } = request
  const sets = Map.groupBy(jobs, job => instanceOf(job.faults))
  const coversOf = new Map(checks.map(({ id, covers }) => [id, covers]))
  const instances = new Map<string, Instance>()
  const results: Result[] = []
  let done = 0
  const finish: Finish = (index, outcome) => {
    if (results[index] !== undefined) return
    results[index] = resultOf(request, jobs[index]!, outcome)
    done++
    if (done % 25 === 0 || done === jobs.length) print(`${done} of ${jobs.length} runs`)
  }
  try {
    if (!io.signal.aborted) {
      for (const [name, same] of sets) {
        const covers = same.flatMap(({ check }) => coversOf.get(check)!)
        instances.set(name, await target.start({ broken: same[0]!.faults, covers }))
      }
    }
    const numbered = jobs.map((job, index) => ({
      index,
      check: checks.find(check => check.id === job.check)!,
      instance: instances.get(instanceOf(job.faults))!,
      name: instanceOf(job.faults),
    }))
    if (!io.signal.aborted) {
      await runProbes(request, numbered, finish)
      await runJourneys(request, journeys, numbered, instances, finish)
    }
    const fault = io.signal.aborted ? 'interrupted' : 'it was not run'
    for (const { index } of numbered)
      finish(index, { attempts: [{ startedAt: io.clock.now(), duration: 0, saw: { fault } }] })
    return results
  } finally {
    await Promise.all([...instances.values()].map(instance => instance.close()))
  }
}

interface Numbered {
  readonly index: number
  readonly check: Check | JourneyCheck
  readonly instance: Instance
  /** Of the instance. */
  readonly name: string
}

const once = { attempts: 0, delay: 0 }

async function runProbes(
  { loaded, system, io }: SuiteRequest,
  jobs: readonly Numbered[],
  finish: Finish,
): Promise<void> {
  const queue = createQueue(8)
  for (const { index, check, instance } of jobs) {
    if (isJourney(check)) continue
    const contextOf = runContexts({
      loaded: { ...loaded, urls: { ...loaded.urls, [system.id]: instance.urls } },
      system,
      clock: io.clock,
      version,
      random: Math.random,
    })
    const context = contextOf(`${system.id}~${check.id}~proof`, io.signal)
    queue.add(async () => finish(index, await runCheck({ ...check, retry: once }, context)))
  }
  await queue.idle()
}

/** All of them in one invocation of Playwright: each instance is a project with its own addresses. */
async function runJourneys(
  { system, io }: SuiteRequest,
  journeys: Journeys,
  jobs: readonly Numbered[],
  instances: ReadonlyMap<string, Instance>,
  finish: Finish,
): Promise<void> {
  const wanted = jobs.flatMap(job => (isJourney(job.check) ? [{ ...job, check: job.check }] : []))
  if (wanted.length === 0) return
  const projectOf = (name: string, like: string) => `${name}/${like}`
  const folder = mkdtempSync(join(tmpdir(), 'vedette-proof-'))
  try {
    const file = join(folder, 'projects.json')
    const names = new Map(
      wanted.map(({ name, check }) => [projectOf(name, check.test.project), { name, like: check.test.project }]),
    )
    const projects: ProofProjects = {
      folder: system.folder,
      projects: [...names].map(([project, { name, like }]) => ({
        name: project,
        like,
        addresses: instances.get(name)!.urls,
      })),
    }
    writeFileSync(file, JSON.stringify(projects))
    const source = proofSource(system, file)
    const { checks: listed, problems } = await journeys.discover(system, source)
    const [problem] = problems
    if (problem !== undefined) throw new Error(problem.message)
    const indexOf = new Map<JourneyCheck, number>()
    for (const { index, check, name } of wanted) {
      const same = listed.find(
        ({ test }) =>
          test.project === projectOf(name, check.test.project) &&
          test.file === check.test.file &&
          test.titlePath.join('\n') === check.test.titlePath.join('\n'),
      )
      if (same !== undefined) indexOf.set({ ...same, timeout: check.timeout, retry: once }, index)
    }
    await journeys.run({
      system,
      checks: [...indexOf.keys()],
      // Every origin is the system's own, so that our requests are marked on all of them.
      urls: Object.fromEntries(
        [...instances].flatMap(([name, { urls }]) =>
          Object.entries(urls).map(([key, url]) => [name === 'healthy' ? key : `${name}-${key}`, url]),
        ),
      ),
      invocation: 'proof',
      trigger: 'proof',
      signal: io.signal,
      onOutcome: (check, outcome) => finish(indexOf.get(check)!, outcome),
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function proofSource(system: System, file: string): JourneySource {
  const [first] = system.journeys
  const { project: _, grep: __, ...source } = first!
  return {
    ...source,
    dir: system.folder,
    config: join(import.meta.dirname, 'playwright.config.ts'),
    env: { ...Object.assign({}, ...system.journeys.map(({ env }) => env)), VEDETTE_PROOF: file },
    parallel: true,
    retry: once,
    screenshots: 'off',
  }
}

const resultOf = ({ system, loaded }: SuiteRequest, job: Job, outcome: Outcome): Result =>
  toResult(
    {
      system: system.id,
      check: job.check,
      environment: loaded.environment,
      location: loaded.configuration.location,
      slot: outcome.attempts[0].startedAt,
      trigger: 'proof',
      version,
    },
    outcome,
  )
