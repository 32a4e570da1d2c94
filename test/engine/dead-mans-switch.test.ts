import { expect, test } from 'vitest'
import { createDeadMansSwitch } from '../../runner/engine/dead-mans-switch.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { quietLog } from '../support/quiet-log.ts'

function setUp() {
  const clock = fakeClock()
  const scene = { trouble: undefined as string | undefined, status: 200, isSet: true }
  const asked: string[] = []
  const dead = createDeadMansSwitch({
    clock,
    log: quietLog(),
    settings: () => (scene.isSet ? { url: 'https://watch.invalid/hunter2', every: 60_000 } : undefined),
    trouble: () => scene.trouble,
    async send({ url }) {
      asked.push(url)
      if (scene.status === 0) throw new Error('no way to https://watch.invalid/hunter2')
      return { status: scene.status, headers: {}, body: '' }
    },
    reveal: text => String(text),
    scrub: text => text.replaceAll('hunter2', '[secret]'),
  })
  return { clock, scene, asked, dead }
}

test('asks as often as it should while all is well, and at once when it is again', async () => {
  const { clock, scene, asked, dead } = setUp()
  await clock.advance(181_000)
  expect(asked).toHaveLength(3)
  expect(dead.state()).toMatchObject({ every: 60_000, lastAskedAt: expect.any(Number) })
  scene.trouble = 'the store takes no results'
  await clock.advance(300_000)
  expect(asked).toHaveLength(3)
  expect(dead.state()?.trouble).toBe('not asked: the store takes no results')
  scene.trouble = undefined
  await clock.advance(6_000)
  expect(asked).toHaveLength(4)
  expect(dead.state()).not.toHaveProperty('trouble')
})

test('what goes wrong is shown without its secret, and asked again', async () => {
  const { clock, scene, asked, dead } = setUp()
  scene.status = 503
  await clock.advance(6_000)
  expect(dead.state()?.trouble).toBe('expected an answer of 2xx, found 503')
  scene.status = 0
  await clock.advance(60_000)
  expect(dead.state()?.trouble).toBe('no way to https://watch.invalid/[secret]')
  scene.status = 200
  await clock.advance(60_000)
  expect(dead.state()).not.toHaveProperty('trouble')
  expect(asked).toHaveLength(3)
})

test('without an address nothing is asked, and nothing after the end', async () => {
  const { clock, scene, asked, dead } = setUp()
  scene.isSet = false
  await clock.advance(120_000)
  expect(dead.state()).toBeUndefined()
  scene.isSet = true
  dead.stop()
  await clock.advance(120_000)
  expect(asked).toEqual([])
})
