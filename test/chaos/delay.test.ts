/** From the outage to the message: how long it takes at most, whenever in an interval the target breaks, and with what is the default. */

import { describe, expect, test } from 'vitest'
import { type CheckOptions, check } from '../../runner/config/check.ts'
import { playwright } from '../../runner/config/playwright.ts'
import type { Check, Probe } from '../../runner/core/definitions.ts'
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
    ['lost', 'p0'],
    ['lost', 'p1'],
  ] as const)('of a target that is seen so: %s, severity %s', async (weather, severity) => {
    expect(Math.max(...(await delaysOf(weather, { severity })))).toBeLessThan(75 * second)
  })
})

describe('with nothing but defaults an outage is found within five minutes', () => {
  const probe: Probe = { kind: 'http', summary: 'GET /', observe: async () => ({ ok: true }) }
  const journeys = playwright('./journeys').journeysAt('/nowhere')
  test.each<[string, Pick<Check, 'schedule' | 'timeout' | 'retry' | 'policy'>]>([
    ['a check', check('plain', { probe })],
    ['a check that is made often', check('often', { probe, every: '59s' })],
    ['a journey', journeys],
  ])('of %s', (_, { schedule, timeout, retry, policy }) => {
    const every = 'every' in schedule ? schedule.every : Number.POSITIVE_INFINITY
    const run = Math.max(timeout, retry.delay) * retry.attempts + timeout
    expect(every * policy.failures + run).toBeLessThanOrEqual(5 * minute)
  })
})
