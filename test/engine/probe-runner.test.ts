import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { heartbeat } from '../../runner/config/heartbeat.ts'
import { defineSystem } from '../../runner/config/system.ts'
import type { Observation, Outcome } from '../../runner/core/contracts.ts'
import type { Check, Probe, ProbeRun } from '../../runner/core/definitions.ts'
import { RunnerFault } from '../../runner/core/fault.ts'
import type { FromWorker } from '../../runner/engine/probe-protocol.ts'
import { createProbeRunner, withLoopDelay } from '../../runner/engine/probe-runner.ts'
import { createLoopDelay } from '../../runner/system/loop-delay.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { loadedWith } from '../support/loaded.ts'

const probe = (observe: (run: ProbeRun) => Promise<Observation>): Probe => ({ kind: 'own', summary: 'a test', observe })
const passes = probe(async () => ({ ok: true }))
const hangs = probe(
  run =>
    new Promise(resolve =>
      run.signal.addEventListener('abort', () => resolve({ ok: false, reason: 'timeout', detail: 'no answer' })),
    ),
)

function runnerOf(checks: readonly Check[], probes = 64) {
  const clock = fakeClock()
  const messages: FromWorker[] = []
  const loaded = loadedWith([defineSystem('shop', { url: 'https://shop.example.com', checks })])
  const runner = createProbeRunner({
    loaded: {
      ...loaded,
      configuration: { ...loaded.configuration, concurrency: { probes, journeys: 1 } },
    },
    location: 'local',
    version: '1.2.3',
    clock,
    loopDelay: createLoopDelay({ clock }),
    random: () => 0.5,
    post: message => messages.push(message),
  })
  const reports = () => messages.filter(message => message.kind === 'report')
  const results = () => reports().flatMap(report => report.results)
  const missed = () => reports().reduce((sum, report) => sum + report.missed, 0)
  const inFlight = () => messages.flatMap(message => (message.kind === 'loaded' ? [...message.inFlight] : []))
  /** As after a restart within the slot, so that the first runs do not disturb. */
  const start = () =>
    runner.start(clock.now(), Object.fromEntries(checks.map(item => [`shop/${item.id}`, clock.now()])))
  return { clock, runner, start, messages, reports, results, missed, inFlight }
}

test('runs each check once a slot and reports results in batches', async () => {
  const { clock, results, reports, start } = runnerOf([
    check('one', { probe: passes, every: '10s' }),
    check('two', { probe: passes, every: '10s' }),
  ])
  start()
  await clock.advance(30_100)
  expect(results()).toHaveLength(6)
  expect(results()[0]).toMatchObject({
    system: 'shop',
    environment: 'staging',
    location: 'local',
    trigger: 'schedule',
    verdict: 'passed',
    runner: { version: '1.2.3' },
  })
  expect(new Set(results().map(result => `${result.check} ${result.slot}`)).size).toBe(6)
  expect(reports().flatMap(report => report.lateness)).toEqual([0, 0, 0, 0, 0, 0])
})

test('a check with a long interval runs soon after the start, for the slot that has begun', async () => {
  const { clock, runner, results } = runnerOf([check('rare', { probe: passes, every: '6h' })])
  const start = clock.now()
  runner.start(start, {})
  await clock.advance(15_100)
  expect(results()).toHaveLength(1)
  expect(results()[0]!.slot).toBeLessThanOrEqual(start)
  expect(results()[0]!.slot).toBeGreaterThan(start - 6 * 3_600_000)
})

test('a check that was run in its slot already does not run again after a restart', async () => {
  const { clock, runner, results } = runnerOf([check('rare', { probe: passes, every: '6h' })])
  runner.start(clock.now(), { 'shop/rare': clock.now() })
  await clock.advance(15_100)
  expect(results()).toHaveLength(0)
})

test('a calendar check waits for its time', async () => {
  const { clock, runner, results } = runnerOf([check('night', { probe: passes, cron: '0 13 * * *' })])
  runner.start(clock.now(), {})
  await clock.advance(59 * 60_000)
  expect(results()).toHaveLength(0)
  await clock.advance(61_000)
  expect(results()).toHaveLength(1)
})

test('no more probes at a time than allowed; the others wait and are late', async () => {
  let running = 0
  let most = 0
  const slow = probe(async run => {
    running += 1
    most = Math.max(most, running)
    await run.clock.sleep(1_000, run.signal)
    running -= 1
    return { ok: true }
  })
  const { clock, results, reports, start } = runnerOf(
    Array.from({ length: 10 }, (_, index) => check(`c${index}`, { probe: slow, cron: '1 12 * * *' })),
    3,
  )
  start()
  await clock.advance(65_000)
  expect(results()).toHaveLength(10)
  expect(most).toBe(3)
  expect(Math.max(...reports().flatMap(report => report.lateness))).toBe(3_000)
})

