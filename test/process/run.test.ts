import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { testBrowser, testCache } from '../support/test-browser.ts'

const files = {
  'vedette.config.ts': `import { check, defineConfig, defineSystem, playwright, type Observation, RunnerFault } from 'vedette'
const probe = (observe: () => Promise<Observation>) => ({ kind: 'test', summary: 'looks', observe })
const retry = { attempts: 0 }
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [
  check('good', { probe: probe(async () => ({ ok: true, metrics: { http_status: 200 } })), retry }),
  check('bad', { probe: probe(async () => ({ ok: false, reason: 'status', detail: 'expected 200, found 500' })), retry }),
  check('blind', { probe: probe(() => Promise.reject(new RunnerFault('no file handles are left'))), retry }),
  playwright('./e2e', { retry }),
] })] })
`,
  'e2e/playwright.config.ts': 'export default {}\n',
  // Without a page no browser is started.
  'e2e/cart.spec.ts': `import { expect, test } from 'playwright/test'
test('counts', async () => { await test.step('add one', async () => { expect(1 + 1).toBe(2) }) })
test('pays', async () => { await test.step('pay', async () => { expect(1 + 1).toBe(3) }) })
`,
}

function project(): string {
  const folder = tempFolder(files)
  onTestFinished(() => folder[Symbol.dispose]())
  mkdirSync(join(folder.path, 'node_modules'))
  for (const name of ['playwright', 'playwright-core'])
    symlinkSync(join(packageFolder, 'node_modules', name), join(folder.path, 'node_modules', name))
  // As it is after the first run: the browser is known, Playwright is compiled.
  for (const data of ['.vedette', 'kept']) {
    mkdirSync(join(folder.path, data))
    symlinkSync(testCache(), join(folder.path, data, 'cache'))
  }
  return folder.path
}

beforeAll(async () => void (await testBrowser()))

function vedette(cwd: string, ...argv: readonly string[]) {
  return vedetteWith({}, cwd, argv)
}

function vedetteWith(more: NodeJS.ProcessEnv, cwd: string, argv: readonly string[]) {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(packageFolder, 'bin/vedette.js'), ...argv], {
    cwd,
    env: { ...env, ...more },
    encoding: 'utf8',
  })
  return { code: status, out: stdout, error: stderr }
}

test.each([
  ['shop/good', 0, /^shop\/good: passed in .*\n {2}test looks\n\nmetrics\n {2}http_status 200\n$/],
  ['shop/bad', 1, /^shop\/bad: failed \(status\) in .*\n\n {2}expected 200, found 500\n$/s],
  ['shop/blind', 3, /^shop\/blind: unknown \(runner\) in .*\n\n {2}no file handles are left\n$/s],
])('run %s ends with %i', (name, code, report) => {
  const ended = vedette(project(), 'run', name)
  expect(ended.code).toBe(code)
  expect(ended.out).toMatch(report)
})

test.each([
  [['run'], /expected one check as system\/check, found none/],
  [['run', 'shop/god'], /found 'shop\/god', which fits no check; did you mean 'shop\/good'\?/],
  [['run', 'shop/b*'], /means 2: shop\/bad, shop\/blind/],
  [['run', 'shop/good', '--trace'], /expected a journey with --headed or --trace, found that shop\/good is a probe/],
])('%j is a mistake', (argv, message) => {
  const { code, error } = vedette(project(), ...argv)
  expect(code).toBe(2)
  expect(error).toMatch(message)
})

test('run shows a journey in steps, keeps its trace, and prints the plain line', () => {
  const cwd = project()
  const { code, out } = vedette(cwd, 'run', 'shop/cart/pays', '--trace')
  expect(code).toBe(1)
  expect(out).toContain('shop/cart/pays: failed (assertion)')
  expect(out).toContain('✗ pay')
  expect(out).toMatch(/repeat without Vedette\n {2}cd .* npx playwright test cart.spec.ts:3 /)
  const trace = / trace +(\S+)/.exec(out)![1]!
  expect(existsSync(trace)).toBe(true)
})

test('a passed journey has a trace only when it is asked for', () => {
  const cwd = project()
  expect(vedette(cwd, 'run', 'shop/cart/counts').out).not.toContain('trace')
  const { code, out } = vedette(cwd, 'run', 'shop/cart/counts', '--trace')
  expect(code).toBe(0)
  expect(existsSync(/ trace +(\S+)/.exec(out)![1]!)).toBe(true)
})

test('a trace of what is masked is refused', () => {
  const cwd = project()
  const masked = files['vedette.config.ts'].replace('{ retry }),', "{ retry, screenshots: { mask: ['#card'] } }),")
  writeFileSync(join(cwd, 'vedette.config.ts'), masked)
  const { code, error } = vedette(cwd, 'run', 'shop/cart/counts', '--trace')
  expect(code).toBe(2)
  expect(error).toContain('expected no --trace, found that shop/cart/counts masks its screenshots')
})

test('a window without a display is refused before anything starts', () => {
  const { code, out, error } = vedette(project(), 'run', 'shop/cart/counts', '--headed')
  expect(code).toBe(3)
  expect(out).toBe('')
  expect(error).toContain('expected a display to show the window of --headed on, found neither DISPLAY nor')
})

test('smoke runs journeys beside probes, and keeps the results with --data', async () => {
  const cwd = project()
  const { code, out } = vedette(cwd, 'smoke', '!shop/bad', '!shop/blind', '--data', 'kept')
  expect(code).toBe(1)
  expect(out).toContain('✓ passed   shop/cart/counts')
  expect(out).toMatch(/ \| repeat: .*npx playwright test cart.spec.ts:3/)
  expect(out.trimEnd().split('\n').at(-1)).toMatch(/^NO-GO: shop\/cart\/pays failed \(assertion\)/)
  await using store = await createSqliteStore({ path: join(cwd, 'kept/history-local.db'), clock: realClock })
  const kept = await store.results({ triggers: ['gate'] })
  expect(kept.map(({ check, verdict }) => `${check} ${verdict}`).toSorted()).toEqual([
    'cart/counts passed',
    'cart/pays failed',
    'good passed',
  ])
})

test('smoke refuses a spec that does not compile', () => {
  const cwd = project()
  writeFileSync(join(cwd, 'e2e/broken.spec.ts'), "import { test } from 'playwright/test'\ntest('half', async () => {\n")
  const { code, out } = vedette(cwd, 'smoke', 'shop')
  expect(code).toBe(2)
  expect(out).toMatch(/CANNOT TELL: .*broken\.spec\.ts/)
})

test('what outlives a run without a data folder is kept where Node keeps what it compiled', () => {
  using compiled = tempFolder()
  expect(vedetteWith({ NODE_COMPILE_CACHE: compiled.path }, project(), ['list']).code).toBe(0)
  const [version] = readdirSync(compiled.path)
  expect(readdirSync(join(compiled.path, version!, 'cache')).toSorted()).toEqual(['node', 'node-transform'])
})
