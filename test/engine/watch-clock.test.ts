import { expect, test } from 'vitest'
import { watchClock } from '../../runner/engine/watch-clock.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { quietLog } from '../support/quiet-log.ts'

test.each([
  ['back an hour', -3_600_000, 'found it set back by 1h: checks go on by the new time'],
  [
    'ahead a night',
    8 * 3_600_000,
    'found it 8h ahead (set, or the machine slept): the runs of this time count as missed',
  ],
])('a clock that is set %s is told once', async (_, by, message) => {
  const clock = fakeClock()
  const log = quietLog()
  const watching = watchClock({ clock, log })
  await clock.advance(90_000)
  expect(log.lines).toEqual([])
  clock.step(by)
  await clock.advance(90_000)
  expect(log.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining(message), fields: { ahead: by } }])
  watching[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

test('a clock that is corrected in small steps is nobody’s trouble', async () => {
  const clock = fakeClock()
  const log = quietLog()
  using _ = watchClock({ clock, log })
  for (let step = 0; step < 10; step++) {
    clock.step(-400)
    await clock.advance(30_000)
  }
  expect(log.lines).toEqual([])
})
