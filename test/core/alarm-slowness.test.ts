import { describe, expect, test } from 'vitest'
import { minute, watchOver } from '../support/alarm-night.ts'

describe('being slow', () => {
  const slow = { reason: 'slow' as const }

  test('is an incident of its own, later and milder, and becomes another when it gets worse', () => {
    const night = watchOver({ rules: { 'shop/home': { severity: 'p0' } } })
    night.run('shop/home', 'passed')
    night.run('shop/home', 'degraded', slow)
    expect(night.open()).toEqual([])
    night.run('shop/home', 'degraded', slow)
    expect(night.open()).toMatchObject([
      {
        cause: 'slow',
        severity: 'p1',
        owner: 'speed',
        startedAt: minute + 10,
        affected: [
          {
            firstFailure: `shop~home~local~${2 * minute}~schedule`,
            lastPass: `shop~home~local~${minute}~schedule`,
          },
        ],
      },
    ])
    night.run('shop/home', 'unknown')
    expect(night.open()).toHaveLength(1)
    night.run('shop/home', 'failed')
    night.run('shop/home', 'failed')
    expect(night.open()).toMatchObject([
      {
        cause: 'unreachable',
        severity: 'p0',
        // The last run before the failures was slow, and answered; the last that passed lies before that.
        startedAt: 3 * minute + 10,
        affected: [
          {
            firstFailure: `shop~home~local~${5 * minute}~schedule`,
            lastPass: `shop~home~local~${minute}~schedule`,
          },
        ],
      },
    ])
    expect(night.happened.find(({ line }) => line.kind === 'recovered')?.line.text).toMatch(/it is down now/)
    night.run('shop/home', 'passed')
    expect(night.open()).toEqual([])
  })

  test('is ended by no failure, by nothing unknown and by no single pass where several are wanted', () => {
    const night = watchOver({ rules: { 'shop/home': { policy: { failures: 2, successes: 2 } } } })
    for (const verdict of [
      'degraded',
      'degraded',
      'failed',
      'unknown',
      'passed',
      'failed',
      'passed',
      'degraded',
      'passed',
    ] as const)
      night.run('shop/home', verdict, verdict === 'degraded' ? slow : {})
    expect(night.open()).toMatchObject([{ cause: 'slow' }])
    night.run('shop/home', 'passed')
    expect(night.told()).toEqual(['opened home', 'recovered home', 'resolved'])
  })

  test('goes on while what is worse is told to nobody', () => {
    const night = watchOver({ rules: { 'shop/db': {}, 'shop/cart': { dependsOn: ['shop/db'] } } })
    for (let round = 0; round < 2; round += 1) night.run('shop/cart', 'degraded', slow)
    for (let round = 0; round < 2; round += 1) night.run('shop/db', 'failed')
    for (let round = 0; round < 2; round += 1) night.run('shop/cart', 'failed')
    expect(night.open().map(({ cause }) => cause)).toEqual(['slow', 'unreachable'])
    night.run('shop/db', 'passed')
    expect(night.open().map(({ cause }) => cause)).toEqual(['slow'])
    night.run('shop/cart', 'failed')
    expect(night.open()).toMatchObject([{ cause: 'unreachable', affected: [{ check: 'cart' }] }])
  })
})
