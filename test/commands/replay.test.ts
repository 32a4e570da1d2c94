import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { command as replay } from '../../runner/commands/replay.ts'
import type { Verdict } from '../../runner/core/contracts.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { capturedIo } from '../support/captured-io.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { resultOf, start } from '../support/fake-watch.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = (failures: string) => `import { check, defineConfig, defineSystem, http } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', checks: [check('home', { probe: http('/'), failures: ${failures} })] })] })
`
const minute = 60_000

async function world(verdicts: readonly Verdict[]) {
  const folder = tempFolder({
    'vedette.config.ts': configuration('1'),
    'calm.config.ts': configuration('{ runs: 3, of: 5 }'),
  })
  onTestFinished(() => folder[Symbol.dispose]())
  const clock = fakeClock(start)
  if (verdicts.length > 0) {
    mkdirSync(join(folder.path, '.vedette'))
    await using store = await createSqliteStore({ path: join(folder.path, '.vedette/history-local.db'), clock })
    const results = verdicts.map((verdict, index) => {
      const at = start - (verdicts.length - index) * minute
      return resultOf(
        { system: 'shop', check: 'home' },
        { slot: at, startedAt: at, verdict, ...(verdict === 'failed' ? { reason: 'status', detail: 'no' } : {}) },
      )
    })
    await store.append({ results, health: [] })
  }
  return capturedIo({ cwd: folder.path, env: {}, clock })
}

const verdicts: readonly Verdict[] = [
  'passed',
  'failed',
  'passed',
  'failed',
  'failed',
  'failed',
  'passed',
  'failed',
  'passed',
]

test('compares two policies on the same past', async () => {
  const io = await world(verdicts)
  expect(await replay.run(['--policy', 'calm.config.ts'], io)).toBe(0)
  expect(io.stdout).toMatch(/^9 scheduled runs since 2026-01-05T11:51:00.000Z$/m)
  expect(io.stdout).toMatch(/vedette.config.ts: 3 incidents$/m)
  expect(io.stdout).toMatch(/calm.config.ts: 1 incident$/m)
  expect(io.stdout).toMatch(/2026-01-05T11:54:00.042Z +\S.* +p1 +- +shop +wrong +home$/m)
})

test('as JSON, and only of the time that is asked for', async () => {
  const io = await world(verdicts)
  expect(await replay.run(['--json', '--since', '2m30s'], io)).toBe(0)
  const { runs, policies } = JSON.parse(io.stdout)
  expect(runs).toBe(2)
  expect(policies).toMatchObject([{ incidents: [{ cause: 'wrong', resolvedAt: expect.any(Number) }] }])
})

test('without a history, and with a time that is none, it says what was expected', async () => {
  const io = await world([])
  expect(await replay.run([], io)).toBe(3)
  expect(io.stderr).toMatch(/expected a history of local, found nothing at .*; `vedette watch` makes one/)
  await expect(replay.run(['--since', 'yesterday'], io)).rejects.toThrow(
    /expected --since to be a duration such as '30d'/,
  )
})
