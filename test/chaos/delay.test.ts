/** From the outage to the message: how long it takes at most, whenever in an interval the target breaks, and with what is the default. */

import { describe, expect, test } from 'vitest'
import { type CheckOptions, check } from '../../runner/config/check.ts'
import type { Probe } from '../../runner/core/definitions.ts'
import { createWorld, minute, second, type Weather } from './world.ts'

/** Milliseconds from the breaking of a single target to the first message that was taken, broken at each second of an interval. */
async function delaysOf(weather: Weather, more: Partial<CheckOptions>): Promise<readonly number[]> {
  const delays: number[] = []
  for (let after = 0; after < 30; after += 1) {
    const checks = { every: '30s', retry: { attempts: 1 }, failures: 2, ...more } as const
    const world = await createWorld({ systems: 1, checks })
    await world.pass(after * second)
    const brokenAt = world.clock.now()
    world.weather = weather
    while (world.told().length === 0 && world.clock.now() - brokenAt < 10 * minute) await world.pass(second)
    expect(world.told()[0]).toMatch(/shop-0/)
    delays.push(world.clock.now() - brokenAt)
  }
  const worst = Math.max(...delays) / second
  console.log(`${weather}, ${JSON.stringify(more)}: message after ${Math.min(...delays) / second} to ${worst} s`)
  return delays
}

describe('every 30 s, with one retry and two failures, a message is there within 75 s', () => {
  test.each([
    ['refuses', 'p0'],
    ['refuses', 'p1'],
    ['expired', 'p1'],
  ] as const)('of a target that %s, severity %s', async (weather, severity) => {
    expect(Math.max(...(await delaysOf(weather, { severity })))).toBeLessThanOrEqual(75 * second)
  })

  test('and of one that answers nothing any more only later by the time-outs of a run', async () => {
    const refused = Math.max(...(await delaysOf('refuses', { severity: 'p0' })))
    const lost = Math.max(...(await delaysOf('lost', { severity: 'p0', timeout: '4s' })))
    expect(lost).toBeLessThanOrEqual(75 * second)
    expect(lost - refused).toBeLessThanOrEqual(8 * second)
  })
})

test('a check with nothing but defaults finds an outage within five minutes', () => {
  const probe: Probe = { kind: 'http', summary: 'GET /', observe: async () => ({ ok: true }) }
  const { schedule, timeout, retry, policy } = check('plain', { probe })
  const every = 'every' in schedule ? schedule.every : Number.POSITIVE_INFINITY
  const failures = 'failures' in policy ? policy.failures : 1
  const attempt = timeout * (retry.attempts + 1) + retry.delay * retry.attempts
  expect(every * failures + attempt).toBeLessThanOrEqual(5 * minute)
})
