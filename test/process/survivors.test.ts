import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Outcome } from '../../runner/core/contracts.ts'
import type { JourneyCheck } from '../../runner/core/definitions.ts'
import { findBrowser, isBrowser } from '../../runner/system/browser.ts'
import { listProcesses, markOf, membersOf } from '../../runner/system/process-tree.ts'
import { fixtures, last, openTestJourneys, runAll, sourceAt } from '../journeys/support.ts'

const source = sourceAt(join(fixtures, 'deadly'), { timeout: 3_000, retry: { attempts: 0, delay: 0 } })

describe('journeys that die in every way', () => {
  let opened: ReturnType<typeof openTestJourneys>
  let outcomes: ReadonlyMap<string, Outcome>
  let left: readonly number[]
  beforeAll(async () => {
    opened = openTestJourneys({ limits: { heap: 128 * 2 ** 20, grace: 6_000 } })
    outcomes = await runAll(opened, source)
    // What stays is what keeps the next journey fast: a browser server with its browser. Nothing of a run.
    left = opened.marked().filter(pid => !markOf(pid)?.includes('/browser-') && !isBelowServer(pid))
  }, 180_000)
  afterAll(() => opened[Symbol.asyncDispose]())

  test('a healthy neighbour passes', () => expect(last(outcomes, 'deadly/passes')).toMatchObject({ ok: true }))
  test('a hang is a failure', () =>
    expect(last(outcomes, 'deadly/hangs')).toMatchObject({ ok: false, reason: 'timeout' }))
  test('an endless loop in the test is ours to kill, so unknown', () =>
    expect(last(outcomes, 'deadly/loops-in-the-test').fault).toMatch(/^killed: /))
  test('an endless loop in the page is a failure', () =>
    expect(last(outcomes, 'deadly/loops-in-the-page')).toMatchObject({ ok: false, reason: 'timeout' }))
  test('a lost browser is unknown', () =>
    expect(last(outcomes, 'deadly/kills-the-browser').fault).toMatch(/^the browser was lost/))
  test('lack of memory is unknown', () =>
    expect(last(outcomes, 'deadly/eats-all-memory').fault).toMatch(/ended by itself \(code=null, signal=SIGABRT\)/))
  test('process.exit is unknown', () =>
    expect(last(outcomes, 'deadly/exits').fault).toMatch(/ended by itself \(code=7/))
  test('a grandchild left behind does not change the verdict', () =>
    expect(last(outcomes, 'deadly/leaves-a-grandchild')).toMatchObject({ ok: true }))

  test('nothing survives the runs, and nothing at all survives the end', async () => {
    expect(left).toEqual([])
    await opened[Symbol.asyncDispose]()
    expect(opened.marked()).toEqual([])
    expect(existsSync(opened.journeys.scratch)).toBe(false)
  })
})

describe('the cap on', () => {
  let hanging: readonly JourneyCheck[]
  beforeAll(async () => {
    await using opened = openTestJourneys()
    const { checks } = await opened.journeys.discover({ ...system(), journeys: [source] }, source)
    hanging = checks.filter(({ id }) => id === 'deadly/hangs')
  })

  test.each([
    ['memory', { memory: 2 ** 20 }, /held \d+ MiB of memory, more than the limit of 1 MiB/],
    ['disk', { disk: 1 }, /it wrote \d+ MiB, more than the limit of 0 MiB/],
    ['time without a test', { idle: 50 }, /no test began or ended within 50 ms/],
  ])('%s kills the run, which is unknown', async (_, limits, fault) => {
    await using capped = openTestJourneys({ limits: { grace: 1_500, ...limits } })
    const outcomes = await runAll(capped, source, { checks: hanging })
    expect(last(outcomes, 'deadly/hangs').fault).toMatch(fault)
  })
})

test('the death of Vedette itself takes everything along', async () => {
  const victim = spawn(process.execPath, [join(import.meta.dirname, 'survivors-victim.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(victim.stdout)
  const [scratch] = (await once(lines, 'line')) as [string]
  const instance = scratch.split('/vedette-').at(-1)!
  const marked = () => membersOf({ marked: mark => mark.startsWith(`${instance}/`) }, process.pid)
  // A runner, its worker, the browser server and the browser are at work.
  await vi.waitFor(() => expect(marked().length).toBeGreaterThan(4), { timeout: 40_000, interval: 100 })
  await vi.waitFor(() => expect(readdirSync(scratch).length).toBeGreaterThan(1), { timeout: 10_000 })
  victim.kill('SIGKILL')
  await once(victim, 'exit')
  await vi.waitFor(
    () => {
      expect(marked()).toEqual([])
      expect(existsSync(scratch)).toBe(false)
    },
    { timeout: 20_000, interval: 100 },
  )
  rmSync(dirname(scratch), { recursive: true })
})

test('what a crashed Vedette left behind, its guardian dead as well, is swept at the next start', async () => {
  await using opened = openTestJourneys()
  const orphan = spawn('sleep', ['300'], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, VEDETTE_MARK: '4194303-1-gone/1' },
  })
  const stranger = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
  const died = once(orphan, 'exit')
  for (const name of ['vedette-4194303-1-gone', 'vedette-data']) mkdirSync(join(opened.scratchRoot, name))
  expect(await opened.journeys.sweep()).toMatchObject({ survivors: [], folders: 1 })
  expect(readdirSync(opened.scratchRoot)).toEqual(['vedette-data'])
  expect(await died).toEqual([null, 'SIGKILL'])
  expect(stranger.exitCode).toBe(null)
  expect(stranger.signalCode).toBe(null)
  stranger.kill()
})

test('a browser is one that was launched, and VEDETTE_BROWSER never falls through', async () => {
  const found = await findBrowser({ environment: process.env })
  expect(isBrowser(found) && found.version).toMatch(/^\d+\./)
  const wrong = await findBrowser({ environment: { ...process.env, VEDETTE_BROWSER: '/bin/true' } })
  expect(wrong).toEqual({ missing: expect.stringContaining('VEDETTE_BROWSER=/bin/true, found none') })
  expect(await findBrowser({ environment: {}, launch: async () => undefined })).toEqual({
    missing: expect.stringContaining('vedette setup'),
  })
})

const system = () => ({
  id: 'shop',
  folder: fixtures,
  title: 'Shop',
  url: {},
  revision: { header: '', path: '', json: '', origins: [] },
  owners: {},
  escalation: [],
  dependsOn: [],
  requirements: [],
  objectives: [],
  checks: [],
  load: [],
  problems: [],
})

/** Parts of a browser rewrite their environment; they are known by their ancestors. */
function isBelowServer(pid: number): boolean {
  const all = listProcesses()
  for (let at = all.find(entry => entry.pid === pid); at; at = all.find(entry => entry.pid === at!.parent)) {
    if (markOf(at.pid)?.includes('/browser-')) return true
  }
  return false
}
