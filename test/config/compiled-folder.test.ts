import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compiledFolder } from '../../runner/config/compiled-folder.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('nothing is read from where somebody else could have put it', () => {
  using outer = tempFolder()
  const inner = join(outer.path, 'v24')
  mkdirSync(inner)
  chmodSync(outer.path, 0o755)
  expect(compiledFolder(inner)).toBe(inner)
  for (const folder of [outer.path, inner]) {
    chmodSync(folder, 0o777)
    expect(compiledFolder(inner), folder).toBeUndefined()
    chmodSync(folder, 0o755)
    if (process.geteuid!() !== 0) continue
    chownSync(folder, 65_534, 65_534)
    expect(compiledFolder(inner), folder).toBeUndefined()
    chownSync(folder, 0, 0)
  }
  expect(compiledFolder(join(outer.path, 'nowhere'))).toBeUndefined()
})
