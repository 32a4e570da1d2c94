import { expect, test } from 'vitest'
import type { Result } from '../../runner/core/contracts.ts'
import type { Needs } from '../../runner/core/guard.ts'
import type { Sign } from '../../runner/core/own-state.ts'
import { createGuard } from '../../runner/engine/guard.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { resultOf } from '../support/fake-watch.ts'
import { quietLog } from '../support/quiet-log.ts'

const far: Needs = { isJourney: false, reach: 'far', hasName: true }
const cut: Sign = { name: 'link', trouble: 'expected a carrier, found none', isCertain: true }
const reference: Sign = { name: 'link', trouble: 'expected the reference, found nobody' }
const timeout: Partial<Result> = { verdict: 'failed', reason: 'timeout', detail: 'no answer within 5s', duration: 5 }

/** As a look that asks several, each in promises of its own. */
async function ended(signal: AbortSignal) {
  await new Promise(resolve => signal.addEventListener('abort', resolve))
  for (let link = 0; link < 20; link += 1) await undefined
}

function setUp(watched = 100) {
  const clock = fakeClock()
  const log = quietLog()
  const recorded: Result[] = []
  const scene = {
    clock,
    log,
    recorded,
    signs: [] as readonly Sign[],
    looks: 0,
    /** What a look waits for. */
    pace: undefined as Promise<unknown> | 'signal' | undefined,
    verdicts: () => recorded.map(({ check, verdict }) => `${check} ${verdict}`),
    record: (check: string, change: Partial<Result> = {}) =>
      guard.record(resultOf({ system: 'shop', check }, { slot: clock.now(), duration: 5, ...change })),
    guard: undefined as unknown as ReturnType<typeof createGuard>,
  }
  const guard = createGuard({
    clock,
    log,
    async look(signal) {
      scene.looks += 1
      if (scene.pace === 'signal') await ended(signal)
      else await scene.pace
      return scene.signs
    },
    needsOf: key => (key === 'shop/backup' ? undefined : far),
    watched: () => watched,
    record: result => void recorded.push(result),
  })
  scene.guard = guard
  return scene
}

test('what passes, what nobody but the target can have caused, and what is no scheduled run goes through at once', () => {
  const { record, verdicts, recorded } = setUp()
  record('home')
  record('cart', { ...timeout, reason: 'status' })
  record('pay', { ...timeout, trigger: 'manual' })
  record('backup', timeout)
  expect(verdicts()).toEqual(['home passed', 'cart failed', 'pay failed', 'backup failed'])
  expect(recorded[1]).toMatchObject({ reason: 'status' })
})

test('a failure waits for a look at ourselves, and is the target’s while we are well', async () => {
  const { clock, record, verdicts, guard } = setUp()
  record('home', timeout)
  expect(verdicts()).toEqual([])
  await clock.advance(0)
  expect(verdicts()).toEqual(['home failed'])
  expect(guard.state()).toMatchObject({ blamed: 1, excused: { link: 0 } })
  expect(guard.trouble()).toBeUndefined()
})

test('500 failures at once cost one look, and are the targets’ while we are well', async () => {
  const scene = setUp(500)
  await scene.clock.advance(1_000)
  const before = scene.looks
  for (let index = 0; index < 500; index += 1) scene.record(`check-${index}`, timeout)
  await scene.clock.advance(900)
  expect(scene.recorded.filter(({ verdict }) => verdict === 'failed')).toHaveLength(500)
  expect(scene.looks - before).toBe(1)
})

test('a link that is cut makes even a single failure unknown, at once and in words', async () => {
  const scene = setUp()
  scene.signs = [cut]
  scene.record('home', timeout)
  await scene.clock.advance(0)
  expect(scene.recorded).toMatchObject([{ verdict: 'unknown', reason: 'runner' }])
  expect(scene.recorded[0]!.detail).toMatch(
    /^own trouble \(link\): expected a carrier, found none; the run itself said/,
  )
  expect(scene.guard.state()).toMatchObject({
    excused: { link: 1 },
    blamed: 0,
    trouble: { sign: 'link', runs: 1, since: scene.clock.now() },
  })
  expect(scene.log.lines).toMatchObject([{ level: 'error', message: expect.stringMatching(/^own trouble \(link\)/) }])
})

test('a sign that is not certain holds one failure for a second one, and blames the target when none comes', async () => {
  const scene = setUp()
  scene.signs = [reference]
  scene.record('home', timeout)
  await scene.clock.advance(2_400)
  expect(scene.verdicts()).toEqual([])
  await scene.clock.advance(100)
  expect(scene.verdicts()).toEqual(['home failed'])
  scene.record('cart', timeout)
  await scene.clock.advance(500)
  expect(scene.verdicts()).toEqual(['home failed', 'cart unknown'])
})

test('a look that does not end holds nothing longer than two and a half seconds, and excuses nothing', async () => {
  const scene = setUp()
  scene.signs = [cut]
  scene.pace = new Promise(() => {})
  await scene.clock.advance(10_000)
  scene.record('home', timeout)
  await scene.clock.advance(2_500)
  expect(scene.verdicts()).toEqual(['home failed'])
  expect(scene.log.lines[0]).toMatchObject({
    level: 'error',
    message: 'the state of this machine cannot be looked at',
  })
})

test('a look at what is silent ends with its signal, and what it found counts', async () => {
  const scene = setUp()
  scene.signs = [cut]
  scene.pace = 'signal'
  await scene.clock.advance(10_000)
  scene.record('home', timeout)
  await scene.clock.advance(2_400)
  expect(scene.verdicts()).toEqual(['home unknown'])
})

