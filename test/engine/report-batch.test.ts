import { expect, test } from 'vitest'
import type { Result } from '../../runner/core/contracts.ts'
import { createReportBatch } from '../../runner/engine/report-batch.ts'
import { fakeClock } from '../support/fake-clock.ts'

function setUp() {
  const clock = fakeClock()
  const sizes: number[] = []
  const batch = createReportBatch({ clock, post: ({ results }) => void sizes.push(results.length) })
  const add = () => batch.result({} as Result, () => {})
  return { clock, sizes, batch, add }
}

test('a result alone is told soon; where many come, one message takes those of a while along', async () => {
  const { clock, sizes, add } = setUp()
  add()
  await clock.advance(25)
  expect(sizes).toEqual([1])
  for (let count = 0; count < 20; count += 1) {
    add()
    await clock.advance(10)
  }
  expect(sizes).toEqual([1, 10, 10])
})

test('so many that a message is full are told at once', () => {
  const { sizes, add } = setUp()
  for (let count = 0; count < 250; count += 1) add()
  expect(sizes).toEqual([100, 100])
})
