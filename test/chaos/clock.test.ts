/** Clocks that jump, and summer time: no run is lost for longer than its interval, and nothing is down because of it. */

import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { heartbeat } from '../../runner/config/heartbeat.ts'
import type { Probe } from '../../runner/core/definitions.ts'
import { checkKey } from '../../runner/core/ports.ts'
import { heartbeatToken } from '../../runner/engine/heartbeat-token.ts'
import { createWorld, hour, minute, second, type World } from './world.ts'

const fine: Probe = { kind: 'http', summary: 'GET /', observe: async () => ({ ok: true }) }

async function quiet(world: World) {
  expect(world.transitions.filter(({ to }) => to === 'down')).toEqual([])
  expect(world.results.filter(({ verdict }) => verdict === 'failed')).toEqual([])
  expect(await world.incidents()).toEqual([])
  expect(world.told()).toEqual([])
}

/** A signal, which is answered once it is stored. */
async function beat(world: World, id: string) {
  const token = heartbeatToken('a secret of this test', 'production', checkKey({ system: 'shop-0', check: id }))
  const taken = world.watch.alarms.beat(token, { kind: 'success', facts: {} })
  await world.pass(second)
  await taken
}

test.each([
  ['set ahead by two hours', 2 * hour],
  ['set back by two hours', -2 * hour],
  ['set ahead by forty days', 40 * 24 * hour],
  ['set back by forty days', -40 * 24 * hour],
])('a clock %s: every check runs on within an interval, and no heartbeat is missing', async (_, by) => {
  const world = await createWorld({ systems: 4, more: [heartbeat('backup', { every: '1h', grace: '5m' })] })
  await beat(world, 'backup')
  await world.pass(10 * minute)
  world.clock.step(by)
  const before = world.results.length
  await world.pass(minute)
  const ran = new Set(world.results.slice(before).map(({ system }) => system))
  expect(ran.size).toBe(4)
  await world.pass(10 * minute)
  await beat(world, 'backup')
  await world.pass(55 * minute)
  await beat(world, 'backup')
  await quiet(world)
})

test('a clock that is pushed to and fro all the time', async () => {
  const world = await createWorld({ systems: 4, more: [heartbeat('backup', { every: '10m', grace: '2m' })] })
  for (const by of [90, -90, 3_000, -3_000, 7_200, -7_200, 2, -2]) {
    await beat(world, 'backup')
    world.clock.step(by * second)
    await world.pass(5 * minute)
  }
  await quiet(world)
})

test.each([
  ['begins', Date.UTC(2026, 2, 28, 20), 11],
  ['ends', Date.UTC(2026, 9, 24, 20), 13],
])(
  'the night in which summer time %s: calendar checks, heartbeats by calendar and quiet hours take it as it is',
  async (_, start, nightHours) => {
    const timezone = 'Europe/Berlin'
    const world = await createWorld({
      systems: 1,
      checks: { every: '30m' },
      start,
      more: [
        check('often', { probe: fine, cron: '*/20 * * * *', timezone }),
        check('nightly', { probe: fine, cron: '30 2 * * *', timezone }),
        heartbeat('report', { cron: '45 2 * * *', timezone, grace: '10m' }),
      ],
    })
    const wall = (at: number) => new Date(at).toLocaleTimeString('de', { timeZone: timezone, timeStyle: 'short' })
    let told = 0
    for (let passed = 0; passed < nightHours * hour; passed += minute) {
      await world.pass(minute)
      // The job of the night tells as soon as its time is there, once.
      if (told === 0 && world.clock.now() >= (world.watch.check('shop-0/report')!.nextRunAt ?? 0)) {
        told += 1
        await beat(world, 'report')
      }
    }
    const runs = (id: string) => world.results.filter(({ check: name }) => name === id)
    // A first run soon after the start, then three an hour.
    expect(runs('often').length - nightHours * 3).toBeLessThanOrEqual(1)
    expect(runs('often').length).toBeGreaterThanOrEqual(nightHours * 3)
    expect(runs('nightly').map(({ slot }) => wall(slot))).toHaveLength(1)
    expect(told).toBe(1)
    await quiet(world)
  },
)