test('a failure goes neither by an older look nor by one that began before it, and half a second lies between two', async () => {
  const scene = setUp()
  await scene.clock.advance(14_000)
  const open = Promise.withResolvers<void>()
  scene.pace = open.promise
  scene.signs = [cut]
  scene.record('home', timeout)
  await scene.clock.advance(500)
  scene.record('cart', timeout)
  await scene.clock.advance(0)
  expect(scene.verdicts()).toEqual([])
  open.resolve()
  await scene.clock.advance(0)
  expect(scene.verdicts()).toEqual(['home unknown'])
  const { looks } = scene
  await scene.clock.advance(499)
  expect(scene.looks).toBe(looks)
  await scene.clock.advance(1)
  expect(scene.verdicts()).toEqual(['home unknown', 'cart unknown'])
})

test('trouble that begins just after a look found us well is seen all the same', async () => {
  const scene = setUp()
  await scene.clock.advance(10_000)
  const { looks } = scene
  await scene.clock.advance(100)
  scene.signs = [cut]
  await scene.clock.advance(600)
  scene.record('home', { ...timeout, duration: 500 })
  await scene.clock.advance(300)
  expect([scene.looks - looks, scene.verdicts()]).toEqual([1, ['home unknown']])
})

test('runs of one check stay in order while the first of them is held', async () => {
  const scene = setUp()
  scene.signs = [reference]
  scene.record('home', timeout)
  await scene.clock.advance(1_000)
  scene.record('home')
  scene.record('cart')
  expect(scene.verdicts()).toEqual(['cart passed'])
  await scene.clock.advance(2_500)
  expect(scene.verdicts()).toEqual(['cart passed', 'home failed', 'home passed'])
})

test('own trouble is looked at every five seconds until it is over, which is told', async () => {
  const scene = setUp()
  scene.signs = [cut]
  scene.record('home', timeout)
  await scene.clock.advance(20_000)
  expect(scene.looks).toBeGreaterThanOrEqual(5)
  expect(scene.guard.trouble()).toMatchObject({ detail: cut.trouble })
  scene.signs = []
  await scene.clock.advance(5_000)
  expect(scene.guard.trouble()).toBeUndefined()
  expect(scene.log.lines.at(-1)).toMatchObject({ level: 'info', message: 'own trouble (link) is over after 25s' })
  const { looks } = scene
  await scene.clock.advance(9_000)
  expect(scene.looks).toBe(looks)
})

test('a run that began while the link may have been cut is ours, though the link is back when it ends', async () => {
  const scene = setUp()
  scene.signs = [cut]
  await scene.clock.advance(20_000)
  scene.signs = []
  await scene.clock.advance(5_000)
  scene.record('home')
  scene.record('cart', { ...timeout, duration: 10_000 })
  scene.record('post', { ...timeout, duration: 3_000 })
  await scene.clock.advance(0)
  await scene.clock.advance(4_500)
  scene.record('pay', { ...timeout, duration: 3_400 })
  await scene.clock.advance(5_000)
  expect(scene.verdicts()).toEqual(['home passed', 'cart unknown', 'post unknown', 'pay failed'])
})

test('two that fail at once are two, though both have passed again when the look ends', async () => {
  const scene = setUp()
  await scene.clock.advance(14_000)
  scene.signs = [reference]
  scene.pace = 'signal'
  for (const check of ['home', 'cart']) scene.record(check, timeout)
  await scene.clock.advance(1_000)
  for (const check of ['home', 'cart']) scene.record(check)
  await scene.clock.advance(1_000)
  expect(scene.verdicts()).toEqual(['home unknown', 'cart unknown', 'home passed', 'cart passed'])
})

test('the last run of a trouble needs no second one, where others have been excused by it', async () => {
  const scene = setUp()
  scene.signs = [reference]
  for (const check of ['home', 'cart']) scene.record(check, timeout)
  await scene.clock.advance(0)
  scene.record('home')
  scene.record('cart')
  await scene.clock.advance(500)
  scene.signs = []
  scene.record('pay', { ...timeout, duration: 450 })
  await scene.clock.advance(500)
  expect(scene.verdicts()).toEqual(['home unknown', 'cart unknown', 'home passed', 'cart passed', 'pay unknown'])
})

test('a sign that stays while nothing fails by it any more is no trouble for ever', async () => {
  const scene = setUp()
  scene.signs = [cut]
  scene.record('home', timeout)
  await scene.clock.advance(590_000)
  expect(scene.guard.trouble()).toBeDefined()
  await scene.clock.advance(20_000)
  expect(scene.guard.trouble()).toBeUndefined()
})

test('failures of long ago are not "at once"', async () => {
  const scene = setUp()
  scene.signs = [reference]
  scene.record('home', timeout)
  await scene.clock.advance(180_000)
  scene.record('cart', timeout)
  await scene.clock.advance(3_000)
  expect(scene.verdicts()).toEqual(['home failed', 'cart failed'])
})

test('stopping lets go what is held', async () => {
  const scene = setUp()
  scene.signs = [reference]
  await scene.clock.advance(0)
  scene.record('home', timeout)
  scene.guard.stop()
  expect(scene.verdicts()).toEqual(['home failed'])
  scene.record('cart', timeout)
  expect(scene.verdicts()).toEqual(['home failed', 'cart failed'])
  await scene.clock.advance(100)
  expect(scene.clock.pending).toBe(0)
})
