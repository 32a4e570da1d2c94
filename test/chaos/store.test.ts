/** A history that takes nothing, because its disk is full or somebody holds it: people are told in time, and nothing that happened is lost. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../runner/core/ports.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { openSqlite } from '../stores/open-sqlite.ts'
import { fill, smallDisk } from '../support/small-disk.ts'
import { createWorld, minute, type World } from './world.ts'

/** An outage that begins and is over while the store takes nothing. */
async function outage(world: World, mend: () => void) {
  world.weather = 'refuses'
  await world.pass(3 * minute)
  expect(world.watch.self().ready).toBe(false)
  expect(world.receiver.requests.length).toBeGreaterThan(0)
  expect(world.watch.alarms.open().some(({ system }) => system === 'shop-0')).toBe(true)
  mend()
  world.weather = 'fine'
  await world.pass(5 * minute)
}

async function nothingLost(world: World, store: Store) {
  expect(world.watch.self().ready).toBe(true)
  const incidents = (await world.incidents()).filter(({ system }) => system === 'shop-0')
  expect(incidents).toHaveLength(1)
  expect(incidents[0]).toMatchObject({ resolvedAt: expect.any(Number) })
  const stored = await store.results({ limit: 10_000, triggers: ['schedule'] })
  expect(stored.map(({ slot, system }) => `${system} ${slot}`).toSorted()).toEqual(
    world.results.map(({ slot, system }) => `${system} ${slot}`).toSorted(),
  )
  const messages = (await world.notifications()).filter(({ incidents: [id] }) => id?.startsWith('shop-0'))
  expect(messages.filter(({ state }) => state === 'delivered').map(({ occasion }) => occasion)).toEqual(
    expect.arrayContaining(['opened', 'resolved']),
  )
  const types = world.receiver.requests.map(({ body }) => (JSON.parse(body) as { type: string }).type)
  expect(types.filter(type => type === 'incident.opened')).toHaveLength(1)
  expect(types.filter(type => type === 'incident.resolved')).toHaveLength(1)
}

test('the disk is really full while a target goes down', async context => {
  const disk = smallDisk()
  if ('missing' in disk) return context.skip(disk.missing)
  const store = await createSqliteStore({ path: join(disk.path, 'history.db'), clock: realClock })
  onTestFinished(() => store[Symbol.asyncDispose]())
  const world = await createWorld({ systems: 1, store })
  const ballast = fill(disk.path)
  await outage(world, () => rmSync(ballast))
  await nothingLost(world, store)
})

test('another process holds the history while a target goes down', async () => {
  const opened = await openSqlite({ patience: 20 })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  const world = await createWorld({ systems: 1, store: opened.store })
  const other = new DatabaseSync(opened.path)
  other.exec('BEGIN IMMEDIATE')
  await outage(world, () => {
    other.exec('ROLLBACK')
    other.close()
  })
  await nothingLost(world, opened.store)
})
