import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTypeStripper } from '../../runner/config/strip-types.ts'
import { tempFolder } from '../support/temp-folder.ts'

const code = 'export const price: number = 1\n'
const stripped = 'export const price         = 1\n'

test('what was stripped once is read from the cache, by its text', () => {
  using folder = tempFolder()
  using first = createTypeStripper(folder.path)
  expect(first.strip(code)).toBe(stripped)
  const [name, ...more] = readdirSync(folder.path)
  expect(more).toEqual([])
  writeFileSync(join(folder.path, name!), 'what was kept')
  using second = createTypeStripper(folder.path)
  expect(second.strip(code)).toBe('what was kept')
  expect(second.strip(code.replace('1', '2'))).toBe(stripped.replace('1', '2'))
})

test('without a cache, or with one that cannot be written to, all is stripped', () => {
  for (const cache of [undefined, '/proc/nothing']) {
    using stripper = createTypeStripper(cache)
    expect(stripper.strip(code)).toBe(stripped)
  }
})

test('what cannot be stripped is kept by nobody: the loader of Node explains it', () => {
  using folder = tempFolder()
  using stripper = createTypeStripper(folder.path)
  expect(stripper.strip('enum Colour { Red }')).toBeUndefined()
  expect(readdirSync(folder.path)).toEqual([])
})
