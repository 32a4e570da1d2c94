import { expect, test } from 'vitest'
import { defineSystem } from '../../runner/config/system.ts'
import type { Deploy } from '../../runner/core/deploys.ts'
import type { AskRevision, WatchEvent } from '../../runner/core/ports.ts'
import { createDeploys } from '../../runner/engine/deploys.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { loadedWith } from '../support/loaded.ts'
import { memoryStore } from '../support/memory-store.ts'
import { quietLog } from '../support/quiet-log.ts'

const [minute, hour] = [60_000, 3_600_000]

function setUp(ask?: AskRevision) {
  const clock = fakeClock()
  const store = memoryStore()
  const events: WatchEvent[] = []
  const loaded = loadedWith(['shop', 'blog'].map(id => defineSystem(id, { url: `http://${id}.invalid`, checks: [] })))
  const begin = () =>
    createDeploys({
      store,
      clock,
      log: quietLog(),
      version: '0',
      random: () => 0.5,
      loaded: () => loaded,
      onEvent: event => events.push(event),
      ...(ask === undefined ? {} : { ask }),
    })
  const told = () => events.map(event => (event as { readonly deploy: Deploy }).deploy.revision)
  const shown = async () =>
    (await store.kept('deploy')).map(({ system, revision, by, decision, note }) =>
      [system, revision, by, decision, note].filter(Boolean).join(' '),
    )
  return { clock, store, begin, told, shown }
}

test('the watch sees a revision change, and takes the first one that it sees for no deploy', async () => {
  const live = { shop: 'abc' as string | undefined }
  const { clock, begin, shown, told } = setUp(async origin => {
    const revision = origin.hostname === 'shop.invalid' ? live.shop : undefined
    return revision === undefined ? { trouble: 'no answer' } : { revision }
  })
  const first = begin()
  first.start()
  await clock.advance(5 * minute)
  expect(await shown()).toEqual([])
  live.shop = undefined
  await clock.advance(2 * minute)
  live.shop = 'def'
  await clock.advance(12 * minute)
  expect(await shown()).toEqual(['shop def seen'])
  expect(told()).toEqual(['def'])
  await first.stop()

  live.shop = 'ghi'
  const second = begin()
  second.start()
  await clock.advance(3 * minute)
  expect(await shown()).toEqual(['shop ghi seen', 'shop def seen'])
  await second.stop()
})

test('while a fleet has two revisions the deploy is not through; then it began when the new one was first seen', async () => {
  let asked = 0
  let share = 0
  const { clock, store, begin, shown } = setUp(async origin => {
    asked += 1
    if (origin.hostname !== 'shop.invalid') return { trouble: 'none' }
    return { revision: asked % 4 < share ? 'def' : 'abc' }
  })
  const deploys = begin()
  deploys.start()
  await clock.advance(5 * minute)
  share = 2
  const from = clock.now()
  await clock.advance(20 * minute)
  expect(await shown()).toEqual([])
  share = 4
  await clock.advance(5 * minute)
  expect(await shown()).toEqual(['shop def seen'])
  expect((await store.kept('deploy'))[0]!.at).toBeGreaterThan(from)
  await deploys.stop()
})

test('the watch, the gate and a person tell of one deploy: one marker, announced once', async () => {
  const { clock, begin, shown, told } = setUp()
  const deploys = begin()
  const at = clock.now()
  await Promise.all([
    deploys.mark({ system: 'shop', revision: 'abc', at, by: 'seen' }),
    deploys.mark({ system: 'shop', revision: 'abc', at: at + minute, by: 'gate', decision: 'go' }),
    deploys.mark({ system: 'shop', revision: 'abc', at: at + 2 * minute, by: 'hand', note: 'faster cart' }),
  ])
  expect(await shown()).toEqual(['shop abc hand go faster cart'])
  expect(told()).toEqual(['abc'])
})

test('a gate on the revision of before is no deploy; a person who says so is one, and going back is one', async () => {
  const { clock, begin, shown } = setUp()
  const deploys = begin()
  const mark = async (revision: string, by: Deploy['by']) => {
    await clock.advance(10 * hour)
    return deploys.mark({ system: 'shop', revision, at: clock.now(), by })
  }
  await mark('abc', 'gate')
  await mark('abc', 'gate')
  expect(await shown()).toEqual(['shop abc gate'])
  await mark('abc', 'hand')
  expect(await shown()).toEqual(['shop abc hand', 'shop abc gate'])
  await mark('def', 'seen')
  await mark('abc', 'seen')
  expect(await shown()).toEqual(['shop abc seen', 'shop def seen', 'shop abc hand', 'shop abc gate'])
})

test('a system that is not watched has no deploys', async () => {
  const deploys = setUp().begin()
  await expect(deploys.mark({ system: 'shoo', revision: 'abc', at: 0, by: 'hand' })).rejects.toThrow(
    "expected a system that is watched (shop, blog), found 'shoo'",
  )
})
