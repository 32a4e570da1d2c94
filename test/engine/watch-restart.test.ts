import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { playwright } from '../../runner/config/playwright.ts'
import { defineSystem } from '../../runner/config/system.ts'
import type { JourneyCheck, JourneySource } from '../../runner/core/definitions.ts'
import type { JourneyRequest, Journeys, Store } from '../../runner/core/ports.ts'
import { createWatch, type WatchOptions } from '../../runner/engine/watch.ts'
import { openSqlite } from '../stores/open-sqlite.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { loadedWith } from '../support/loaded.ts'
import { quietLog } from '../support/quiet-log.ts'
import { tempFolder } from '../support/temp-folder.ts'

const hour = 3_600_000
const names = ['order', 'pay', 'search'] as const

const journey = (source: JourneySource, id: string): JourneyCheck => ({
  ...check(id, { probe: { kind: 'journey', summary: id, observe: async () => ({ ok: true }) } }),
  schedule: source.schedule,
  timeout: source.timeout,
  source,
  test: { id, file: `${id}.spec.ts`, line: 1, project: 'desktop', titlePath: [id] },
})

const unchanged = {
  request: { cwd: '/repo', env: {} },
  loaded: loadedWith([
    defineSystem('shop', '/repo', { url: 'http://127.0.0.1:9', checks: [playwright('e2e', { every: '1h' })] }),
  ]),
}

/** A system that has nothing but journeys, watched with what an earlier process left in the store. */
async function startWatch(
  store: Store,
  clock: ReturnType<typeof fakeClock>,
  configuration: Pick<WatchOptions, 'request' | 'loaded'> = unchanged,
) {
  const requests: JourneyRequest[] = []
  let listed = Promise.withResolvers<void>()
  let finish: Promise<void> | undefined
  const journeys: Journeys = {
    discover: async (_, source) => ({
      checks: names.map(id => journey(source, id)),
      skipped: [],
      problems: [],
      good: true,
    }),
    async run(request) {
      requests.push(request)
      await finish
      const startedAt = clock.now()
      for (const item of request.checks)
        request.onOutcome(item, { attempts: [{ startedAt, duration: 40, saw: { ok: true } }] })
    },
    async warm() {
      listed.resolve()
    },
    command: () => '',
    stats: () => ({ browsers: 0, children: 0, spares: 0 }),
    [Symbol.asyncDispose]: async () => undefined,
  }
  const watch = await createWatch({
    ...configuration,
    store,
    openJourneys: async () => journeys,
    clock,
    log: quietLog(),
    version: '1.2.3',
    random: () => 0.5,
    watchFiles: false,
    startThread(_, listener) {
      queueMicrotask(() => listener.onMessage({ kind: 'loaded', checks: [], inFlight: new Float64Array(0) }))
      return {
        post(message) {
          if (message.kind === 'retire')
            queueMicrotask(() => listener.onMessage({ kind: 'retired', until: clock.now() }))
        },
        terminate: () => listener.onExit(undefined),
      }
    },
  })
  await listed.promise
  const stop = async () => {
    const stopped = watch.stop()
    await clock.advance(20_000)
    await stopped
  }
  return {
    watch,
    requests,
    stop,
    /** Runs that begin from now on last until then. */
    lastUntil(end: Promise<void>) {
      finish = end
    },
    /** Resolves when the journeys of the next generation are listed. */
    nextListed() {
      listed = Promise.withResolvers<void>()
      return listed.promise
    },
  }
}

test('journeys that ran in a slot do not run in it again after a restart, and their last results are shown', async () => {
  await using opened = await openSqlite()
  const clock = fakeClock()
  const first = await startWatch(opened.store, clock)
  const told = new Promise<void>(resolve => {
    let left = names.length
    first.watch.on(event => {
      if (event.kind !== 'result') return
      left -= 1
      if (left === 0) resolve()
    })
  })
  await clock.advance(20_000)
  await told
  expect(first.requests).toHaveLength(1)
  await first.stop()

  const second = await startWatch(await opened.reopen(), clock)
  const shown = second.watch.checks()
  expect(shown.map(({ last }) => last?.verdict)).toEqual(['passed', 'passed', 'passed'])
  await clock.advance(30_000)
  expect(second.requests).toHaveLength(0)
  await clock.advance(hour)
  expect(second.requests).toHaveLength(1)
  await second.stop()
})

test('journeys that still run when the configuration changes do not run again in their slot', async () => {
  await using opened = await openSqlite()
  const clock = fakeClock()
  const configuration = (timeout: string) => `import { defineConfig, defineSystem, playwright } from 'vedette'
const checks = [playwright('e2e', { every: '1h', timeout: '${timeout}' })]
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', checks })] })
`
  using folder = tempFolder({ 'vedette.config.ts': configuration('5m'), 'e2e/.keep': '' })
  const request = { cwd: folder.path, env: {} }
  const { watch, requests, ...watched } = await startWatch(opened.store, clock, {
    request,
    loaded: await loadConfiguration(request),
  })
  const { promise, resolve: finish } = Promise.withResolvers<void>()
  watched.lastUntil(promise)
  await clock.advance(20_000)
  expect(requests).toHaveLength(1)

  for (const timeout of ['6m', '7m']) {
    folder.write({ 'vedette.config.ts': configuration(timeout) })
    const listed = watched.nextListed()
    await watch.reload()
    await listed
    await clock.advance(20_000)
  }
  expect(watch.self().generation).toBe(3)
  finish()
  await clock.advance(20_000)
  expect(requests).toHaveLength(1)
  await clock.advance(hour)
  expect(requests).toHaveLength(2)
  await watched.stop()
})
