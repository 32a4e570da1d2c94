import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { runId, type SelfStats } from '../../runner/core/ports.ts'
import { createWatch } from '../../runner/engine/watch.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { quietLog } from '../support/quiet-log.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = `import { check, defineConfig, defineSystem } from 'vedette'
const quick = { kind: 'quick', summary: 'nothing', observe: async () => ({ ok: true }) }
const checks = Array.from({ length: 10 }, (_, index) => check('c' + index, { probe: quick, every: '1s' }))
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', checks })] })
`

/** A whole watch with its store, and the real thread that writes. */
async function startWatch() {
  const folder = tempFolder({ 'vedette.config.ts': configuration })
  const writers: Worker[] = []
  const note = (worker: Worker & { readonly threadName?: string | null }) => void writers.push(worker)
  process.on('worker', note)
  const store = await createSqliteStore({ path: join(folder.path, 'history.db'), clock: realClock })
  process.off('worker', note)
  const log = quietLog()
  const request = { cwd: folder.path, env: {} }
  const watch = await createWatch({
    request,
    loaded: await loadConfiguration(request),
    store,
    openJourneys: () => Promise.reject(new Error('there are no journeys here')),
    clock: realClock,
    log,
    version: '1.2.3',
    random: Math.random,
    grace: 1_000,
    watchFiles: false,
  })
  onTestFinished(async () => {
    await watch.stop()
    await store[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })
  return { store, log, watch, writer: writers[0]! }
}

test('a writer that dies is started again; what waited meanwhile is stored, and readiness tells of it', async () => {
  const { store, log, watch, writer } = await startWatch()
  const told = new Set<string>()
  /** Resolves with what the watch says of itself as soon as that fits. */
  const until = (fits: (self: SelfStats) => boolean) =>
    new Promise<SelfStats>(resolve => {
      const off = watch.on(event => {
        if (event.kind === 'result') told.add(runId(event.result))
        const self = watch.self()
        if (!fits(self)) return
        off()
        resolve(self)
      })
    })
  await until(({ ready }) => ready)

  await writer.terminate()
  const { notReady } = await until(({ ready }) => !ready)
  expect(notReady).toMatch(
    /^the store takes no results \(\d+ wait, 0 lost\): expected the worker of the store .* to live, found that it ended: code 1; it is started again$/,
  )

  await until(({ ready }) => ready)
  expect(log.lines.map(({ message }) => message)).toContain('the store takes results again')
  await watch.stop()
  const stored = new Set((await store.results({ limit: 10_000 })).map(runId))
  expect(told.size).toBeGreaterThan(10)
  expect([...told].filter(id => !stored.has(id))).toEqual([])
})
