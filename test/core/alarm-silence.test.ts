import { describe, expect, test } from 'vitest'
import { isPending } from '../../runner/core/alarm.ts'
import type { AlarmRule } from '../../runner/core/alarm-rules.ts'
import type { CheckKey } from '../../runner/core/ports.ts'
import { minute, type Night, watchOver } from '../support/alarm-night.ts'

describe('what keeps the beginning of an incident silent, and never its end', () => {
  const one: Partial<AlarmRule> = { policy: { failures: 1, successes: 1 } }

  test('a dependency in trouble; what is still down afterwards is told by its own next run', () => {
    const night = watchOver({ rules: { 'shop/db': one, 'shop/cart': { ...one, dependsOn: ['shop/db'] } } })
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'failed', { reason: 'status' })
    expect(night.open()).toMatchObject([{ cause: 'unreachable' }])
    expect(night.why('shop/cart')).toBe('shop/db is in trouble, which explains it')
    night.run('shop/db', 'passed')
    expect(night.open()).toEqual([])
    expect(night.why('shop/cart')).toBe('what explained it is over; its next run tells')
    night.tick()
    night.run('shop/cart', 'unknown')
    expect(night.open()).toEqual([])
    night.run('shop/cart', 'failed', { reason: 'status' })
    expect(night.open()).toMatchObject([{ cause: 'wrong', affected: [{ check: 'cart' }] }])
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'passed')
    expect(night.open()).toMatchObject([{ affected: [{ check: 'db' }] }])
  })

  test('a run that was begun before the dependency was up again tells nothing new', () => {
    const night = watchOver({ rules: { 'shop/db': one, 'shop/cart': { ...one, dependsOn: ['shop/db'] } } })
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'failed')
    night.run('shop/db', 'passed')
    night.run('shop/cart', 'failed', { startedAt: night.now - 1, duration: minute })
    expect(night.open()).toEqual([])
    night.restart()
    night.run('shop/cart', 'passed')
    night.run('shop/cart', 'failed')
    expect(night.told()).toEqual(['opened db', 'recovered db', 'resolved', 'opened cart'])
  })

  test('a clock that is set back far keeps nobody waiting', () => {
    const night = watchOver({ rules: { 'shop/db': one, 'shop/cart': { ...one, dependsOn: ['shop/db'] } } })
    night.tick(60 * minute)
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'failed')
    night.run('shop/db', 'passed')
    night.tick(-30 * minute)
    night.run('shop/cart', 'failed')
    expect(night.open()).toMatchObject([{ affected: [{ check: 'cart' }] }])
  })

  test('when what everything depends on is up again, only what is still down is told', () => {
    const behind = Array.from({ length: 20 }, (_, index): CheckKey => `shop/c${index}`)
    const night = watchOver({
      rules: {
        'shop/db': one,
        ...Object.fromEntries(behind.map(key => [key, { ...one, dependsOn: ['shop/db'] }])),
      },
    })
    night.run('shop/db', 'failed')
    for (const key of behind) night.run(key, 'failed')
    night.run('shop/db', 'passed')
    for (const key of behind) night.run(key, key === 'shop/c7' ? 'failed' : 'passed')
    expect(night.told()).toEqual(['opened db', 'recovered db', 'resolved', 'opened c7'])
  })

  describe('of several that wait for each other in a circle the first that was noticed speaks', () => {
    const ring: Night['rules'] = {
      'shop/a': { ...one, dependsOn: ['shop/b'] },
      'shop/b': { ...one, dependsOn: ['shop/c'] },
      'shop/c': { ...one, dependsOn: ['shop/a'] },
    }
    const affected = (night: ReturnType<typeof watchOver>) =>
      night
        .open()
        .flatMap(({ affected }) => affected.filter(({ until }) => until === undefined).map(({ check }) => check))

    test('one after the other', () => {
      const night = watchOver({ rules: ring })
      for (const key of ['shop/b', 'shop/a', 'shop/c'] as const) night.run(key, 'failed')
      expect(affected(night)).toEqual(['b'])
      night.run('shop/b', 'passed')
      for (const key of ['shop/a', 'shop/c'] as const) night.run(key, 'failed')
      // Of those that are left, one depends on the other, which depends on nothing that is in trouble.
      expect(affected(night)).toEqual(['a'])
    })

    test('when all were silent for another reason before', () => {
      let planned = true
      const night = watchOver({ rules: ring, more: { inMaintenance: () => planned } })
      for (const key of ['shop/b', 'shop/a', 'shop/c'] as const) night.run(key, 'failed')
      expect(night.open()).toEqual([])
      planned = false
      night.tick()
      for (const key of ['shop/c', 'shop/a', 'shop/b'] as const) night.run(key, 'failed')
      expect(affected(night)).toEqual(['b'])
    })

    test('what lies outside of the circle still explains all of it', () => {
      const night = watchOver({
        rules: { ...ring, 'shop/a': { ...one, dependsOn: ['shop/b', 'pay'] }, 'pay/api': one },
      })
      night.run('pay/api', 'failed')
      for (const key of ['shop/a', 'shop/c', 'shop/b'] as const) night.run(key, 'failed')
      expect(night.open().map(({ system }) => system)).toEqual(['pay'])
    })
  })

  test('a system that it depends on', () => {
    const night = watchOver({ rules: { 'pay/api': one, 'shop/cart': { ...one, dependsOn: ['pay'] } } })
    night.run('pay/api', 'failed')
    night.run('shop/cart', 'failed')
    expect(night.open().map(({ system }) => system)).toEqual(['pay'])
  })

  test('quarantine, until its day; and it explains nothing', () => {
    const quarantine = { until: 10 * minute, reason: 'flaky' }
    const night = watchOver({
      rules: { 'shop/a': { ...one, quarantine }, 'shop/b': { ...one, dependsOn: ['shop/a'] } },
    })
    night.run('shop/a', 'failed')
    night.run('shop/b', 'failed')
    expect(night.open()).toMatchObject([{ affected: [{ check: 'b' }] }])
    night.tick(10 * minute)
    expect(night.open()).toMatchObject([{ affected: [{ check: 'b' }, { check: 'a' }] }])
  })

  test('the first moments after a deploy', () => {
    const grace = { ...one, startGrace: 5 * minute }
    const night = watchOver({ rules: { 'shop/a': grace }, more: { deployedAt: () => 30_000 } })
    night.run('shop/a', 'failed')
    expect(night.why('shop/a')).toBe('it has just been deployed')
    night.tick(4 * minute)
    expect(night.open()).toEqual([])
    night.tick(minute)
    expect(night.open()).toHaveLength(1)
  })

  test('a maintenance window', () => {
    let planned = true
    const night = watchOver({ rules: { 'shop/a': one }, more: { inMaintenance: () => planned } })
    night.run('shop/a', 'failed')
    expect(night.open()).toEqual([])
    expect(isPending(night.state)).toBe(true)
    planned = false
    night.tick()
    expect(night.open()).toHaveLength(1)
  })
})
