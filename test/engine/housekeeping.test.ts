import cron from 'node-cron'
import { expect, test } from 'vitest'
import { startHousekeeping } from '../../runner/engine/housekeeping.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { quietLog } from '../support/quiet-log.ts'

const taskNamed = (name: string) => [...cron.getTasks().values()].find(task => task.name === name)

test('does a chore at its time in UTC, and leaves nothing behind when stopped', async () => {
  const clock = fakeClock()
  const times: number[] = []
  const chores = [{ name: 'sweep', at: '7 * * * *', run: async (now: number) => void times.push(now) }]
  const housekeeping = startHousekeeping({ chores, clock, log: quietLog() })
  const task = taskNamed('sweep')!
  expect(task.getNextRun()!.getUTCMinutes()).toBe(7)
  await task.execute()
  expect(times).toEqual([clock.now()])
  await housekeeping.stop()
  expect(taskNamed('sweep')).toBeUndefined()
})

test('a chore that fails is told and tried again the next time', async () => {
  const log = quietLog()
  const chores = [{ name: 'break', at: '7 * * * *', run: () => Promise.reject(new Error('the disk is full')) }]
  const housekeeping = startHousekeeping({ chores, clock: fakeClock(), log })
  await taskNamed('break')!.execute()
  expect(log.lines).toMatchObject([{ level: 'error', message: 'break failed' }])
  expect(taskNamed('break')!.getNextRun()).not.toBeNull()
  await housekeeping.stop()
})
