import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import type { Problem, Result } from '../../runner/core/contracts.ts'
import type { WatchEvent } from '../../runner/core/ports.ts'
import { createWatch, type RunningWatch } from '../../runner/engine/watch.ts'
import { realClock } from '../../runner/system/clock.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { quietLog } from '../support/quiet-log.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'

const open: { watch: RunningWatch; folder: TempFolder }[] = []
afterEach(async () => {
  for (const { watch, folder } of open.splice(0)) {
    await watch.stop()
    folder[Symbol.dispose]()
  }
})

/** A configuration whose probe asks the given address with nothing but Node, so that this test needs no probe of ours. */
const configuration = (checks: string) => `import { get } from 'node:http'
import { check, defineConfig, defineSystem } from 'vedette'

const ask = (path) => ({
  kind: 'ask',
  summary: path,
  observe: run =>
    new Promise(resolve => {
      const request = get(new URL(path, run.url()), { signal: run.signal }, response => {
        response.resume()
        response.on('end', () =>
          resolve(response.statusCode === 200 ? { ok: true } : { ok: false, reason: 'status', detail: 'expected 200, found ' + response.statusCode }),
        )
      })
      request.on('error', () => resolve({ ok: false, reason: run.signal.aborted ? 'timeout' : 'connect', detail: 'no answer' }))
    }),
})
const ends = { kind: 'ends', summary: 'ends its thread', observe: async () => process.exit(9) }

export default defineConfig({
  systems: [defineSystem('shop', { url: { web: { env: 'SHOP_URL', environments: {} } }, checks: [${checks}] })],
})
`
const home = "check('home', { probe: ask('/'), every: '1s', retry: { attempts: 0 } })"

async function startWatch(checks: string, store: MemoryStore = memoryStore(), url = 'http://127.0.0.1:9') {
  const folder = tempFolder({ 'vedette.config.ts': configuration(checks) })
  const request = { cwd: folder.path, env: { SHOP_URL: url } }
  const log = quietLog()
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
  })
  open.push({ watch, folder })
  const write = (checks: string) => void folder.write({ 'vedette.config.ts': configuration(checks) })
  return { watch, store, log, write }
}

/** Resolves with the first event that fits. */
const event = <T extends WatchEvent>(watch: RunningWatch, fits: (event: WatchEvent) => event is T) =>
  new Promise<T>(resolve => {
    const off = watch.on(found => {
      if (!fits(found)) return
      off()
      resolve(found)
    })
  })
const resultOf =
  (check: string, more: Partial<Result> = {}) =>
  (event: WatchEvent): event is Extract<WatchEvent, { kind: 'result' }> =>
    event.kind === 'result' &&
    event.result.check === check &&
    Object.entries(more).every(([key, value]) => event.result[key as keyof Result] === value)
const generation = (event: WatchEvent): event is Extract<WatchEvent, { kind: 'generation' }> =>
  event.kind === 'generation'

/** Resolves when the watch has refused a change; the log line is the event. */
async function refusal(watch: RunningWatch): Promise<readonly Problem[]> {
  for (;;) {
    const { refused } = watch.self()
    if (refused !== undefined) return refused
    await new Promise(resolve => setImmediate(resolve))
  }
}

