import { expect, test } from 'vitest'
import type { Result } from '../../runner/core/contracts.ts'
import type { CheckKey } from '../../runner/core/ports.ts'
import { createProbePool } from '../../runner/engine/probe-pool.ts'
import type { Report, ToWorker, WorkerSetup } from '../../runner/engine/probe-protocol.ts'
import type { ThreadListener } from '../../runner/engine/probe-thread.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { quietLog } from '../support/quiet-log.ts'

const report: Report = {
  results: [],
  answers: [],
  lateness: [],
  missed: 0,
  overlaps: [],
  running: 0,
  queued: 0,
  loopDelay: 0,
}

function setUp() {
  const clock = fakeClock()
  const log = quietLog()
  const threads: { setup: WorkerSetup; listener: ThreadListener; heard: ToWorker[]; terminated: boolean }[] = []
  const lost: { check: string; slot: number; why: string }[] = []
  const pool = createProbePool({
    clock,
    log,
    startThread(setup, listener) {
      const thread = { setup, listener, heard: [] as ToWorker[], terminated: false }
      threads.push(thread)
      return {
        post: message => thread.heard.push(message),
        terminate() {
          thread.terminated = true
          listener.onExit(undefined)
        },
      }
    },
    onReport: () => undefined,
    onLost: (check, slot, why) => lost.push({ check, slot, why }),
    lostResult: (check, by, why) => ({ check, by, detail: why }) as unknown as Result,
    lastRuns: () => ({ 'shop/home': 5 }),
  })
  const setup = (generation: number): WorkerSetup => ({ request: { cwd: '/', env: {}, generation }, version: '1' })
  /** Opens generation n with a worker that loads well. */
  const open = async (generation: number, inFlight = new Float64Array(1)) => {
    const opening = pool.open(setup(generation))
    const checks: readonly CheckKey[] = ['shop/home']
    threads.at(-1)!.listener.onMessage({ kind: 'loaded', checks, inFlight })
    const opened = await opening
    if ('problems' in opened) throw new Error('refused')
    return opened
  }
  return { clock, log, pool, threads, lost, setup, open }
}

test('a worker that has loaded runs nothing until it is adopted', async () => {
  const { clock, pool, threads, open } = setUp()
  const opened = await open(1)
  expect(threads[0]!.heard).toEqual([])
  await pool.adopt(opened)
  expect(threads[0]!.heard).toEqual([{ kind: 'start', after: clock.now(), last: { 'shop/home': 5 } }])
  expect(pool.stats().answering).toBe(false)
  threads[0]!.listener.onMessage({ kind: 'report', ...report, running: 2 })
  expect(pool.stats()).toMatchObject({ answering: true, running: 2 })
})

test('a refused configuration is told, and its worker ended', async () => {
  const { pool, threads, setup } = setUp()
  const opening = pool.open(setup(2))
  const problems = [{ level: 'error' as const, path: [], message: 'expected a number' }]
  threads[0]!.listener.onMessage({ kind: 'refused', problems, files: ['/a.ts'] })
  expect(await opening).toMatchObject({ problems, files: ['/a.ts'] })
  expect(threads[0]!.terminated).toBe(true)
})

test('a configuration that ends its thread is refused as well', async () => {
  const { pool, threads, setup } = setUp()
  const opening = pool.open(setup(2))
  threads[0]!.listener.onExit('it ended with code 7')
  expect(await opening).toMatchObject({ problems: [{ message: expect.stringContaining('code 7') }] })
})

test('the next generation starts where the one before stopped', async () => {
  const { clock, pool, threads, open } = setUp()
  await pool.adopt(await open(1))
  await clock.advance(1_000)
  const next = await open(2)
  const adopting = pool.adopt(next)
  expect(threads[0]!.heard.at(-1)).toEqual({ kind: 'retire' })
  threads[0]!.listener.onMessage({ kind: 'retired', until: 1_234 })
  await adopting
  expect(threads[1]!.heard).toMatchObject([{ kind: 'start', after: 1_234 }])
})

test('a stuck generation does not hold up the next', async () => {
  const { clock, pool, threads, lost, open } = setUp()
  const inFlight = new Float64Array([77])
  await pool.adopt(await open(1, inFlight))
  const adopting = pool.adopt(await open(2))
  await clock.advance(2_000)
  await adopting
  expect(threads[0]!.terminated).toBe(true)
  expect(lost).toMatchObject([{ check: 'shop/home', slot: 77 }])
  expect(threads[1]!.heard).toMatchObject([{ kind: 'start' }])
  await clock.advance(4_000)
  expect(threads).toHaveLength(2)
})

test('a worker that dies is replaced, and what it ran is accounted for', async () => {
  const { clock, log, pool, threads, lost, open } = setUp()
  await pool.adopt(await open(1, new Float64Array([42])))
  const answer = pool.run('shop/home', 'Amira')
  expect(threads[0]!.heard.at(-1)).toMatchObject({ kind: 'run', check: 'shop/home', by: 'Amira' })
  const diedAt = clock.now()
  threads[0]!.listener.onExit('Error: out of memory')
  expect(lost).toEqual([
    { check: 'shop/home', slot: 42, why: expect.stringContaining('out of memory') as unknown as string },
  ])
  expect(await answer).toMatchObject({ by: 'Amira', detail: expect.stringContaining('out of memory') })
  expect(log.lines.at(-1)!.level).toBe('error')
  await clock.advance(500)
  expect(threads[1]!.setup.request.generation).toBe(1)
  threads[1]!.listener.onMessage({ kind: 'loaded', checks: ['shop/home'], inFlight: new Float64Array(1) })
  await clock.advance(0)
  expect(threads[1]!.heard).toMatchObject([{ kind: 'start', after: diedAt }])
})

test('a worker that dies again and again is replaced ever more slowly', async () => {
  const { clock, pool, threads, open } = setUp()
  await pool.adopt(await open(1))
  threads[0]!.listener.onExit('dead')
  for (const pause of [500, 1_000, 2_000, 4_000]) {
    const before = threads.length
    await clock.advance(pause - 1)
    expect(threads).toHaveLength(before)
    await clock.advance(1)
    expect(threads).toHaveLength(before + 1)
    threads.at(-1)!.listener.onMessage({ kind: 'loaded', checks: [], inFlight: new Float64Array(1) })
    await clock.advance(0)
    threads.at(-1)!.listener.onExit('dead')
  }
})

test('a worker that says nothing for half a minute is replaced', async () => {
  const { clock, pool, threads, open } = setUp()
  await pool.adopt(await open(1))
  await clock.advance(20_000)
  threads[0]!.listener.onMessage({ kind: 'report', ...report })
  await clock.advance(25_000)
  expect(threads).toHaveLength(1)
  await clock.advance(15_000)
  expect(threads[0]!.terminated).toBe(true)
  expect(threads).toHaveLength(2)
})

test('stopping asks, and ends by force what does not answer', async () => {
  const { clock, pool, threads, lost, open } = setUp()
  await pool.adopt(await open(1, new Float64Array([9])))
  const stopped = pool.stop(10_000)
  expect(threads[0]!.heard.at(-1)).toEqual({ kind: 'stop', grace: 10_000 })
  await clock.advance(13_000)
  await stopped
  expect(threads[0]!.terminated).toBe(true)
  expect(lost).toMatchObject([{ slot: 9 }])
  await clock.advance(60_000)
  expect(threads).toHaveLength(1)
})

test('without a worker a run by hand is answered at once', async () => {
  const { pool } = setUp()
  expect((await pool.run('shop/home', 'Amira')).detail).toContain('none runs at the moment')
})
