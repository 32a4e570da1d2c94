import { expect, test } from 'vitest'
import { everyTimetable, offsetOf } from '../../runner/core/slots.ts'
import { createWheel } from '../../runner/engine/wheel.ts'
import { fakeClock } from '../support/fake-clock.ts'

function wheelOf(checks: readonly { readonly name: string; readonly interval: number; readonly offset?: number }[]) {
  const clock = fakeClock()
  const start = clock.now()
  const due: { name: string; at: number; lateness: number }[] = []
  let missed = 0
  const wheel = createWheel<string>({
    clock,
    onDue: (name, slot, lateness) => due.push({ name, at: slot - start, lateness }),
    onMissed(_, count) {
      missed += count
    },
  })
  for (const { name, interval, offset = 0 } of checks) wheel.add(name, everyTimetable(interval, offset), start)
  return { clock, start, wheel, due, missed: () => missed }
}

test('runs every slot of every check once, in order', async () => {
  const { clock, due, missed } = wheelOf([
    { name: 'fast', interval: 1_000 },
    { name: 'slow', interval: 2_000, offset: 500 },
  ])
  await clock.advance(4_000)
  expect(due.map(({ name, at }) => `${name} ${at}`)).toEqual([
    'slow 500',
    'fast 1000',
    'fast 2000',
    'slow 2500',
    'fast 3000',
    'fast 4000',
  ])
  expect(missed()).toBe(0)
})

test('ten thousand checks wait in one timer and each runs once a minute', async () => {
  const checks = Array.from({ length: 10_000 }, (_, index) => {
    const name = `shop/${index}`
    return { name, interval: 60_000, offset: offsetOf(name, 'local', 60_000) }
  })
  const { clock, due, missed } = wheelOf(checks)
  expect(clock.pending).toBe(1)
  await clock.advance(60_000)
  expect(new Set(due.map(item => item.name)).size).toBe(10_000)
  expect(due).toHaveLength(10_000)
  expect(missed()).toBe(0)
})

test('a machine that slept runs each check once and counts the slots it slept through', async () => {
  const { clock, due, missed } = wheelOf([{ name: 'home', interval: 60_000 }])
  await clock.advance(60_000)
  clock.step(8 * 3_600_000)
  await clock.advance(59_000)
  expect(due).toHaveLength(2)
  expect(due[1]!.at).toBe(60_000 + 8 * 3_600_000)
  expect(missed()).toBe(479)
})

test('a clock set back an hour leaves no check unwatched for longer than an interval', async () => {
  const { clock, due, missed } = wheelOf([{ name: 'home', interval: 60_000 }])
  await clock.advance(120_000)
  clock.step(-3_600_000)
  due.length = 0
  await clock.advance(90_000)
  expect(due.length).toBeGreaterThanOrEqual(1)
  expect(due[0]!.at).toBe(180_000 - 3_600_000)
  await clock.advance(600_000)
  expect(due.length).toBeGreaterThanOrEqual(11)
  expect(missed()).toBe(0)
})

test('a clock corrected by a second runs no slot twice', async () => {
  const { clock, due } = wheelOf([{ name: 'home', interval: 60_000 }])
  await clock.advance(60_200)
  clock.step(-1_500)
  await clock.advance(62_000)
  expect(due.map(item => item.at)).toEqual([60_000, 120_000])
})

test('a first run stands for the slot that has begun, and comes before the next', async () => {
  const { clock, start, wheel, due } = wheelOf([])
  wheel.add('rare', everyTimetable(3_600_000, 3_000_000), start, { slot: start - 600_000, at: start + 7_000 })
  await clock.advance(3_600_000)
  expect(due.map(item => item.at)).toEqual([-600_000, 3_000_000])
  expect(due[0]!.lateness).toBe(0)
})

test('a first run gives way to a slot that begins earlier', async () => {
  const { clock, start, wheel, due } = wheelOf([])
  wheel.add('rare', everyTimetable(120_000, 0), start, { slot: start - 120_000, at: start + 500_000 })
  await clock.advance(120_000)
  expect(due.map(item => item.at)).toEqual([120_000])
})

test('stopping tells how far slots were taken, so that another wheel can go on there', async () => {
  const { clock, wheel, due } = wheelOf([{ name: 'home', interval: 1_000 }])
  await clock.advance(2_500)
  const until = wheel.stop()
  await clock.advance(5_000)
  expect(due).toHaveLength(2)
  expect(clock.pending).toBe(0)
  const later: number[] = []
  const missed: number[] = []
  const next = createWheel<string>({
    clock,
    onDue: (_, slot) => later.push(slot),
    onMissed: (_, count) => missed.push(count),
  })
  next.add('home', everyTimetable(1_000, 0), until)
  await clock.advance(600)
  expect(later).toHaveLength(2)
  expect(missed).toEqual([4])
})
