/** A whole watch in a process of its own: `node watch-child.ts <folder>`. Prints one line of JSON for each result that the store has accepted. */

import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { runId } from '../../runner/core/ports.ts'
import { createWatch } from '../../runner/engine/watch.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { quietLog } from './quiet-log.ts'

const folder = process.argv[2]!
const request = { cwd: folder, env: process.env }
const loaded = await loadConfiguration(request)
await using store = await createSqliteStore({
  path: join(folder, 'history.db'),
  retention: loaded.configuration.retention,
  clock: realClock,
})
const watch = await createWatch({
  request,
  loaded,
  store,
  openJourneys: () => Promise.reject(new Error('there are no journeys here')),
  clock: realClock,
  log: quietLog(),
  version: '1.2.3',
  random: Math.random,
  grace: 1_000,
})
// Written at once and by the kernel: what a reader has seen was accepted, whatever happens to us next.
const say = (value: unknown) => {
  let rest = Buffer.from(`${JSON.stringify(value)}\n`)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      // The reader is behind; this process has nothing better to do than to wait for it.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
watch.on(event => {
  if (event.kind === 'result') say({ id: runId(event.result) })
})
const stop = new Promise<void>(resolve => process.once('SIGTERM', () => resolve()))
say('started')
await stop
await watch.stop()
