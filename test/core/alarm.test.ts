import { describe, expect, test } from 'vitest'
import type { AlarmRule } from '../../runner/core/alarm-rules.ts'
import type { Signal } from '../../runner/core/incidents.ts'
import type { CheckKey } from '../../runner/core/ports.ts'
import { minute, watchOver } from '../support/alarm-night.ts'

test('failures in a row open an incident, which knows when it can have begun, and the next pass resolves it', () => {
  const night = watchOver({ rules: { 'shop/home': {} } })
  night.run('shop/home', 'passed')
  expect(night.run('shop/home', 'failed')).toEqual([])
  night.run('shop/home', 'failed')
  expect(night.open()).toMatchObject([
    {
      id: `shop~unreachable~${3 * minute + 10}`,
      cause: 'unreachable',
      severity: 'p1',
      owner: 'backend',
      title: 'shop: home does not answer',
      startedAt: minute + 10,
      openedAt: 3 * minute + 10,
      affected: [
        {
          check: 'home',
          reason: 'connect',
          detail: 'refused',
          firstFailure: `shop~home~local~${2 * minute}~schedule`,
          lastPass: `shop~home~local~${minute}~schedule`,
        },
      ],
    },
  ])
  night.run('shop/home', 'passed')
  expect(night.open()).toEqual([])
  expect(night.told()).toEqual(['opened home', 'recovered home', 'resolved'])
  expect(night.happened.at(-1)?.incident).toMatchObject({ resolvedAt: 4 * minute + 10 })
})

describe('when it began', () => {
  test('of failures among several runs, the first that still counts', () => {
    const night = watchOver({ rules: { 'shop/home': { policy: { failures: 2, of: 4, successes: 1 } } } })
    for (const verdict of ['passed', 'failed', 'passed', 'passed', 'passed', 'failed', 'passed', 'failed'] as const)
      night.run('shop/home', verdict)
    expect(night.open()).toMatchObject([
      {
        startedAt: 5 * minute + 10,
        affected: [
          {
            firstFailure: `shop~home~local~${6 * minute}~schedule`,
            lastPass: `shop~home~local~${5 * minute}~schedule`,
          },
        ],
      },
    ])
  })

  test('a run that was slow and answered is the last good one, and not the last that passed', () => {
    const night = watchOver({ rules: { 'shop/home': {} } })
    for (const verdict of ['passed', 'degraded', 'failed', 'failed'] as const) night.run('shop/home', verdict)
    expect(night.open()).toMatchObject([
      { startedAt: 2 * minute + 10, affected: [{ lastPass: `shop~home~local~${minute}~schedule` }] },
    ])
  })
})

test('a check that was coming up when a window began is down until it has passed often enough', () => {
  const night = watchOver({ rules: { 'shop/home': { policy: { failures: 2, successes: 2 } } } })
  for (const verdict of ['failed', 'failed', 'passed'] as const) night.run('shop/home', verdict)
  night.run('shop/home', 'passed', { maintenance: true })
  night.run('shop/home', 'unknown')
  expect(night.health('shop/home')?.state).toBe('down')
  expect(night.open()).toHaveLength(1)
  night.run('shop/home', 'passed')
  expect(night.told()).toEqual(['opened home', 'recovered home', 'resolved'])
})

test('what flaps is one incident, until it was calm', () => {
  const night = watchOver({ rules: { 'shop/home': { policy: { failures: 1, successes: 1 } } } })
  for (let round = 0; round < 6; round += 1) {
    night.run('shop/home', 'failed')
    night.run('shop/home', 'passed')
  }
  expect(night.told().filter(line => line.startsWith('opened'))).toHaveLength(3)
  expect(night.open()).toMatchObject([{ flapping: true }])
  night.tick(29 * minute)
  expect(night.open()).toHaveLength(1)
  night.tick(2 * minute)
  expect(night.open()).toEqual([])
  expect(night.told().at(-1)).toBe('resolved')
})

test('many that break at once are no flapping', () => {
  const keys = Array.from({ length: 20 }, (_, index): CheckKey => `shop/c${index}`)
  const night = watchOver({
    rules: Object.fromEntries(keys.map(key => [key, { policy: { failures: 1, successes: 1 } }])),
  })
  for (const key of keys) night.run(key, 'failed')
  for (const key of keys) night.run(key, 'passed')
  expect(night.told().filter(line => /opened|resolved|flapping/.test(line))).toEqual(['opened c0', 'resolved'])
})

test('a signal opens an incident of its own, is told again only when it gets worse, and ends it', () => {
  const night = watchOver({ rules: {} })
  const signal: Signal = {
    id: 'objective/availability',
    system: 'shop',
    cause: 'budget',
    severity: 'p2',
    title: 'shop: availability',
    detail: 'burns',
    firing: true,
    at: 1,
  }
  night.take({ kind: 'signal', at: 1, signal })
  night.take({ kind: 'signal', at: 2, signal: { ...signal, at: 2 } })
  night.take({ kind: 'signal', at: 3, signal: { ...signal, severity: 'p0', at: 3 } })
  expect(night.open()).toMatchObject([{ severity: 'p0', cause: 'budget', openedAt: 1 }])
  night.take({ kind: 'signal', at: 4, signal: { ...signal, firing: false, at: 4 } })
  expect(night.told()).toEqual([
    'opened objective/availability',
    'joined objective/availability',
    'recovered objective/availability',
    'resolved',
  ])
})

test('the first who acknowledges is remembered; what is not open cannot be answered', () => {
  const night = watchOver({ rules: { 'shop/home': { policy: { failures: 1, successes: 1 } } } })
  night.run('shop/home', 'failed')
  const { id } = night.open()[0]!
  night.take({ kind: 'acknowledged', at: 90_000, incident: id, by: 'Ada' })
  night.take({ kind: 'acknowledged', at: 95_000, incident: id, by: 'Ben' })
  night.take({ kind: 'noted', at: 96_000, incident: id, by: 'Ben', text: 'restarted' })
  expect(night.open()).toMatchObject([{ acknowledgedAt: 90_000, acknowledgedBy: 'Ada' }])
  expect(night.take({ kind: 'noted', at: 97_000, incident: 'other', by: 'Ben' })).toEqual([])
})

test('a check that is watched no longer is resolved with these words', () => {
  const rules: Record<CheckKey, Partial<AlarmRule>> = { 'shop/home': { policy: { failures: 1, successes: 1 } } }
  const night = watchOver({ rules })
  night.run('shop/home', 'failed')
  delete rules['shop/home']
  night.tick()
  expect(night.open()).toEqual([])
  expect(night.happened.find(({ line }) => line.kind === 'recovered')?.line.text).toBe('watched no longer')
})
