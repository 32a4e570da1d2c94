import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { playwright } from '../../runner/config/playwright.ts'
import { defineSystem } from '../../runner/config/system.ts'
import type { JourneyCheck, JourneySource } from '../../runner/core/definitions.ts'
import type { JourneyRequest, Journeys, Store } from '../../runner/core/ports.ts'
import { createWatch } from '../../runner/engine/watch.ts'
import { openSqlite } from '../stores/open-sqlite.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { loadedWith } from '../support/loaded.ts'
import { quietLog } from '../support/quiet-log.ts'

const hour = 3_600_000
const names = ['order', 'pay', 'search'] as const

const journey = (source: JourneySource, id: string): JourneyCheck => ({
  ...check(id, { probe: { kind: 'journey', summary: id, observe: async () => ({ ok: true }) } }),
  schedule: source.schedule,
  timeout: source.timeout,
  source,
  test: { id, file: `${id}.spec.ts`, line: 1, project: 'desktop', titlePath: [id] },
})

/** A system that has nothing but journeys, watched with what an earlier process left in the store. */
async function startWatch(store: Store, clock: ReturnType<typeof fakeClock>) {
  const requests: JourneyRequest[] = []
  const listed = Promise.withResolvers<void>()
  const journeys: Journeys = {
    discover: async (_, source) => ({
      checks: names.map(id => journey(source, id)),
      skipped: [],
      problems: [],
      good: true,
    }),
    async run(request) {
      requests.push(request)
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
    request: { cwd: '/repo', env: {} },
    loaded: loadedWith([
      defineSystem('shop', '/repo', { url: 'http://127.0.0.1:9', checks: [playwright('e2e', { every: '1h' })] }),
    ]),
    store,
    openJourneys: async () => journeys,
    clock,
    log: quietLog(),
    version: '1.2.3',
    random: () => 0.5,
    watchFiles: false,
    startThread(_, listener) {
      queueMicrotask(() => listener.onMessage({ kind: 'loaded', checks: [], inFlight: new Float64Array(0) }))
      return { post: () => undefined, terminate: () => listener.onExit(undefined) }
    },
  })
  await listed.promise
  const stop = async () => {
    const stopped = watch.stop()
    await clock.advance(20_000)
    await stopped
  }
  return { watch, requests, stop }
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
