import { expect, test } from 'vitest'
import { createLoopDelay } from '../../runner/system/loop-delay.ts'
import { fakeClock } from '../support/fake-clock.ts'

/** A clock whose timers come as late as the test says, as they do when the loop is blocked. */
function blockable() {
  const clock = fakeClock()
  let block = 0
  return {
    clock: { ...clock, monotonic: () => clock.monotonic() + block },
    advance: (ms: number) => clock.advance(ms),
    block: (ms: number) => {
      block += ms
    },
    pending: () => clock.pending,
  }
}

test('a window sees the largest block in it, and none of before', async () => {
  const { clock, advance, block } = blockable()
  const delay = createLoopDelay({ clock })
  const first = delay.begin()
  await advance(15)
  block(80)
  await advance(30)
  const second = delay.begin()
  await advance(30)
  block(20)
  await advance(30)
  expect(first.end()).toBe(80)
  expect(second.end()).toBe(20)
  expect(delay.recent()).toBe(80)
})

test('a block that ends just before the window does is seen although no tick came since', async () => {
  const { clock, advance, block } = blockable()
  const delay = createLoopDelay({ clock })
  const window = delay.begin()
  await advance(20)
  block(400)
  expect(window.end()).toBeGreaterThanOrEqual(390)
})

test('nothing ticks while nobody looks', async () => {
  const { clock, advance, pending } = blockable()
  const delay = createLoopDelay({ clock })
  const window = delay.begin()
  await advance(100)
  window.end()
  await advance(100)
  expect(pending()).toBe(0)
})
