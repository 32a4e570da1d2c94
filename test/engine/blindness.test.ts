import { expect, test } from 'vitest'
import type { Signal } from '../../runner/core/incidents.ts'
import { createBlindness } from '../../runner/engine/blindness.ts'
import { fakeClock } from '../support/fake-clock.ts'

const minute = 60_000

function setUp(interval: number | undefined = 30_000) {
  const clock = fakeClock()
  const signals: Signal[] = []
  const own: { trouble?: { readonly since: number; readonly detail: string } } = {}
  const blindness = createBlindness({
    clock,
    fastest: () => interval,
    trouble: () => own.trouble,
    signal: signal => void signals.push(signal),
  })
  return { clock, signals, blindness, own }
}

test('no result for three minutes is told once, and its end as well', async () => {
  const { clock, signals, blindness } = setUp()
  await clock.advance(2 * minute)
  blindness.saw({ verdict: 'failed' })
  await clock.advance(3 * minute)
  expect(signals).toEqual([])
  await clock.advance(10 * minute)
  expect(signals).toMatchObject([{ cause: 'blind', severity: 'p0', firing: true }])
  expect(signals[0]!.detail).toMatch(/^expected a result at least every 30s, found none for 3m.*: no run at all$/)
  blindness.saw({ verdict: 'passed' })
  await clock.advance(minute)
  expect(signals.at(-1)).toMatchObject({ firing: false })
  expect(signals).toHaveLength(2)
})

test('runs that could not be made are no sight', async () => {
  const { clock, signals, blindness } = setUp()
  for (let round = 0; round < 10; round += 1) {
    blindness.saw({ verdict: 'unknown' })
    await clock.advance(30_000)
  }
  expect(signals).toMatchObject([{ firing: true }])
  expect(signals[0]!.detail).toMatch(/\d+ runs could not be made, by our own fault/)
})

test('slow intervals are waited for, and where nothing is watched nobody is blind', async () => {
  const slow = setUp(10 * minute)
  await slow.clock.advance(29 * minute)
  expect(slow.signals).toEqual([])
  await slow.clock.advance(2 * minute)
  expect(slow.signals).toHaveLength(1)
  const nothing = setUp(undefined)
  nothing.blindness.stop()
  await nothing.clock.advance(60 * minute)
  expect(nothing.signals).toEqual([])
})

test('own trouble that lasts three intervals is blindness, though other checks pass', async () => {
  const { clock, signals, blindness, own } = setUp()
  own.trouble = { since: clock.monotonic(), detail: 'expected a name server to answer, found none that does' }
  for (let round = 0; round < 3; round += 1) {
    blindness.saw({ verdict: 'passed' })
    await clock.advance(30_000)
  }
  expect(signals).toEqual([])
  await clock.advance(10_000)
  expect(signals).toMatchObject([{ id: 'blind', cause: 'blind', severity: 'p0', firing: true }])
  expect(signals[0]!.detail).toBe(
    'expected to see every target, found own trouble for 1m 40s: expected a name server to answer, found none that does',
  )
  delete own.trouble
  blindness.saw({ verdict: 'passed' })
  await clock.advance(10_000)
  expect(signals.at(-1)).toMatchObject({ firing: false })
  expect(signals).toHaveLength(2)
})
