import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createArtifactStore } from '../../runner/stores/artifacts.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { fill, smallDisk } from '../support/small-disk.ts'
import { failed, hour, minute, monday } from './runs.ts'

test('on a disk that is really full nothing is half written, and storing goes on once there is room', async context => {
  const disk = smallDisk()
  if ('missing' in disk) return context.skip(disk.missing)
  const path = join(disk.path, 'history.db')
  await using store = await createSqliteStore({ path, clock: realClock })
  await store.append({ results: [failed()], health: [] })
  const ballast = fill(disk.path)
  const batch = {
    results: Array.from({ length: 200 }, (_, index) =>
      failed({ slot: monday + hour + index * minute, detail: 'found a page without a title '.repeat(20) }),
    ),
    health: [],
  }
  await expect(store.append(batch)).rejects.toMatchObject({
    trouble: 'full',
    message: `expected room for the history in ${path}, found the disk full: free some space or lower retention.bytes; storing goes on by itself once there is room`,
  })
  expect(await store.results({ limit: 1_000 })).toEqual([failed()])

  rmSync(ballast)
  await store.append(batch)
  expect(await store.results({ limit: 1_000 })).toHaveLength(201)
})

test('on a full disk no half of an artifact stays behind', async context => {
  const disk = smallDisk()
  if ('missing' in disk) return context.skip(disk.missing)
  const warnings: string[] = []
  const log = { warn: (_: object, message: string) => void warnings.push(message) }
  const store = await createArtifactStore({
    folder: join(disk.path, 'artifacts'),
    budgetBytes: 10_000_000,
    clock: realClock,
    log,
  })
  expect(await store.put('trace', 'trace.zip', 'application/zip', Buffer.alloc(3_000_000))).toBeUndefined()
  expect(warnings).toEqual(['the artifact trace.zip was not kept'])
  const files = readdirSync(disk.path, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  expect(files).toEqual([])
  expect(store.stats()).toMatchObject({ bytes: 0, files: 0 })
})
