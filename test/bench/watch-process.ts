/**
 * A whole watch as a child of a bench: `watch-process.ts <folder> [--one-loop]`. With `--one-loop` probes run in the same loop as pages,
 * metrics and everything else, as they do in programs without a worker.
 */

import { join } from 'node:path'
import pino from 'pino'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import type { FromWorker } from '../../runner/engine/probe-protocol.ts'
import { createProbeRunner } from '../../runner/engine/probe-runner.ts'
import type { StartThread } from '../../runner/engine/probe-thread.ts'
import { createWatch } from '../../runner/engine/watch.ts'
import { createServer } from '../../runner/server/create-server.ts'
import { createAccounts } from '../../runner/stores/accounts.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { createLoopDelay } from '../../runner/system/loop-delay.ts'
import { createPasswords } from '../../runner/system/passwords.ts'

const [folder, flag] = process.argv.slice(2)
const request = { cwd: folder!, env: process.env }
const loaded = await loadConfiguration(request)
const store = await createSqliteStore({ path: join(folder!, 'history.db'), clock: realClock })
const log = pino({ level: 'error' }, pino.destination(2))

const sameLoop: StartThread = (setup, { onMessage, onExit }) => {
  const post = (message: FromWorker) => setImmediate(onMessage, message)
  const runner = createProbeRunner({
    loaded,
    location: setup.location ?? 'local',
    version: setup.version,
    clock: realClock,
    loopDelay: createLoopDelay({ clock: realClock }),
    random: Math.random,
    post,
  })
  return {
    post(message) {
      if (message.kind === 'start') runner.start(message.after, message.last)
      // A thread ends after its last words, which are still on their way here.
      if (message.kind === 'stop') void runner.stop(message.grace).then(() => setImmediate(onExit, undefined))
    },
    terminate: () => onExit(undefined),
  }
}

const watch = await createWatch({
  request,
  loaded,
  store,
  openJourneys: () => Promise.reject(new Error('there are no journeys here')),
  clock: realClock,
  log,
  version: '0.0.0',
  random: Math.random,
  watchFiles: false,
  grace: 1_000,
  ...(flag === '--one-loop' ? { startThread: sameLoop } : {}),
})
const server = await createServer({
  watch,
  store,
  artifacts: folder!,
  token: 'bench',
  accounts: createAccounts({ path: join(folder!, 'accounts.db') }),
  passwords: createPasswords(),
  log,
  clock: realClock,
  host: '127.0.0.1',
  port: 0,
  processStats: () => ({ residentBytes: 0, heapBytes: 0, cpuSeconds: 0 }),
})
let ran = 0
const seen = new Set<string>()
watch.on(event => {
  if (event.kind !== 'result') return
  ran += 1
  seen.add(event.result.check)
})
process.on('message', async message => {
  if (message === 'figures') {
    process.send!({ url: server.url, ran, seen: seen.size, self: watch.self(), rss: process.memoryUsage.rss() })
  }
  if (message !== 'stop') return
  await server.close()
  await watch.stop()
  await store[Symbol.asyncDispose]()
  process.disconnect()
})
process.send!('ready')