test('a check never overlaps with itself: the slot is missed, counted and named', async () => {
  const { clock, results, reports, missed, start } = runnerOf([
    check('slow', { probe: hangs, every: '1s', timeout: '2500ms', retry: { attempts: 0 } }),
  ])
  start()
  await clock.advance(3_900)
  expect(results()).toHaveLength(1)
  expect(missed()).toBe(2)
  expect(reports().flatMap(report => report.overlaps)).toEqual(['shop/slow', 'shop/slow'])
})

test('a failure is retried in place and counted as attempts', async () => {
  let calls = 0
  const flaky = probe(async () => {
    calls += 1
    return calls === 1 ? { ok: false, reason: 'connect', detail: 'refused' } : { ok: true }
  })
  const { clock, results, start } = runnerOf([
    check('flaky', { probe: flaky, every: '30s', retry: { attempts: 1, delay: '2s' } }),
  ])
  start()
  await clock.advance(33_000)
  expect(results()[0]).toMatchObject({ verdict: 'passed', attempts: 2, earlier: [{ reason: 'connect' }] })
})

test('what runs is told in shared memory, so that a death can be accounted for', async () => {
  const { clock, inFlight, messages, start } = runnerOf([
    check('slow', { probe: hangs, every: '10s', timeout: '5s', retry: { attempts: 0 } }),
  ])
  expect(messages[0]).toMatchObject({ kind: 'loaded', checks: ['shop/slow'] })
  start()
  await clock.advance(10_000)
  expect(inFlight()[0]).toBeGreaterThan(0)
  await clock.advance(5_100)
  expect(inFlight()).toEqual([0])
})

test('a run by hand is answered, beside the schedule, and says who asked for it', async () => {
  const { clock, runner, reports } = runnerOf([check('home', { probe: passes, every: '1h' })])
  runner.run(7, 'shop/home', 'Amira')
  await clock.advance(100)
  const [report] = reports()
  expect(report!.answers).toEqual([{ id: 7, index: 0 }])
  expect(report!.results[0]).toMatchObject({ trigger: 'manual', by: 'Amira', slot: clock.now() - 100 + 500 })
})

test('retiring takes no more slots and finishes what runs', async () => {
  const { clock, runner, results, messages, start } = runnerOf([
    check('slow', { probe: hangs, every: '10s', timeout: '30s', retry: { attempts: 0 } }),
  ])
  start()
  await clock.advance(10_000)
  let ended = false
  void runner.retire().then(() => {
    ended = true
  })
  expect(messages.at(-1)).toMatchObject({ kind: 'retired' })
  await clock.advance(4_000)
  expect(ended).toBe(false)
  await clock.advance(30_000)
  expect(ended).toBe(true)
  expect(results()).toMatchObject([{ verdict: 'failed', reason: 'timeout' }])
  expect(clock.pending).toBe(0)
})

test('stopping interrupts after the grace: the run is unknown and never the target’s fault', async () => {
  const { clock, runner, results, start } = runnerOf([
    check('slow', { probe: hangs, every: '10s', timeout: '30s', retry: { attempts: 0 } }),
  ])
  start()
  await clock.advance(10_000)
  const stopped = runner.stop(2_000)
  await clock.advance(2_100)
  await stopped
  expect(results()).toMatchObject([{ verdict: 'unknown', reason: 'runner' }])
  expect(results()[0]!.detail).toContain('told to stop')
})

test('a probe that breaks is our fault', async () => {
  const broken = probe(async () => {
    throw new RunnerFault('no file handles')
  })
  const { clock, results, start } = runnerOf([check('broken', { probe: broken, every: '10s' })])
  start()
  await clock.advance(10_100)
  expect(results()).toMatchObject([{ verdict: 'unknown', reason: 'runner', detail: 'no file handles' }])
})

test('gives a sign of life when nothing happens', async () => {
  const { clock, runner, reports } = runnerOf([])
  runner.start(clock.now(), {})
  await clock.advance(10_000)
  expect(reports().length).toBeGreaterThanOrEqual(4)
})

const outcome = (ok: boolean): Outcome => ({
  attempts: [
    {
      startedAt: 0,
      duration: 700,
      saw: ok ? { ok: true } : { ok: false, reason: 'timeout', detail: 'no answer within 5 s' },
    },
  ],
})

test('a result that was measured while our loop stood still is unknown', () => {
  const judged = withLoopDelay(outcome(false), 600, 5_000)
  expect(judged.loopDelay).toBe(600)
  expect(judged.attempts[0].saw).toMatchObject({ fault: expect.stringContaining('overload') })
  expect(withLoopDelay(outcome(false), 400, 5_000).attempts).toEqual(outcome(false).attempts)
  expect(withLoopDelay(outcome(true), 260, 1_000).attempts[0].saw).toHaveProperty('fault')
})

test('a heartbeat is never run', async () => {
  const { clock, results, start, messages } = runnerOf([
    check('one', { probe: passes, every: '10s' }),
    heartbeat('backup', { every: '10s' }),
  ])
  start()
  await clock.advance(30_100)
  expect(new Set(results().map(result => result.check))).toEqual(new Set(['one']))
  expect(messages[0]).toMatchObject({ kind: 'loaded', checks: ['shop/one'] })
})