async function target() {
  let status = 200
  const server = createServer((_, response) => {
    response.statusCode = status
    response.end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(code: number) {
      status = code
    },
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('watches a real server from schedule to stored result, sees it go down and come up again', async () => {
  using server = await target()
  const { watch, store } = await startWatch(home, memoryStore(), server.url)
  const up = await event(watch, resultOf('home', { verdict: 'passed' }))
  expect(up.result).toMatchObject({ system: 'shop', environment: 'local', location: 'local', trigger: 'schedule' })
  expect(watch.check('shop/home')).toMatchObject({
    health: { state: 'up' },
    interval: 1_000,
    kind: 'ask',
    last: { verdict: 'passed' },
  })
  server.answer(503)
  const down = await event(
    watch,
    (found): found is Extract<WatchEvent, { kind: 'transition' }> =>
      found.kind === 'transition' && found.transition.to === 'down',
  )
  expect(down.transition).toMatchObject({ from: 'retrying', reason: 'status', detail: 'expected 200, found 503' })
  server.answer(200)
  await event(watch, resultOf('home', { verdict: 'passed' }))
  expect(watch.check('shop/home')!.health.state).toBe('up')
  expect(watch.self()).toMatchObject({ ready: true, missed: 0, generation: 1 })
  expect(store.all.length).toBeGreaterThanOrEqual(3)
  expect(store.stored.get('shop/home')!.health.state).toBe('up')
})

test('a changed file brings a new generation; unchanged checks keep their health, a broken change is refused', async () => {
  using server = await target()
  const { watch, write } = await startWatch(home, memoryStore(), server.url)
  await event(watch, resultOf('home'))
  const { since } = watch.check('shop/home')!.health
  write(`${home}, check('more', { probe: ask('/more'), every: '1s' })`)
  await event(watch, generation)
  await event(watch, resultOf('more', { verdict: 'passed' }))
  expect(watch.check('shop/home')!.health).toMatchObject({ state: 'up', since })
  write("check('home', { probe: ask('/'), evry: '1s' })")
  expect(await refusal(watch)).toMatchObject([{ message: expect.stringContaining("did you mean 'every'") }])
  expect(watch.checks().map(item => item.check)).toEqual(['home', 'more'])
  await event(watch, resultOf('more'))
  write(home)
  await event(watch, generation)
  expect(watch.self().refused).toBeUndefined()
  expect(watch.checks().map(item => item.check)).toEqual(['home'])
})

test('runs a check by hand, and keeps who asked for it, also when nobody can run it yet', async () => {
  using server = await target()
  const { watch, store } = await startWatch(
    "check('rare', { probe: ask('/'), cron: '0 0 1 1 *' })",
    memoryStore(),
    server.url,
  )
  expect(await watch.runNow('shop/rare', { name: 'Bo' })).toMatchObject({ by: 'Bo', verdict: 'unknown' })
  while (!watch.self().ready) await new Promise(resolve => setImmediate(resolve))
  expect(await watch.runNow('shop/rare', { name: 'Amira' })).toMatchObject({
    trigger: 'manual',
    by: 'Amira',
    verdict: 'passed',
  })
  await expect(watch.runNow('shop/none', { name: 'Amira' })).rejects.toThrow(
    "expected a watched check, found 'shop/none'",
  )
  await watch.stop()
  expect(store.all).toMatchObject([
    { trigger: 'manual', by: 'Bo' },
    { trigger: 'manual', by: 'Amira' },
  ])
  expect(watch.check('shop/rare')!.health.state).toBe('unknown')
})

test('a worker that dies takes its runs to unknown, and the watch goes on', async () => {
  using server = await target()
  const { watch, log, write } = await startWatch(home, memoryStore(), server.url)
  await event(watch, resultOf('home'))
  write(`${home}, check('deadly', { probe: ends, every: '1s' })`)
  const lost = await event(watch, resultOf('deadly'))
  expect(lost.result).toMatchObject({ verdict: 'unknown', reason: 'runner' })
  expect(lost.result.detail).toContain('found that it ended')
  write(home)
  await event(watch, generation)
  await event(watch, resultOf('home', { verdict: 'passed' }))
  expect(log.lines.some(line => line.level === 'error' && line.message.includes('code 9'))).toBe(true)
})

test('stopping lets runs finish within the grace, else they are unknown', async () => {
  const server = createServer(() => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { watch, store } = await startWatch(home, memoryStore(), url)
  await new Promise(resolve => server.once('request', resolve))
  await watch.stop()
  expect(store.all).toMatchObject([{ check: 'home', verdict: 'unknown', reason: 'runner' }])
  server.closeAllConnections()
  server.close()
})

test('after a restart the same check goes on with the health it had', async () => {
  using server = await target()
  const store = memoryStore()
  const first = await startWatch(home, store, server.url)
  await event(first.watch, resultOf('home'))
  await first.watch.stop()
  const before = store.stored.get('shop/home')!.health
  const second = await startWatch(home, store, server.url)
  expect(second.watch.check('shop/home')).toMatchObject({ health: before, last: { verdict: 'passed' } })
  await event(second.watch, resultOf('home'))
  expect(second.watch.check('shop/home')!.health.consecutiveSuccesses).toBe(before.consecutiveSuccesses + 1)
})
