/** Targets and receivers that really are in trouble: people hear of it, once, and nothing gets lost. */

import { expect, test } from 'vitest'
import { createWorld, hour, minute } from './world.ts'

test('500 targets go down at once while we are well: they are down, and that is one message', async () => {
  const world = await createWorld({ systems: 500 })
  world.weather = 'refuses'
  await world.pass(3 * minute)
  expect(new Set(world.transitions.filter(({ to }) => to === 'down').map(({ system }) => system)).size).toBe(500)
  expect(world.results.filter(({ verdict }) => verdict === 'unknown')).toEqual([])
  expect(world.told().length).toBeLessThanOrEqual(2)
  const told = world.receiver.requests.length
  world.weather = 'fine'
  await world.pass(3 * minute)
  expect(world.receiver.requests.length - told).toBeLessThanOrEqual(2)
  expect((await world.incidents()).filter(({ resolvedAt }) => resolvedAt === undefined)).toEqual([])
  expect((await world.notifications()).filter(({ state }) => state === 'waiting' || state === 'dead')).toEqual([])
})

test('500 targets answer nothing while we are well: held against our own state, and told all the same', async () => {
  const world = await createWorld({ systems: 500 })
  world.weather = 'lost'
  await world.pass(3 * minute)
  expect(new Set(world.transitions.filter(({ to }) => to === 'down').map(({ system }) => system)).size).toBe(500)
  expect(world.watch.self().guard).toMatchObject({ excused: { link: 0, cpu: 0 } })
  expect(world.watch.self().guard.blamed).toBeGreaterThanOrEqual(1_000)
  expect(world.told().length).toBeLessThanOrEqual(2)
})

test('a receiver that hangs for an hour gets the whole story afterwards, in order', async () => {
  const world = await createWorld({ systems: 1 })
  world.receiver.behave('hang')
  world.hears = false
  world.weather = 'refuses'
  await world.pass(30 * minute)
  const [incident] = (await world.incidents()).filter(({ cause }) => cause !== 'channel')
  const acknowledged = world.watch.alarms.acknowledge(incident!.id, { name: 'somebody' })
  await world.pass(30 * minute)
  await acknowledged
  world.receiver.behave({ status: 200 })
  world.hears = true
  const hung = world.told().length
  await world.pass(20 * minute)
  world.weather = 'fine'
  await world.pass(5 * minute)
  const taken = world.receiver.requests
    .slice(hung)
    .map(({ body }) => JSON.parse(body) as { type: string; data: { incidents: readonly { id: string }[] } })
    .filter(({ data }) => data.incidents.some(({ id }) => id === incident!.id))
  expect(taken[0]!.type).toBe('incident.opened')
  expect(taken.at(-1)!.type).toBe('incident.resolved')
  expect((await world.notifications()).filter(({ state }) => state === 'waiting' || state === 'dead')).toEqual([])
})

test('what goes down and comes back while the receiver hangs is told in the end', async () => {
  const world = await createWorld({ systems: 1 })
  world.receiver.behave('hang')
  world.hears = false
  world.weather = 'refuses'
  await world.pass(5 * minute)
  world.weather = 'fine'
  await world.pass(hour)
  world.receiver.behave({ status: 200 })
  world.hears = true
  const hung = world.receiver.requests.length
  await world.pass(30 * minute)
  expect(world.told().slice(hung)).toContainEqual(expect.stringContaining('shop-0'))
  expect((await world.notifications()).filter(({ state }) => state === 'waiting' || state === 'dead')).toEqual([])
})
