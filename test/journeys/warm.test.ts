import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { FoundBrowser } from '../../runner/system/browser.ts'
import { markOf, membersOf } from '../../runner/system/process-tree.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt } from './support.ts'

const playwright = dirname(createRequire(import.meta.filename).resolve('playwright/package.json'))
const source = sourceAt(join(fixtures, 'warm'), { retry: { attempts: 0, delay: 0 } })

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'warm-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function where(opened: ReturnType<typeof openTestJourneys>, from = source) {
  const saw = last(await runAll(opened, from), 'where/tells-where-it-runs')
  const told = /mark=(\S+) ws=(\S+) cwd=(\S+) stray=(\S+) ci=(\S+)/.exec(saw.detail ?? '')
  if (!told) throw new Error(`expected words about the place, found ${JSON.stringify(saw)}`)
  const [, mark, ws, cwd, stray, ci] = told
  return { mark, ws, cwd, stray, ci }
}

const spareIsReady = (opened: ReturnType<typeof openTestJourneys>) =>
  vi.waitFor(() => expect(opened.journeys.stats().readySpares).toBe(1), { timeout: 30_000, interval: 50 })

test('the internals that a spare and a warm browser lean on are those of the pinned version', () => {
  const { version } = JSON.parse(readFileSync(join(playwright, 'package.json'), 'utf8')) as { version: string }
  expect(version).toBe('1.65.1')
})

test('a journey runs in the spare that waits, in the warm browser, and the next spare is made', async () => {
  await using opened = openTestJourneys({ spares: true, environment: { ...process.env, STRAY: 'kept', CI: 'true' } })
  await opened.journeys.warm(source)
  await spareIsReady(opened)
  expect(opened.journeys.stats()).toMatchObject({ browsers: 1, spares: 1 })
  const first = await where(opened)
  expect(first).toMatchObject({ mark: 'spare-1', cwd: join(fixtures, 'warm'), stray: 'kept', ci: 'undefined' })
  expect(first.ws).toMatch(/^ws:\/\/127\.0\.0\.1:/)
  await spareIsReady(opened)
  const second = await where(opened)
  expect(second.mark).toBe('spare-2')
  expect(second.ws).toBe(first.ws)
  expect(opened.warnings).toEqual([])
}, 90_000)

test('without spares the plain command line is used; a browser is replaced after its runs, and after its death', async () => {
  await using opened = openTestJourneys({ browserRuns: 2 })
  const places = [await where(opened), await where(opened), await where(opened)]
  for (const { mark } of places) expect(mark).toMatch(/^\d+$/)
  expect(opened.journeys.stats().spares).toBe(0)
  const [a, b, c] = places.map(({ ws }) => ws)
  expect(b).toBe(a)
  expect(c).not.toBe(b)
  const [server] = membersOf(
    { marked: mark => mark.startsWith(opened.instance) && mark.includes('/browser-') },
    process.pid,
  )
  expect(markOf(server!.pid)).toContain('/browser-2')
  process.kill(server!.pid, 'SIGKILL')
  await vi.waitFor(() => expect(opened.journeys.stats().browsers).toBe(0), { timeout: 30_000 })
  expect((await where(opened)).ws).not.toBe(c)
}, 90_000)

test.each([
  ['cannot be loaded early', 'module.exports = {}', 'no spare runner for this Playwright'],
  [
    'cannot be used when waited with',
    'module.exports = { program: { parse: () => process.exit(3) } }',
    'a spare runner did not work; using the plain command line',
  ],
])('a Playwright that %s falls back to the plain command line', async (name, program, warning) => {
  const dir = projectWith(name.replaceAll(' ', '-'), program)
  const foreign = sourceAt(dir, { retry: { attempts: 0, delay: 0 } })
  await using opened = openTestJourneys({ spares: true })
  await opened.journeys.warm(foreign)
  await vi.waitFor(
    () => expect(opened.journeys.stats().readySpares === 1 || opened.journeys.stats().spares === 0).toBe(true),
    { timeout: 30_000 },
  )
  expect((await where(opened, foreign)).mark).toMatch(/^\d+$/)
  expect(opened.warnings).toEqual([expect.stringContaining(warning)])
  expect(opened.journeys.stats().spares).toBe(0)
})

test('a browser without windows is told to whoever wants to watch', async () => {
  const shell: FoundBrowser = {
    via: 'path',
    executablePath: '/opt/chromium-headless-shell',
    version: '156',
    name: 'chromium-headless-shell 156',
  }
  await using opened = openTestJourneys({ browser: async () => shell })
  const outcomes = await runAll(opened, source, { headed: true })
  expect(last(outcomes, 'where/tells-where-it-runs').fault).toMatch(
    /^expected a browser with windows, found chromium-headless-shell 156; install chromium/,
  )
})

/** A project whose Playwright has other insides than ours: the command line works, what lies behind it is as given. */
function projectWith(name: string, program: string): string {
  const dir = join(folder, name)
  cpSync(join(fixtures, 'warm'), dir, { recursive: true })
  const own = join(dir, 'node_modules', 'playwright')
  mkdirSync(join(own, 'lib'), { recursive: true })
  symlinkSync(join(playwright, '..', 'playwright-core'), join(dir, 'node_modules', 'playwright-core'))
  writeFileSync(join(own, 'package.json'), '{ "name": "playwright", "version": "1.65.1" }')
  writeFileSync(join(own, 'cli.js'), `require(${JSON.stringify(join(playwright, 'cli.js'))})`)
  writeFileSync(join(own, 'test.js'), `module.exports = require(${JSON.stringify(join(playwright, 'test.js'))})`)
  writeFileSync(join(own, 'lib', 'program.js'), program)
  return dir
}
