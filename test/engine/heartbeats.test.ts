import { expect, test } from 'vitest'
import { type HeartbeatOptions, heartbeat } from '../../runner/config/heartbeat.ts'
import { defineSystem } from '../../runner/config/system.ts'
import { checkKey } from '../../runner/core/ports.ts'
import { heartbeatToken } from '../../runner/engine/heartbeat-token.ts'
import { createHeartbeats } from '../../runner/engine/heartbeats.ts'
import { createRecorder } from '../../runner/engine/recorder.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { type MemoryStore, memoryStore } from '../support/memory-store.ts'
import { quietLog } from '../support/quiet-log.ts'

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const shop = (options: HeartbeatOptions = { every: '24h', grace: '2h' }) => [
  defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [heartbeat('backup', options)] }),
]
const token = heartbeatToken('key', 'production', 'shop/backup')

interface World {
  readonly clock?: FakeClock
  readonly store?: MemoryStore
  readonly systems?: ReturnType<typeof shop>
}

async function listen({ clock = fakeClock(), store = memoryStore(), systems = shop() }: World = {}) {
  const log = quietLog()
  const recorder = createRecorder({
    store,
    clock,
    log,
    policyOf: () => ({ failures: 1, successes: 1 }),
    scrub: () => text => text,
    onEvent: () => undefined,
    health: await store.health(),
    last: store.all.slice(-1),
  })
  const heartbeats = createHeartbeats({
    store,
    recorder,
    clock,
    log,
    environment: 'production',
    location: 'local',
    version: '0',
    secret: 'key',
    scrub: text => text.replaceAll('hunter2', '[secret]'),
  })
  await heartbeats.adopt(systems)
  const send = async (kind: 'start' | 'success' | 'failure', facts = {}, text?: string) => {
    const sent = heartbeats.beat(token, { kind, facts, ...(text === undefined ? {} : { text }) })
    sent.catch(() => undefined)
    await clock.advance(500)
    return sent
  }
  const told = () => store.all.map(({ verdict, reason }) => reason ?? verdict)
  return { clock, store, log, recorder, heartbeats, send, told }
}

test('a signal becomes a result, and is kept with it in one write', async () => {
  const { store, send, recorder } = await listen()
  const before = store.tries
  const beat = await send('success', { oldest_backup_days: 31 }, 'done, hunter2')
  expect(beat).toMatchObject({ system: 'shop', check: 'backup', kind: 'success', text: 'done, [secret]' })
  expect(store.tries).toBe(before + 1)
  expect(await store.kept('beat')).toEqual([beat])
  expect(store.all).toMatchObject([
    { check: 'backup', slot: beat.at, trigger: 'schedule', verdict: 'passed', metrics: { oldest_backup_days: 31 } },
  ])
  expect(recorder.health('shop/backup')!.state).toBe('up')
})

test('silence is noticed when it is due, once a period', async () => {
  const { clock, send, told, recorder, heartbeats } = await listen()
  const { at } = await send('success')
  expect(heartbeats.dueAt('shop/backup')).toBe(at + day)
  await clock.advance(26 * hour - minute)
  expect(told()).toEqual(['passed'])
  await clock.advance(2 * minute)
  expect(told()).toEqual(['passed', 'missed'])
  expect(recorder.health('shop/backup')!.state).toBe('down')
  await clock.advance(day)
  expect(told()).toEqual(['passed', 'missed', 'missed'])
})

test('start and end are one run with its duration', async () => {
  const { clock, store, send } = await listen()
  await send('start')
  expect(store.all).toEqual([])
  await clock.advance(10 * minute)
  const beat = await send('success')
  expect(beat.duration).toBe(10 * minute + 500)
  expect(store.all).toMatchObject([{ duration: 10 * minute + 500, startedAt: beat.at - beat.duration! }])
  expect((await store.kept('beat')).map(({ kind }) => kind)).toEqual(['success', 'start'])
})

