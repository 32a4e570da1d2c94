/** Entry file of the probe worker: the thread that owns the schedule and the network probes, and nothing else. */

import { parentPort, workerData } from 'node:worker_threads'
import { ConfigurationError, loadConfiguration } from '../config/load-configuration.ts'
import type { Problem } from '../core/contracts.ts'
import { realClock } from '../system/clock.ts'
import { collectGarbage } from '../system/collect-garbage.ts'
import { createLoopDelay } from '../system/loop-delay.ts'
import type { FromWorker, ToWorker, WorkerSetup } from './probe-protocol.ts'
import { createProbeRunner, type ProbeRunner } from './probe-runner.ts'

const port = parentPort!
const { request, version, location } = workerData as WorkerSetup
const post = (message: FromWorker) => port.postMessage(message)

try {
  const loaded = await loadConfiguration(request)
  const checks = loaded.configuration.systems.flatMap(system => system.checks)
  await Promise.all(checks.map(({ probe }) => probe.prepare?.()))
  collectGarbage()
  const runner = createProbeRunner({
    loaded,
    location: location ?? loaded.configuration.location,
    version,
    clock: realClock,
    loopDelay: createLoopDelay({ clock: realClock }),
    random: Math.random,
    post,
  })
  port.on('message', (message: ToWorker) => void listen(runner, message))
} catch (error) {
  post({ kind: 'refused', ...describe(error) })
}

async function listen(runner: ProbeRunner, message: ToWorker): Promise<void> {
  if (message.kind === 'start') runner.start(message.after, message.last)
  else if (message.kind === 'run') runner.run(message.id, message.check, message.by)
  else {
    if (message.kind === 'retire') await runner.retire()
    else await runner.stop(message.grace)
    // Connections that a probe keeps would hold the thread open; everything has been reported.
    process.exit(0)
  }
}

function describe(error: unknown): { readonly problems: readonly Problem[]; readonly files: readonly string[] } {
  if (error instanceof ConfigurationError) return { problems: error.problems, files: error.files }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { problems: [{ level: 'error', path: [], message }], files: [] }
}
