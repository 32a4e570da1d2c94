/** Whatever happens, in whatever order. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AlarmRules } from '../../runner/core/alarm-rules.ts'
import type { Verdict } from '../../runner/core/contracts.ts'
import { minute, type Night, watchOver } from '../support/alarm-night.ts'

const keys = ['shop/a', 'shop/b', 'shop/c', 'bank/a', 'bank/b', 'bank/c'] as const
type Act =
  | { readonly run: (typeof keys)[number]; readonly verdict: Verdict; readonly reason: 'connect' | 'assertion' }
  | { readonly tick: number }
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      run: fc.constantFrom(...keys),
      verdict: fc.constantFrom<Verdict>('passed', 'failed', 'failed', 'degraded', 'unknown'),
      reason: fc.constantFrom('connect' as const, 'assertion' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ tick: fc.integer({ min: 1, max: 40 }) }) },
)
const rules: Night['rules'] = {
  'shop/a': { policy: { failures: 1, successes: 1 } },
  'shop/b': { policy: { failures: 2, successes: 2 }, dependsOn: ['shop/a'] },
  'shop/c': { policy: { failures: 2, of: 4, successes: 1 } },
  'bank/a': { policy: { failures: 2, successes: 1 }, quarantine: { until: 30 * minute, reason: 'flaky' } },
  'bank/b': { policy: { failures: 1, successes: 1 }, dependsOn: ['shop', 'bank/c'] },
  'bank/c': { policy: { failures: 1, successes: 2 }, dependsOn: ['bank/b'] },
}
function perform(night: ReturnType<typeof watchOver>, item: Act) {
  if ('tick' in item) return night.tick(item.tick * minute)
  night.run(item.run, item.verdict, item.verdict === 'failed' ? { reason: item.reason } : {})
  // What has ended by time alone meanwhile (a quarantine) is seen with the next tick only.
  night.take({ kind: 'tick', at: night.now + 10 })
}

test('every check that is down is in exactly one open incident, or silent for a reason', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), acts => {
      const night = watchOver({ rules })
      for (const item of acts) {
        perform(night, item)
        for (const key of keys) {
          const [system, check] = key.split('/')
          const within = night
            .open()
            .filter(incident => incident.system === system)
            .filter(({ affected }) => affected.some(item => item.check === check && item.until === undefined))
          const down = night.health(key)?.state === 'down'
          const silent = night.why(key) !== undefined && night.state.troubles.get(key)?.incident === undefined
          if (down) expect(within.length === 1 || (within.length === 0 && silent)).toBe(true)
          else expect(within.filter(({ cause }) => cause !== 'slow')).toEqual([])
        }
      }
    }),
  )
})

test('every incident is opened once and resolved once, and all are when everything is well for an hour', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), acts => {
      const night = watchOver({ rules })
      for (const item of acts) perform(night, item)
      for (let round = 0; round < 8; round += 1) for (const key of keys) night.run(key, 'passed')
      night.tick(60 * minute)
      expect(night.open()).toEqual([])
      const count = (kind: string) =>
        Map.groupBy(
          night.happened.filter(({ line }) => line.kind === kind),
          ({ incident }) => incident.id,
        )
      const [opened, resolved] = [count('opened'), count('resolved')]
      expect([...resolved.keys()].toSorted()).toEqual([...opened.keys()].toSorted())
      for (const group of [...opened.values(), ...resolved.values()]) expect(group).toHaveLength(1)
    }),
  )
})

test('a restart at any moment changes nothing that happens', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), fc.array(fc.boolean(), { maxLength: 60 }), (acts, restarts) => {
      const [steady, other] = [watchOver({ rules }), watchOver({ rules })]
      for (const [index, item] of acts.entries()) {
        perform(steady, item)
        perform(other, item)
        if (restarts[index]) other.restart()
      }
      expect(other.happened).toEqual(steady.happened)
      expect(other.open()).toEqual(steady.open())
    }),
  )
})

/** From one place, and from three of which some may be silent for long. */
const settings: readonly Partial<AlarmRules>[] = [{}, { locations: ['local', 'b', 'c'] }]

test('a run of which nothing is known opens nothing and ends nothing', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), fc.constantFrom(...settings), (acts, more) => {
      const night = watchOver({ rules, more })
      for (const item of acts) {
        perform(night, item)
        const before = night.state
        // At the same moment, so that nothing happens because time has passed.
        for (const key of keys) {
          night.tick(-minute)
          expect(night.run(key, 'unknown')).toEqual([])
        }
        expect(night.open()).toEqual([...before.incidents.values()])
        expect([...night.state.troubles]).toEqual([...before.troubles])
      }
    }),
  )
})

test('whatever waits for whatever: while something is down that nothing else keeps silent, somebody is told', () => {
  const names = ['shop/a', 'shop/b', 'shop/c', 'bank/a', 'bank/b'] as const
  const graph = fc.array(fc.subarray([...names, 'shop', 'bank']), { minLength: 5, maxLength: 5 })
  const order = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(graph, order, fc.array(fc.constantFrom(...names)), (dependsOn, failed, passed) => {
      const night = watchOver({
        rules: Object.fromEntries(
          names.map((key, index) => [key, { policy: { failures: 1, successes: 1 }, dependsOn: dependsOn[index]! }]),
        ),
      })
      for (const key of failed) night.run(key, 'failed')
      expect(night.open().length).toBeGreaterThan(0)
      for (const key of passed) night.run(key, 'passed')
      const down = names.filter(key => night.health(key)?.state === 'down')
      for (const key of down) night.run(key, 'failed')
      for (const key of down) night.run(key, 'failed')
      expect(night.open().length > 0).toBe(down.length > 0)
    }),
  )
})
