import { expect, test } from 'vitest'
import type { Burn, ObjectiveState, PartState } from '../../runner/core/objectives.ts'
import { createFakeWatch, start, systemOf } from '../support/fake-watch.ts'
import { read, words } from './browse.ts'
import { serve } from './support.ts'

const minute = 60_000

test('an objective on incidents shows times as times and counts as counts', async () => {
  const part = (metric: string, value: number, target: number): PartState => ({
    part: metric,
    metric,
    sli: 'alarm',
    limit: `${metric} <= ${target}`,
    target,
    standing: 'broken',
    value,
    runs: { good: 0, bad: 0, valid: 0, unknown: 0, maintenance: 0, expected: 0 },
    burn: [],
    checks: [],
    days: [],
  })
  const objectives: readonly ObjectiveState[] = [
    {
      ...{ system: 'shop', objective: 'alarms', requirement: 'S-1', need: 'the right ones know', at: start },
      ...{
        standing: 'broken',
        alerts: true,
        parts: [part('alert_delay_s', 90, 60), part('misrouted_incidents', 3, 0)],
      },
    },
  ]
  await using server = await serve({ watch: createFakeWatch({ systems: [systemOf('shop')], objectives }) })
  const { text } = await read(server, '/objectives')
  expect(words(text)).toMatch(/Measured 1 min 30 s Promised 1 min .*Measured 3 Promised 0 /)
})

test('a burn rate above its factor that alerts nobody says why', async () => {
  const burn = (window: string, rate: number, shortRate: number, firing: boolean): Burn => ({
    ...{ window, long: 60 * minute, short: 5 * minute, factor: 14.4, severity: 'p0', rate, shortRate, firing },
  })
  const part: PartState = {
    ...{ part: 'availability', metric: 'availability', sli: 'ratio', limit: 'availability >= 0.99', target: 0.99 },
    ...{ standing: 'kept', value: 0.99, checks: [], days: [] },
    runs: { good: 99, bad: 1, valid: 100, unknown: 0, maintenance: 0, expected: 100 },
    burn: [burn('1h', 60, 60, true), burn('2h', 60, 60, false), burn('3h', 60, 0, false), burn('4h', 1, 60, false)],
  }
  const objective: ObjectiveState = {
    ...{ system: 'shop', objective: 'up', requirement: 'S-1', need: 'it is up', at: start },
    ...{ standing: 'kept', alerts: true, parts: [part] },
  }
  await using server = await serve({ watch: createFakeWatch({ systems: [systemOf('shop')], objectives: [objective] }) })
  const { text } = await read(server, '/objectives')
  expect(words(text)).toContain(
    '1h 60 × of 14.4 fires 2h 60 × of 14.4 (too few runs yet) 3h 60 × of 14.4 (not in the last 5 min) 4h 1 × of 14.4',
  )
})

test('a budget of a period that has just begun tells of the time that is measured, and what a whole period has', async () => {
  const part = (id: string, measured: number): PartState => ({
    ...{ part: id, metric: 'availability', sli: 'ratio', limit: `${id} >= 0.99 over 30d`, target: 0.99 },
    ...{ standing: 'broken', value: 0.4, checks: [], days: [], burn: [] },
    runs: { good: 4, bad: 6, valid: 10, unknown: 0, maintenance: 0, expected: 10 },
    budget: {
      runs: { total: 0.1, used: 6, left: -5.9 },
      time: { total: 0.01 * measured, used: 6 * minute, left: 0.01 * measured - 6 * minute, whole: 432 * minute },
      left: -59,
    },
  })
  const objective: ObjectiveState = {
    ...{ system: 'shop', objective: 'up', requirement: 'S-1', need: 'it is up', at: start, standing: 'broken' },
    ...{ alerts: true, parts: [part('young', 10 * minute), part('old', 43_000 * minute)] },
  }
  await using server = await serve({ watch: createFakeWatch({ systems: [systemOf('shop')], objectives: [objective] }) })
  const said = [...words((await read(server, '/objectives')).text).matchAll(/Budget: .*?(?= old|$)/g)].join(' ')
  expect(said).toContain(
    'Budget: spent: 5.9 minutes over the budget of 6 s (of the time that is measured; a whole period has 432 minutes)',
  )
  expect(said.match(/of the time that is measured/g)).toHaveLength(1)
})
