/** Running journeys that are due together, and giving each exactly one outcome. */

import type { Fault, Observation, Outcome } from '../core/contracts.ts'
import type { JourneyCheck } from '../core/definitions.ts'
import type { JourneyRequest } from '../core/ports.ts'
import { argumentsOf, type Batch, batchesOf } from './batch.ts'
import { measuredBy } from './figures.ts'
import { type Invocation, removeFolder, startInvocation } from './invocation.ts'
import { createRecord, type Settle } from './record.ts'
import { journeyEnvironment } from './run-environment.ts'
import type { RunsOptions } from './runs-options.ts'

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
            measure: measuredBy(request.system.requirements),
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
