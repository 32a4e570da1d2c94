import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempFolder } from './temp-folder.ts'

/** A file system of two megabytes, or of another size, in a folder of its own; or why there is none. */
export function smallDisk(size = '2m'): { readonly path: string } | { readonly missing: string } {
  const folder = tempFolder()
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder.path], {
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

/** Fills what is left, so that not even a page finds room; returns the file to remove. */
export function fill(folder: string): string {
  const ballast = join(folder, 'ballast')
  spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4k'])
  return ballast
}
