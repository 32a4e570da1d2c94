import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../runner/core/contracts.ts'
import { minute, watchOver } from '../support/alarm-night.ts'

describe('several places', () => {
  const everywhere = (locations: readonly string[], policy = { failures: 1, successes: 1 }) =>
    watchOver({ rules: { 'shop/home': { policy } }, more: { locations } })
  const at = (night: ReturnType<typeof watchOver>, said: Readonly<Record<string, Verdict>>) => {
    for (const [location, verdict] of Object.entries(said)) {
      night.run('shop/home', verdict, { location })
      // They report within the same minute.
      night.tick(-minute)
    }
    night.tick()
  }

  test.each<[readonly string[], Readonly<Record<string, Verdict>>, boolean]>([
    [['a', 'b', 'c'], { b: 'passed', c: 'passed', a: 'failed' }, false],
    [['a', 'b', 'c'], { c: 'passed', a: 'failed', b: 'failed' }, true],
    [['a', 'b', 'c', 'd'], { c: 'passed', d: 'passed', a: 'failed', b: 'failed' }, false],
    [['a', 'b', 'c'], { b: 'passed', a: 'failed', x: 'failed', y: 'failed' }, false],
    [['a', 'a', 'b', 'c'], { b: 'passed', c: 'passed', a: 'failed' }, false],
  ])('of %j %j is down: %j', (locations, said, expected) => {
    const night = everywhere(locations)
    at(night, said)
    expect(night.open().length > 0).toBe(expected)
  })

  test('the majority of those that are configured opens, and each counts its own failures', () => {
    const night = everywhere(['a', 'b', 'c'], { failures: 2, successes: 1 })
    at(night, { a: 'failed', b: 'failed', c: 'passed' })
    expect(night.open()).toEqual([])
    at(night, { a: 'failed', c: 'passed', b: 'failed' })
    expect(night.open()).toHaveLength(1)
    at(night, { a: 'failed', c: 'passed', b: 'unknown' })
    expect(night.open()).toHaveLength(1)
    at(night, { b: 'passed' })
    expect(night.open()).toEqual([])
  })

  test('a place that has told nothing for three intervals is waited for no longer', () => {
    const night = everywhere(['a', 'b', 'c'])
    for (let round = 0; round < 4; round += 1) {
      expect(night.open()).toEqual([])
      at(night, { a: 'failed' })
    }
    at(night, { a: 'failed' })
    expect(night.open()).toHaveLength(1)
  })

  test('one that cannot see keeps nobody from telling, and one that comes back counts again', () => {
    const night = everywhere(['a', 'b'])
    at(night, { a: 'passed', b: 'passed' })
    for (let round = 0; round < 4; round += 1) at(night, { a: 'failed', b: 'unknown' })
    expect(night.open()).toHaveLength(1)
    at(night, { b: 'passed' })
    expect(night.open()).toEqual([])
  })

  test('after a pause of all of them no single one speaks for the others', () => {
    const night = everywhere(['a', 'b', 'c'])
    at(night, { a: 'passed', b: 'passed', c: 'passed' })
    night.tick(60 * minute)
    at(night, { a: 'failed' })
    expect(night.open()).toEqual([])
    at(night, { b: 'failed' })
    expect(night.open()).toHaveLength(1)
  })

  test('where no configured place reports, whoever does is believed', () => {
    const night = everywhere(['a', 'b'])
    for (let round = 0; round < 6; round += 1) at(night, { elsewhere: 'failed' })
    expect(night.open()).toHaveLength(1)
  })
})
