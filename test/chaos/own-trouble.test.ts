/** Whatever breaks here is our own: no target is blamed for it, and somebody hears that we cannot see. */

import { expect, test } from 'vitest'
import type { Sign } from '../../runner/core/own-state.ts'
import { createWorld, minute, second, type World } from './world.ts'

const cut: Sign = { name: 'link', isCertain: true, trouble: 'expected a carrier, found none on eth0' }
const silent: Sign = { name: 'resolver', isCertain: true, trouble: 'expected a name server to answer, found none' }
const starved: Sign = { name: 'cpu', trouble: 'expected to be woken on time, found 4s of lateness' }
const set: Sign = { name: 'clock', trouble: 'expected a clock that runs evenly, found it set ahead by 40d' }

const downs = ({ transitions }: World) => transitions.filter(({ to }) => to === 'down')
const failed = ({ results }: World) => results.filter(({ verdict }) => verdict === 'failed')
const unknown = ({ results }: World) => results.filter(({ verdict }) => verdict === 'unknown')

test.each([
  ['the own link is cut', 'lost', cut],
  ['name servers are stalled', 'unresolved', silent],
  ['the CPU is taken away', 'lost', starved],
  ['the clock was set, and certificates look expired', 'expired', set],
] as const)(
  '%s for ten minutes: nothing is down, and one message says that we cannot see',
  async (_, weather, sign) => {
    const world = await createWorld()
    world.weather = weather
    world.signs = [sign]
    // Nobody can be reached over a link that is cut.
    if (sign === cut) world.receiver.behave('reset')
    await world.pass(10 * minute)
    expect(unknown(world).length).toBeGreaterThan(12 * 15)
    expect(
      unknown(world).every(({ detail }) => detail?.startsWith(`own trouble (${sign.name}): ${sign.trouble}`)),
    ).toBe(true)
    world.weather = 'fine'
    world.signs = []
    world.receiver.behave({ status: 200 })
    await world.pass(15 * minute)

    expect(failed(world)).toEqual([])
    expect(downs(world)).toEqual([])
    const incidents = await world.incidents()
    expect(incidents.filter(({ cause }) => cause !== 'channel')).toMatchObject([
      { cause: 'blind', system: 'vedette', resolvedAt: expect.any(Number) },
    ])
    const states = (await world.notifications()).map(({ occasion, state }) => `${occasion} ${state}`)
    expect(states.filter(state => state.endsWith('delivered')).toSorted()).toEqual(
      // Of what ended before anybody could be reached, the end is told in place of the beginning.
      sign === cut ? ['resolved delivered'] : ['opened delivered', 'resolved delivered'],
    )
    expect(states.filter(state => !/ (delivered|dropped)$/.test(state))).toEqual([])
    expect(world.watch.checks().map(({ health }) => health.state)).toEqual(world.watch.checks().map(() => 'up'))
  },
)

test('own trouble shorter than a minute is nobody’s business', async () => {
  const world = await createWorld()
  world.weather = 'lost'
  world.signs = [cut]
  await world.pass(45 * second)
  world.weather = 'fine'
  world.signs = []
  await world.pass(5 * minute)
  expect(failed(world)).toEqual([])
  expect(await world.incidents()).toEqual([])
  expect(world.told()).toEqual([])
})

test('this process stands still for a minute: what it measured meanwhile is worth nothing', async () => {
  const world = await createWorld()
  for (let round = 0; round < 10; round += 1) {
    world.clock.freeze(11 * second)
    await world.pass(3 * second)
  }
  await world.pass(2 * minute)
  expect(failed(world)).toEqual([])
  expect(downs(world)).toEqual([])
  expect(await world.incidents()).toEqual([])
})
