import { expect, test } from 'vitest'
import { createQueue, type Patience } from '../../runner/engine/queue.ts'
import { fakeClock } from '../support/fake-clock.ts'

function tasks(limit: number, patience?: Patience) {
  const queue = createQueue(limit, patience)
  const begun: number[] = []
  const ends = new Map<number, () => void>()
  const add = (id: number) =>
    queue.add(() => {
      begun.push(id)
      return new Promise<void>(resolve => ends.set(id, resolve))
    })
  const end = async (id: number) => {
    ends.get(id)!()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { queue, begun, add, end }
}

test('runs no more than the limit at a time, in the order they came', async () => {
  const { queue, begun, add, end } = tasks(2)
  for (const id of [1, 2, 3, 4]) add(id)
  expect(begun).toEqual([1, 2])
  expect(queue).toMatchObject({ running: 2, waiting: 2 })
  await end(2)
  expect(begun).toEqual([1, 2, 3])
  await end(1)
  expect(begun).toEqual([1, 2, 3, 4])
})

test('a task that was cleared never begins, and idle waits for those that did', async () => {
  const { queue, begun, add, end } = tasks(1)
  for (const id of [1, 2, 3]) add(id)
  expect(queue.clear()).toBe(2)
  let idle = false
  const waiting = queue.idle().then(() => {
    idle = true
  })
  expect(idle).toBe(false)
  await end(1)
  await waiting
  expect(begun).toEqual([1])
})

test('thousands wait without being lost', async () => {
  const queue = createQueue(3)
  let done = 0
  for (let index = 0; index < 5_000; index += 1) {
    queue.add(async () => {
      done += 1
    })
  }
  await queue.idle()
  expect(done).toBe(5_000)
})

test('whoever waits for long gives its place to the next, up to a bound, and gets none back', async () => {
  const clock = fakeClock()
  const { queue, begun, add, end } = tasks(2, { clock, after: 1_000, most: 3 })
  for (const id of [1, 2, 3, 4, 5]) add(id)
  await clock.advance(999)
  expect(begun).toEqual([1, 2])
  await clock.advance(1)
  expect(begun).toEqual([1, 2, 3])
  await clock.advance(5_000)
  expect(queue).toMatchObject({ running: 3, waiting: 2 })
  await end(1)
  expect(begun).toEqual([1, 2, 3, 4])
  await end(2)
  await end(3)
  await end(4)
  await end(5)
  await queue.idle()
  expect(clock.pending).toBe(0)
})
