import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { failed, hour, minute, monday } from './runs.ts'

/** A file system of two megabytes in a folder of its own, or why there is none. */
function smallDisk(): { readonly path: string } | { readonly missing: string } {
  const folder = tempFolder()
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder.path], {
    encoding: 'utf8',
  })
  onTestFinished(() => {
    if (status === 0) spawnSync('umount', [folder.path])
    folder[Symbol.dispose]()
  })
  return status === 0
    ? { path: folder.path }
    : { missing: `no disk could be mounted: ${error?.message ?? stderr.trim()}` }
}

test('on a disk that is really full nothing is half written, and storing goes on once there is room', async context => {
  const disk = smallDisk()
  if ('missing' in disk) return context.skip(disk.missing)
  const path = join(disk.path, 'history.db')
  await using store = await createSqliteStore({ path, clock: realClock })
  await store.append({ results: [failed()], health: [] })
  const ballast = join(disk.path, 'ballast')
  // The system fills what is left, so that not even a page of the log finds room.
  spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'])
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

  spawnSync('rm', [ballast])
  await store.append(batch)
  expect(await store.results({ limit: 1_000 })).toHaveLength(201)
})
