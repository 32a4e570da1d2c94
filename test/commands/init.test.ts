import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { command } from '../../runner/commands/init.ts'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

function project(files: Readonly<Record<string, string>> = {}) {
  const folder = tempFolder(files)
  onTestFinished(() => folder[Symbol.dispose]())
  const io = capturedIo({ cwd: folder.path, env: {} })
  return { folder, io, init: (...argv: readonly string[]) => command.run(argv, io) }
}

test('writes a configuration that loads, and says the next step', async () => {
  const { folder, io, init } = project()
  expect(await init()).toBe(0)
  expect(io.stdout).toBe(`wrote ${join(folder.path, 'vedette.config.ts')}\nset its address, then: npx vedette smoke\n`)
  const { configuration, problems } = await loadConfiguration({ cwd: folder.path, env: {} })
  expect(problems).toEqual([])
  expect(configuration.systems.map(({ id }) => id)).toEqual(['shop'])
})

test('overwrites nothing', async () => {
  const { folder, init } = project({ 'vedette.config.ts': '// mine' })
  await expect(init()).rejects.toThrow(/expected a folder without a configuration, found .*vedette\.config\.ts; edit/)
  expect(readFileSync(join(folder.path, 'vedette.config.ts'), 'utf8')).toBe('// mine')
})

test('puts none beside another one, which it would be taken for', async () => {
  const { folder, init } = project({ 'vedette.config.mjs': '// mine' })
  await expect(init()).rejects.toThrow(/expected a folder without a configuration, found .*vedette\.config\.mjs; edit/)
  expect(existsSync(join(folder.path, 'vedette.config.ts'))).toBe(false)
})

test('copies a pack whose probes load, with the package as its door', async () => {
  const { folder, init } = project()
  expect(await init('--from', 'cod-admin')).toBe(0)
  expect(existsSync(join(folder.path, 'load/cod-admin.ts'))).toBe(true)
  expect(readFileSync(join(folder.path, 'scenarios/cod-admin/system.ts'), 'utf8')).toContain("from 'vedette'")
  const { configuration } = await loadConfiguration({ cwd: folder.path, env: {} })
  expect(configuration.systems[0]!.checks.length).toBeGreaterThan(5)
})

test('a pack is never copied over files that are there', async () => {
  const { folder, init } = project({ 'scenarios/cod-admin/system.ts': '// mine' })
  await expect(init('--from', 'cod-admin')).rejects.toThrow(/expected nothing at .*cod-admin, found something; move it/)
  expect(existsSync(join(folder.path, 'vedette.config.ts'))).toBe(false)
})

test('a pack that there is not is a mistake that names those that there are', async () => {
  await expect(project().init('--from', 'nope')).rejects.toThrow(
    "expected a pack (agent-portal, assessment, cod-admin, dental, therapy), found 'nope'",
  )
})

test('a folder that is not there to be written to is told in a sentence', async () => {
  const io = capturedIo({ cwd: '/proc/none', env: {} })
  await expect(command.run([], io)).rejects.toThrow(
    /expected a folder that can be written to at \/proc\/none, found: ENOENT.*; go elsewhere/,
  )
})
