import fc from 'fast-check'
import { expect, test } from 'vitest'
import { phaseNames, reasons, triggers, verdicts } from '../../runner/core/contracts.ts'
import { toMs } from '../../runner/core/histogram.ts'
import {
  addToStrip,
  attemptsOf,
  laneOf,
  locationOf,
  packOutcome,
  packPhases,
  reasonOf,
  triggerOf,
  unpackPhases,
  unpackStrip,
  verdictOf,
} from '../../runner/stores/pack.ts'

test('the closed lists only ever grow at their end, because files hold their positions', () => {
  expect(verdicts).toEqual(['passed', 'degraded', 'failed', 'unknown'])
  expect(triggers).toEqual(['schedule', 'manual', 'gate', 'proof', 'drill'])
  expect(phaseNames).toEqual(['resolve', 'connect', 'tls', 'send', 'wait', 'transfer'])
  expect(reasons.slice(0, 14)).toEqual(
    'timeout connect dns tls protocol status redirect limit assertion contract slow script missed runner'.split(' '),
  )
  expect(reasons.length).toBeLessThan(32)
})

test('every outcome and lane comes back', () => {
  for (const verdict of verdicts) {
    for (const reason of [undefined, ...reasons]) {
      for (const attempts of [1, 2, 11]) {
        const packed = packOutcome({ verdict, reason, attempts })
        expect([verdictOf(packed), reasonOf(packed), attemptsOf(packed)]).toEqual([verdict, reason, attempts])
      }
    }
  }
  for (const trigger of triggers) {
    expect([triggerOf(laneOf(300, trigger)), locationOf(laneOf(300, trigger))]).toEqual([trigger, 300])
  }
  expect(packOutcome({ verdict: 'passed', attempts: 1 })).toBe(0)
})

test('phases of any number of hops come back in 0.1 ms', () => {
  const hop = fc
    .uniqueArray(fc.constantFrom(...phaseNames), { minLength: 1 })
    .map(names => phaseNames.filter(name => names.includes(name)))
  fc.assert(
    fc.property(fc.array(hop, { maxLength: 12 }), fc.integer({ min: 0, max: 3_000_000 }), (hops, tenths) => {
      const phases = hops.flatMap((names, index) => names.map(name => ({ name, duration: tenths / 10, hop: index })))
      expect(unpackPhases(packPhases(phases)!)).toEqual(phases)
    }),
  )
})

test('phases that do not fit are left to the detail', () => {
  expect(packPhases([{ name: 'wait', duration: 1, hop: 1 }])).toBeUndefined()
  expect(
    packPhases([
      { name: 'wait', duration: 1, hop: 0 },
      { name: 'connect', duration: 1, hop: 0 },
    ]),
  ).toBeUndefined()
  expect(
    packPhases([
      { name: 'wait', duration: 1, hop: 0 },
      { name: 'wait', duration: 1, hop: 0 },
    ]),
  ).toBeUndefined()
})

test('a run of many hours stands in the strip with the longest duration that fits', () => {
  const strip = addToStrip(undefined, { slot: 1, outcome: 2, duration: 2 ** 31 })
  expect(unpackStrip(strip)).toEqual([{ slot: 1, verdict: 'failed', duration: toMs(2 ** 30 - 1) }])
})
