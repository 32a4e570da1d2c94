import { expect, test } from 'vitest'
import type { ObjectiveState, PartState } from '../../runner/core/objectives.ts'
import { createFakeWatch, start, systemOf } from '../support/fake-watch.ts'
import { read, words } from './browse.ts'
import { serve } from './support.ts'

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
