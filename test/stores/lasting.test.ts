import { expect, test } from 'vitest'
import { startLastingWorker } from '../../runner/stores/sqlite-lasting.ts'
import { StoreError } from '../../runner/stores/store-error.ts'
import { fakeClock } from '../support/fake-clock.ts'

const broken = new StoreError('lost', 'it ended')

async function setUp() {
  const clock = fakeClock()
  const died: ((error: StoreError) => void)[] = []
  let starts = 0
  let closed = 0
  let fails: Error | undefined
  const worker = await startLastingWorker({
    clock,
    async start(onLost) {
      starts += 1
      if (fails) throw fails
      died.push(onLost)
      const name = `worker ${starts}`
      return {
        ask: async () => name,
        async close() {
          closed += 1
        },
      }
    },
  })
  const ask = () => worker.ask({ do: 'close' })
  return {
    clock,
    worker,
    ask,
    die: () => died.at(-1)!(broken),
    fail(error: Error | undefined) {
      fails = error
    },
    starts: () => starts,
    closed: () => closed,
  }
}

test('a dead worker refuses with its reason, and the first question after a pause starts another', async () => {
  const { clock, ask, die, starts } = await setUp()
  expect(await ask()).toBe('worker 1')
  die()
  await expect(ask()).rejects.toBe(broken)
  await clock.advance(499)
  await expect(ask()).rejects.toBe(broken)
  expect(starts()).toBe(1)
  await clock.advance(1)
  expect(await Promise.all([ask(), ask()])).toEqual(['worker 2', 'worker 2'])
  expect(starts()).toBe(2)
})

test('one that dies again and again, or does not start, is tried less and less often', async () => {
  const { clock, ask, die, fail, starts } = await setUp()
  die()
  fail(new StoreError('locked', 'somebody has it'))
  const pauses: number[] = []
  for (let count = 0; count < 8; count += 1) {
    const from = clock.monotonic()
    const before = starts()
    while (starts() === before) {
      await clock.advance(500)
      await ask().catch(() => undefined)
    }
    pauses.push(clock.monotonic() - from)
  }
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  await expect(ask()).rejects.toThrow('somebody has it')
  fail(undefined)
  await clock.advance(30_000)
  expect(await ask()).toBe('worker 10')
  await clock.advance(60_001)
  die()
  await clock.advance(500)
  expect(await ask()).toBe('worker 11')
})

test('closing closes the one that lives, and nothing when none does', async () => {
  const { worker, die, closed } = await setUp()
  await worker.close()
  expect(closed()).toBe(1)
  die()
  await worker.close()
  expect(closed()).toBe(1)
})
