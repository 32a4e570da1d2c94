import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { command as requirements } from '../../runner/commands/requirements.ts'
import { command as validate } from '../../runner/commands/validate.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { capturedIo } from '../support/captured-io.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { resultOf, start } from '../support/fake-watch.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = `import { check, defineConfig, defineSystem, http } from 'vedette'
const promise = (id, verify, need) => ({ id, need, verify, broken: 'it breaks', source: 'Chapter ' + id })
const requirements = [promise('A-1', 'probe', 'the shop opens'), promise('A-2', 'journey', 'it sells'), promise('A-3', 'gate', 'it is let in')]
const home = check('home', { probe: http('/'), covers: ['A-1'] })
const front = check('front', { probe: http('/front'), covers: ['A-1'] })
const shop = defineSystem('shop', { url: 'http://127.0.0.1:9', requirements, checks: [home, front] })
const blog = defineSystem('blog', { url: 'http://127.0.0.1:9', checks: [check('feed', { probe: http('/') })] })
export default defineConfig({ systems: [shop, blog] })
`

function world() {
  const folder = tempFolder({ 'vedette.config.ts': configuration })
  onTestFinished(() => folder[Symbol.dispose]())
  return { folder: folder.path, io: ioIn(folder.path) }
}

const ioIn = (cwd: string) => capturedIo({ cwd, env: {}, clock: fakeClock(start) })

test('each promise with what covers it; without a history no evidence is claimed', async () => {
  const { io } = world()
  expect(await requirements.run([], io)).toBe(0)
  expect(io.stdout).toBe(
    [
      'shop: 3 promises, 1 covered; 1 without a check; 1 of other kinds not covered (1 gate)',
      'id   kind     evidence   covered by                                      promise         source',
      'A-1  probe    none kept  home                                            the shop opens  Chapter A-1',
      '              none kept  front',
      'A-2  journey  -          nothing (would: a test tagged with its id)      it sells        Chapter A-2',
      'A-3  gate     -          nothing (would: a smoke run judged as a whole)  it is let in    Chapter A-3',
      'blog: no requirements\n',
    ].join('\n'),
  )
})

test('evidence is the newest run that is kept, and JSON leads to it', async () => {
  const { io, folder } = world()
  const path = join(folder, '.vedette', 'history-local.db')
  mkdirSync(join(folder, '.vedette'))
  {
    await using store = await createSqliteStore({ path, clock: io.clock })
    const check = { system: 'shop', check: 'home' }
    const at = (ago: number) => ({ slot: start - ago, startedAt: start - ago })
    const older = resultOf(check, at(600_000))
    const newer = resultOf(check, { ...at(125_000), verdict: 'failed', reason: 'status', detail: 'expected 200' })
    await store.append({ results: [newer, older], health: [] })
  }
  expect(await requirements.run(['shop'], io)).toBe(0)
  expect(io.stdout).toContain('A-1  probe    failed 2m ago  home')
  expect(io.stdout).not.toContain('blog')

  const json = ioIn(folder)
  expect(await requirements.run(['shop', '--json'], json)).toBe(0)
  expect(JSON.parse(json.stdout)).toMatchObject([
    {
      system: 'shop',
      id: 'A-1',
      source: 'Chapter A-1',
      coveredBy: [
        {
          kind: 'check',
          id: 'home',
          last: {
            verdict: 'failed',
            startedAt: new Date(start - 125_000).toISOString(),
            run: `/runs/shop~home~local~${start - 125_000}~schedule`,
          },
        },
        { kind: 'check', id: 'front' },
      ],
    },
    { id: 'A-2', coveredBy: [] },
    { id: 'A-3', coveredBy: [] },
  ])
})

test('a system that is not there is a mistake with the nearest name', async () => {
  await expect(requirements.run(['shap'], world().io)).rejects.toThrow(
    "expected a system (shop, blog), found 'shap'; did you mean 'shop'?",
  )
})

test('validate warns of a promise that a check could hold and none does, and counts the others', async () => {
  const { io } = world()
  expect(await validate.run([], io)).toBe(0)
  expect(io.stderr).toMatch(
    /^warning: system shop › requirement A-2: expected a check that covers this promise \(journey\), found none;.*\n$/,
  )
  expect(io.stdout).toMatch(
    /shop: 3 promises, 1 covered; 1 without a check; 1 of other kinds not covered \(1 gate\)\n$/,
  )
})
