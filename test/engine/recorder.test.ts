import { expect, test } from 'vitest'
import type { Result, Verdict } from '../../runner/core/contracts.ts'
import type { WatchEvent } from '../../runner/core/ports.ts'
import { scrubber } from '../../runner/core/redaction.ts'
import { createRecorder } from '../../runner/engine/recorder.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { memoryStore } from '../support/memory-store.ts'
import { quietLog } from '../support/quiet-log.ts'

function setUp(more: { readonly capacity?: number } = {}) {
  const clock = fakeClock()
  const store = memoryStore()
  const log = quietLog()
  const events: WatchEvent[] = []
  const recorder = createRecorder({
    store,
    clock,
    log,
    policyOf: key => (key === 'shop/home' ? { failures: 2, successes: 1 } : undefined),
    scrub: () => scrubber(['hunter2']),
    onEvent: event => events.push(event),
    health: [],
    last: [],
    ...more,
  })
  let slot = 0
  const record = (verdict: Verdict, over: Partial<Result> = {}) => {
    slot += 1_000
    recorder.record({
      system: 'shop',
      environment: 'local',
      check: 'home',
      location: 'local',
      slot,
      trigger: 'schedule',
      startedAt: slot,
      duration: 3,
      attempts: 1,
      earlier: [],
      verdict,
      ...(verdict === 'passed' ? {} : { reason: 'status' as const, detail: 'expected 200, found 500' }),
      phases: [],
      steps: [],
      metrics: {},
      artifacts: [],
      loopDelay: 0,
      runner: { version: '0' },
      ...over,
    })
  }
  return { clock, store, log, events, recorder, record }
}

test('stores results in batches with the health they led to, then tells those who listen', async () => {
  const { clock, store, events, recorder, record } = setUp()
  record('failed')
  record('failed')
  expect(events).toEqual([])
  expect(recorder.health('shop/home')).toBeUndefined()
  await clock.advance(100)
  expect(store.tries).toBe(1)
  expect(store.all).toHaveLength(2)
  expect(store.stored.get('shop/home')!.health).toMatchObject({ state: 'down', consecutiveFailures: 2 })
  expect(events.map(event => (event.kind === 'transition' ? event.transition.to : event.kind))).toEqual([
    'result',
    'retrying',
    'result',
    'down',
  ])
  expect(recorder.health('shop/home')!.state).toBe('down')
  expect(recorder.last('shop/home')!.slot).toBe(2_000)
})

test('a run by hand is kept and tells nothing about health', async () => {
  const { clock, store, events, recorder, record } = setUp()
  record('failed', { trigger: 'manual' })
  await clock.advance(100)
  expect(store.all).toHaveLength(1)
  expect(store.stored.size).toBe(0)
  expect(events.map(event => event.kind)).toEqual(['result'])
  expect(recorder.last('shop/home')).toBeUndefined()
})

test('while the store refuses, results wait, people see them, and self says so; then all are stored', async () => {
  const { clock, store, log, events, recorder, record } = setUp()
  store.failing = 'the disk is full'
  record('failed')
  record('failed')
  await clock.advance(100)
  expect(recorder.stats()).toEqual({ waiting: 2, dropped: 0, trouble: 'the disk is full' })
  expect(recorder.health('shop/home')!.state).toBe('down')
  record('passed')
  expect(recorder.health('shop/home')!.state).toBe('up')
  await clock.advance(60_000)
  expect(store.tries).toBeLessThan(10)
  store.failing = undefined
  await clock.advance(60_000)
  expect(store.all.map(result => result.verdict)).toEqual(['failed', 'failed', 'passed'])
  expect(store.stored.get('shop/home')!.health.state).toBe('up')
  expect(recorder.stats()).toEqual({ waiting: 0, dropped: 0 })
  expect(events.filter(event => event.kind === 'result')).toHaveLength(3)
  expect(log.lines.filter(line => line.message.includes('the disk is full')).map(line => line.level)[0]).toBe('error')
})

test('what does not fit any more is dropped, counted and told', async () => {
  const { clock, store, log, recorder, record } = setUp({ capacity: 3 })
  store.failing = 'database is locked'
  for (let index = 0; index < 5; index += 1) record('passed')
  await clock.advance(100)
  expect(recorder.stats()).toMatchObject({ waiting: 3, dropped: 2 })
  expect(log.lines.some(line => line.level === 'error' && line.message.includes('results are lost'))).toBe(true)
  store.failing = undefined
  await clock.advance(5_000)
  expect(store.all.map(result => result.slot)).toEqual([3_000, 4_000, 5_000])
})

test('closing writes what waits', async () => {
  const { store, recorder, record } = setUp()
  for (let index = 0; index < 1_200; index += 1) record('passed')
  await recorder.close()
  expect(store.all).toHaveLength(1_200)
})

test('closing over a broken store ends, and says what is lost', async () => {
  const { store, log, recorder, record } = setUp()
  store.failing = 'the disk is full'
  record('passed')
  await recorder.close()
  expect(log.lines.at(-1)!.message).toBe('1 results are lost: the disk is full')
  expect(recorder.stats().dropped).toBe(1)
})

test('writes one line a run, at the level of its verdict', () => {
  const { log, record } = setUp()
  for (const verdict of ['passed', 'degraded', 'failed', 'unknown'] as const) record(verdict)
  expect(log.lines.map(line => [line.level, line.fields['verdict']])).toEqual([
    ['info', 'passed'],
    ['warn', 'degraded'],
    ['warn', 'failed'],
    ['error', 'unknown'],
  ])
})

test('secrets reach neither store nor log', async () => {
  const { clock, store, log, record } = setUp()
  record('failed', {
    detail: 'expected a token, found hunter2',
    steps: [{ title: 'sign in as hunter2', startedAt: 0, duration: 1 }],
  })
  await clock.advance(100)
  expect(JSON.stringify([store.all, log.lines])).not.toContain('hunter2')
  expect(store.all[0]!.steps[0]!.title).toBe('sign in as [secret]')
})

test('a check that is watched no longer keeps its result and changes no health', async () => {
  const { clock, store, record } = setUp()
  record('failed', { check: 'gone' })
  await clock.advance(100)
  expect(store.all).toHaveLength(1)
  expect(store.stored.size).toBe(0)
})

test('a slot that two generations ran counts once', async () => {
  const { clock, store, recorder, record } = setUp()
  record('failed', { slot: 7_000 })
  record('failed', { slot: 7_000 })
  await clock.advance(100)
  expect(store.all).toHaveLength(1)
  expect(recorder.health('shop/home')).toMatchObject({ state: 'retrying', consecutiveFailures: 1 })
})

test('a result alone is stored at once; where many come, they are stored a few times a second', async () => {
  const { clock, store, record } = setUp()
  record('passed')
  await clock.advance(50)
  expect(store.tries).toBe(1)
  for (let count = 0; count < 95; count += 1) {
    record('passed')
    await clock.advance(10)
  }
  expect(store.tries).toBe(4)
  await clock.advance(1_000)
  expect(store.all).toHaveLength(96)
  record('passed')
  await clock.advance(50)
  expect(store.all).toHaveLength(97)
})