test('a restart goes on where it was; what was due meanwhile is unknown', async () => {
  const first = await listen()
  await first.send('success')
  await first.clock.advance(20 * hour)
  await first.heartbeats.stop()
  const { clock, store } = first
  // Nobody listens for a moment that excuses nothing.
  await clock.advance(minute)
  const second = await listen({ clock, store })
  await clock.advance(day)
  expect(second.told()).toEqual(['passed', 'missed'])
  await second.heartbeats.stop()
  await clock.advance(3 * day)
  const third = await listen({ clock, store })
  await clock.advance(minute)
  expect(third.told()).toEqual(['passed', 'missed', 'runner'])
  expect(store.all.at(-1)!.detail).toContain('Vedette did not listen from')
})

test('after a kill the last sign of life tells from when nobody listened', async () => {
  const first = await listen()
  await first.send('success')
  await first.clock.advance(25 * hour)
  const { store } = first
  // Killed: what follows happens in another process, an hour and a half later.
  const clock = fakeClock(first.clock.now() + 1.5 * hour)
  const second = await listen({ clock, store })
  await clock.advance(minute)
  expect(second.told()).toEqual(['passed', 'runner'])
  expect(store.all.at(-1)!.detail).toMatch(/did not listen from 2026-01-06 1(2:59|3:00):\d\d UTC to 2026-01-06 14:30/)
})

test('restarts do not put off the first signal for ever', async () => {
  const clock = fakeClock()
  const store = memoryStore()
  for (let start = 0; start < 5; start += 1) {
    const { heartbeats } = await listen({ clock, store })
    await clock.advance(5 * hour)
    await heartbeats.stop()
  }
  const { told } = await listen({ clock, store })
  await clock.advance(hour)
  expect(told()).toEqual([])
  await clock.advance(hour)
  expect(told()).toEqual(['missed'])
})

test('a machine that slept over it blames nobody; a clock set back waits no longer', async () => {
  const asleep = await listen()
  await asleep.send('success')
  asleep.clock.step(3 * day)
  await asleep.clock.advance(minute)
  expect(asleep.told()).toEqual(['passed', 'runner'])

  const back = await listen({ clock: fakeClock(), store: memoryStore() })
  await back.send('success')
  back.clock.step(-30 * day)
  await back.clock.advance(27 * hour)
  expect(back.told()).toEqual(['passed', 'missed'])
})

test('while the store takes nothing a signal is judged, and the sender is told that it is not stored', async () => {
  const { clock, store, recorder, send, told } = await listen()
  store.failing = 'the disk is full'
  const refused = expect(send('success')).rejects.toThrow(
    'expected the signal to be stored, found that the store takes',
  )
  await clock.advance(6_000)
  await refused
  expect(recorder.health('shop/backup')!.state).toBe('up')
  store.failing = undefined
  await clock.advance(minute)
  expect(told()).toEqual(['passed'])
  expect(await store.kept('beat')).toHaveLength(1)
})

test('only the token of a heartbeat that is listened to is one', async () => {
  const { heartbeats } = await listen()
  expect(heartbeats.find(token)).toBe('shop/backup')
  for (const other of [
    '',
    'x',
    heartbeatToken('key', 'staging', 'shop/backup'),
    heartbeatToken('other', 'production', 'shop/backup'),
  ])
    expect(heartbeats.find(other)).toBeUndefined()
  await expect(heartbeats.beat('x', { kind: 'success', facts: {} })).rejects.toThrow('found another')
  await heartbeats.adopt([])
  expect(heartbeats.find(token)).toBeUndefined()
})

test('a new configuration keeps what arrived, and judges by the new rule', async () => {
  const { clock, heartbeats, send, told } = await listen()
  await send('success')
  await heartbeats.adopt(shop({ every: '1h', grace: '1m' }))
  await clock.advance(62 * minute)
  expect(told()).toEqual(['passed', 'missed'])
})

test('two signals of one millisecond are two', async () => {
  const { clock, store, heartbeats } = await listen()
  const both = Promise.all([1, 2].map(size => heartbeats.beat(token, { kind: 'success', facts: { size } })))
  await clock.advance(500)
  const [one, two] = await both
  expect(two!.at).toBe(one!.at + 1)
  expect(store.all).toHaveLength(2)
  expect(checkKey(store.all[0]!)).toBe('shop/backup')
})
