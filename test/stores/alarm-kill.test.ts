import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { begin, incidentsOf, minute, names, openAlarms } from '../engine/alarm-scene.ts'
import { tempFolder } from '../support/temp-folder.ts'

const start = (path: string, ...args: readonly number[]) =>
  spawn(process.execPath, [join(import.meta.dirname, 'alarm-victim.ts'), path, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

async function watchUntilKilled(path: string, first: number, incidents: number): Promise<void> {
  const child = start(path, first)
  for await (const line of createInterface({ input: child.stdout }))
    if (line === String(incidents)) child.kill('SIGKILL')
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
}

test('a kill at any moment loses no incident and doubles none: they are what the stored runs lead to', {
  timeout: 180_000,
}, async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'history.db')
  let first = 0
  for (const incidents of [1, 6, 17, 31]) {
    await watchUntilKilled(path, first, incidents)
    await using store = await createSqliteStore({ path, clock: realClock })
    const results = await store.results({ limit: 10_000 })
    const kept = await store.kept('incident', { limit: 10_000 })
    expect(kept).toEqual(incidentsOf(results))
    // The next process goes on behind the last run that was stored.
    first = (results[0]!.slot - begin) / minute + 1
  }
  expect(first).toBeGreaterThan(100)
})

test('a kill between two parts of a long queue leaves whole what was written: a later process ends all of it', {
  timeout: 180_000,
}, async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'history.db')
  let first = 0
  for (const queue of [1_300, 1_701]) {
    const child = start(path, first, queue)
    await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
    await using store = await createSqliteStore({ path, clock: realClock })
    const results = await store.results({ limit: 10_000 })
    const next = (results[0]!.slot - begin) / minute + 1
    // A part of the queue, which ends amid the outage.
    expect(next).toBe(first + 1_000)
    expect(await store.kept('incident', { limit: 10_000 })).toEqual(incidentsOf(results))
    expect(await store.kept('incident', { open: true })).not.toEqual([])

    const { record, recorder } = await openAlarms({ store, clock: realClock })
    for (let index = next; index < next + names.length; index += 1) record(index, 'passed')
    await recorder.close()
    expect(await store.kept('incident', { open: true })).toEqual([])
    first = next + names.length
  }
})
