import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { begin, incidentsOf, minute } from '../engine/alarm-scene.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function watchUntilKilled(path: string, first: number, incidents: number): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'alarm-victim.ts'), path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
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
