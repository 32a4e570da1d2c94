/** Which trouble becomes an incident of its own, how bad it is, and whose. */

import { describe, expect, test } from 'vitest'
import type { AlarmRule } from '../../runner/core/alarm-rules.ts'
import { watchOver } from '../support/alarm-night.ts'

test('checks of one system with one cause share an incident, which ends with the last of them', () => {
  const one: Partial<AlarmRule> = { policy: { failures: 1, successes: 1 } }
  const night = watchOver({
    rules: { 'shop/a': one, 'shop/b': { ...one, severity: 'p0' }, 'shop/c': one, 'bank/a': one },
  })
  night.run('shop/a', 'failed')
  night.run('shop/b', 'failed')
  night.run('shop/c', 'failed', { reason: 'assertion' })
  night.run('bank/a', 'failed')
  expect(
    night.open().map(({ system, cause, severity, affected }) => [system, cause, severity, affected.length]),
  ).toEqual([
    ['shop', 'unreachable', 'p0', 2],
    ['shop', 'wrong', 'p1', 1],
    ['bank', 'unreachable', 'p1', 1],
  ])
  night.run('shop/a', 'passed')
  expect(night.open()).toHaveLength(3)
  night.run('shop/b', 'passed')
  expect(night.open().map(({ id }) => id.split('~').slice(0, 2).join(' '))).toEqual(['shop wrong', 'bank unreachable'])
})

test('what makes an incident worse brings its owner', () => {
  const one: Partial<AlarmRule> = { policy: { failures: 1, successes: 1 } }
  const night = watchOver({
    rules: {
      'shop/a': { ...one, severity: 'p2' },
      'shop/b': { ...one, owner: 'stock' },
      'shop/c': { ...one, severity: 'p0' },
      'shop/d': { ...one, severity: 'p0', owner: 'bank' },
      'shop/e': { ...one, severity: 'p2' },
    },
  })
  const names = ['a', 'b', 'c', 'd', 'e'] as const
  for (const name of names) night.run(`shop/${name}`, 'failed')
  expect(night.happened.map(({ incident: { severity, owner } }) => `${severity} ${owner}`)).toEqual([
    'p2 design',
    'p1 stock',
    'p0 oncall',
    'p0 oncall',
    'p0 oncall',
  ])
})

describe('where it is declared who is told', () => {
  const declared = (owner: string, severity: AlarmRule['severity'], more: Partial<AlarmRule> = {}) => ({
    policy: { failures: 1, successes: 1 },
    severity,
    owner,
    escalation: [
      { checks: [], causes: ['slow'], severity: 'p1', owner: 'devops' } as const,
      { checks: [], causes: [], severity, owner } as const,
    ],
    ...more,
  })

  test('trouble of another team or another severity is an incident of its own', () => {
    const night = watchOver({
      rules: {
        'shop/page': declared('design', 'p2'),
        'shop/till': declared('revenue', 'p0'),
        'shop/card': declared('revenue', 'p0'),
        'shop/bill': declared('revenue', 'p1'),
        'shop/other': { policy: { failures: 1, successes: 1 } },
      },
    })
    for (const name of ['page', 'till', 'card', 'bill', 'other'] as const) night.run(`shop/${name}`, 'failed')
    expect(night.open().map(({ severity, owner, affected }) => [severity, owner, affected.length])).toEqual([
      ['p2', 'design', 1],
      ['p0', 'revenue', 2],
      ['p1', 'revenue', 1],
      ['p1', 'backend', 1],
    ])
    night.run('shop/till', 'passed')
    expect(night.open()).toHaveLength(4)
    night.run('shop/card', 'passed')
    expect(night.open().map(({ owner }) => owner)).toEqual(['design', 'revenue', 'backend'])
  })

  test('a rule for a cause goes before what the check says, and that before the owners', () => {
    const owners = { wrong: 'backend', slow: 'speed' }
    const night = watchOver({ rules: { 'shop/till': declared('revenue', 'p0', { owner: 'bank', owners }) } })
    night.run('shop/till', 'degraded', { reason: 'slow' })
    expect(night.open()).toMatchObject([{ severity: 'p1', owner: 'devops' }])
    night.run('shop/till', 'failed', { reason: 'assertion' })
    expect(night.open()).toMatchObject([{ severity: 'p0', owner: 'bank' }])
  })

  test('names of teams may be anything, and ids stay parts of addresses', () => {
    const night = watchOver({
      rules: {
        'shop/a': declared('Käse & Brot/~', 'p0'),
        'shop/b': declared('K.se', 'p0'),
        'shop/c': declared('設計', 'p0'),
      },
    })
    for (const key of ['shop/a', 'shop/b', 'shop/c'] as const) night.run(key, 'failed')
    const ids = night.open().map(({ id }) => id)
    expect(new Set(ids.map(id => id.split('~').slice(0, -1).join('~'))).size).toBe(3)
    expect(ids.every(id => /^[\w.~-]+$/.test(id))).toBe(true)
    night.run('shop/a', 'passed')
    expect(night.open()).toHaveLength(2)
  })
})
