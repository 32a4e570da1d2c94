import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lockDataFolder } from '../../runner/commands/data-folder.ts'
import { command } from '../../runner/commands/rename.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { run } from '../stores/runs.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function history() {
  const folder = tempFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const open = () => createSqliteStore({ path: join(folder.path, 'history-local.db'), clock: realClock })
  {
    await using store = await open()
    await store.append({ results: [run({ system: 'shop', check: 'old', slot: realClock.now() })], health: [] })
  }
  const io = capturedIo({ cwd: folder.path })
  return { io, open, rename: (...argv: readonly string[]) => command.run([...argv, '--data', folder.path], io) }
}

test('moves the history to the new name', async () => {
  const { io, open, rename } = await history()
  expect(await rename('shop/old', 'shop/new')).toBe(0)
  expect(io.stdout).toBe('the history of shop/old is now that of shop/new\n')
  await using store = await open()
  expect((await store.results({})).map(({ check }) => check)).toEqual(['new'])
})

test.each([
  [
    ['shop/odl', 'shop/new'],
    /expected a check with a history \(shop\/old\), found 'shop\/odl'; did you mean 'shop\/old'\?/,
  ],
  [['shop/old', 'shop/old'], /expected two different names, found 'shop\/old' twice/],
  [
    ['shop/old', 'store/old'],
    /expected <system>\/<old> <system>\/<new> of the same system, found 'shop\/old store\/old'/,
  ],
  [['a', 'b'], /expected <system>\/<old> <system>\/<new> of the same system, found 'a b'/],
])('%j is a mistake', async (argv, message) => {
  const { rename } = await history()
  await expect(rename(...argv)).rejects.toThrow(message)
})

test('a folder without a history is named, and no history is made there', async () => {
  using folder = tempFolder()
  const io = capturedIo({ cwd: folder.path })
  const wish = () => command.run(['shop/old', 'shop/new'], io)
  await expect(wish()).rejects.toThrow(/expected a history at .*\.vedette\/history-local\.db, found none; --data names/)
  await expect(wish()).rejects.toThrow('found none')
})

test('nothing moves below a running watch', async () => {
  const { io, rename } = await history()
  {
    using _watching = lockDataFolder(io.cwd)
    await expect(rename('shop/old', 'shop/new')).rejects.toThrow(
      /expected no other `vedette watch` .* found one; stop it/,
    )
  }
  expect(await rename('shop/old', 'shop/new')).toBe(0)
})
