import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { playwright } from '../../runner/config/playwright.ts'
import { defineSystem } from '../../runner/config/system.ts'
import type { Outcome, Result } from '../../runner/core/contracts.ts'
import type { JourneyCheck, JourneySource } from '../../runner/core/definitions.ts'
import type { Discovery, JourneyRequest } from '../../runner/core/ports.ts'
import { createJourneyRunner } from '../../runner/engine/journey-runner.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { loadedWith } from '../support/loaded.ts'
import { quietLog } from '../support/quiet-log.ts'

const journey = (source: JourneySource, id: string): JourneyCheck => ({
  ...check(id, { probe: { kind: 'journey', summary: id, observe: async () => ({ ok: true }) } }),
  schedule: source.schedule,
  timeout: source.timeout,
  source,
  test: { id, file: `${id}.spec.ts`, line: 1, project: 'desktop', titlePath: [id] },
})
const passed = (startedAt: number, duration: number): Outcome => ({
  attempts: [{ startedAt, duration, saw: { ok: true } }],
})

interface Project {
  readonly dir: string
  readonly every: string
  readonly tests: readonly string[]
  readonly system?: string
  readonly parallel?: boolean
}

function setUp(
  projects: readonly Project[],
  { journeys: limit = 1, fresh = false, terms = [] as readonly string[] } = {},
) {
  const clock = fakeClock()
  const begin = clock.now()
  const log = quietLog()
  const results: Result[] = []
  const requests: JourneyRequest[] = []
  const latenesses: number[] = []
  let missed = 0
  let takes = 5_000
  let act: (request: JourneyRequest) => Promise<void> = async request => {
    const startedAt = clock.now()
    await clock.sleep(takes, request.signal).catch(() => undefined)
    const fault = { attempts: [{ startedAt, duration: 1, saw: { fault: 'killed by us' } }] } as const
    for (const item of request.checks)
      request.onOutcome(item, request.signal.aborted ? fault : passed(startedAt, takes))
  }
  const listed = new Map<string, Partial<Discovery>>()
  const systems = [...Map.groupBy(projects, project => project.system ?? 'shop')].map(([id, list]) =>
    defineSystem(id, '/repo', {
      url: 'https://shop.example.com',
      checks: list.map(({ dir, every, parallel }) => playwright(dir, { every, ...(parallel ? { parallel } : {}) })),
    }),
  )
  const loaded = loadedWith(systems)
  const runner = createJourneyRunner({
    loaded: {
      ...loaded,
      configuration: { ...loaded.configuration, concurrency: { probes: 1, journeys: limit } },
      selection: { terms, open: terms },
    },
    location: 'local',
    version: '1.2.3',
    clock,
    log,
    random: () => 0.5,
    // As after a restart within the slot, so that the first runs do not disturb.
    lastRunAt: () => (fresh ? undefined : begin),
    onTaken: () => undefined,
    onResult: result => results.push(result),
    onMissed(count) {
      missed += count
    },
    onLate: ms => latenesses.push(ms),
    journeys: {
      discover: async (_, source) => ({
        checks: projects.find(({ dir }) => source.dir === `/repo/${dir}`)!.tests.map(id => journey(source, id)),
        skipped: [],
        problems: [],
        good: true,
        ...listed.get(source.dir),
      }),
      run: request => {
        requests.push(request)
        return act(request)
      },
      warm: async () => undefined,
      command: () => '',
      stats: () => ({ browsers: 0, children: 0, spares: 0 }),
      [Symbol.asyncDispose]: async () => undefined,
    },
  })
  return {
    clock,
    log,
    runner,
    results,
    requests,
    latenesses,
    listed,
    missed: () => missed,
    takes(ms: number) {
      takes = ms
    },
    act(run: typeof act) {
      act = run
    },
    names: () =>
      requests.map(request =>
        request.checks
          .map(item => item.id)
          .toSorted()
          .join(' '),
      ),
  }
}

test('tests of one project that are due together go in one invocation, soon after the start and then at every slot', async () => {
  const { clock, runner, results, names } = setUp([{ dir: 'e2e', every: '1h', tests: ['a', 'b', 'c'] }], {
    fresh: true,
  })
  await runner.start(clock.now())
  await clock.advance(25_000)
  expect(names()).toEqual(['a b c'])
  expect(results.map(result => [result.check, result.verdict, result.trigger]).toSorted()).toEqual([
    ['a', 'passed', 'schedule'],
    ['b', 'passed', 'schedule'],
    ['c', 'passed', 'schedule'],
  ])
  await clock.advance(3 * 3_600_000)
  expect(names()).toEqual(['a b c', 'a b c', 'a b c', 'a b c'])
  expect(new Set(results.map(result => result.slot)).size).toBe(4)
})

test('journeys of one system go in turn, those of another system beside them', async () => {
  const { clock, runner, requests, takes } = setUp(
    [
      { dir: 'one', every: '1m', tests: ['a'] },
      { dir: 'two', every: '1m', tests: ['b'] },
      { dir: 'three', every: '1m', tests: ['c'], system: 'bank' },
    ],
    { journeys: 3 },
  )
  takes(70_000)
  await runner.start(clock.now())
  await clock.advance(60_500)
  expect(requests.map(request => request.system.id).toSorted()).toEqual(['bank', 'shop'])
  expect(runner.stats()).toEqual({ running: 2, queued: 1 })
})

test('a parallel source overlaps, within the number of invocations allowed', async () => {
  const projects = ['one', 'two', 'three'].map(dir => ({ dir, every: '1m', tests: [dir], parallel: true }))
  const { clock, runner, takes } = setUp(projects, { journeys: 2 })
  takes(90_000)
  await runner.start(clock.now())
  await clock.advance(60_500)
  expect(runner.stats()).toEqual({ running: 2, queued: 1 })
})

test('a journey never overlaps with itself: its slot is missed and counted', async () => {
  const { clock, runner, requests, missed, log, takes } = setUp([{ dir: 'e2e', every: '1m', tests: ['a'] }])
  takes(150_000)
  await runner.start(clock.now())
  await clock.advance(180_000)
  expect(requests.length).toBeLessThanOrEqual(2)
  expect(missed()).toBeGreaterThanOrEqual(1)
  expect(log.lines.some(line => line.message.startsWith('missed'))).toBe(true)
})

test('an invocation that breaks makes the journeys without an outcome unknown', async () => {
  const { clock, runner, results, act } = setUp([{ dir: 'e2e', every: '1m', tests: ['a', 'b'] }])
  act(async request => {
    request.onOutcome(request.checks[0]!, passed(clock.now(), 10))
    throw new Error('no browser')
  })
  await runner.start(clock.now())
  await clock.advance(60_500)
  expect(results.map(result => [result.check, result.verdict, result.detail])).toEqual([
    ['a', 'passed', undefined],
    ['b', 'unknown', 'expected Playwright to run, found: no browser'],
  ])
})

test('an invocation that ends without saying anything makes its journeys unknown', async () => {
  const { clock, runner, results, act } = setUp([{ dir: 'e2e', every: '1m', tests: ['a'] }])
  act(async () => undefined)
  await runner.start(clock.now())
  await clock.advance(60_500)
  expect(results).toMatchObject([{ check: 'a', verdict: 'unknown', reason: 'runner' }])
})

test('when listing fails, the journeys known from before are unknown and nothing is invoked', async () => {
  const { clock, runner, results, requests, listed } = setUp([{ dir: 'e2e', every: '1m', tests: ['a'] }])
  listed.set('/repo/e2e', {
    good: false,
    problems: [{ level: 'error', path: [], message: 'a.spec.ts does not compile' }],
  })
  await runner.start(clock.now())
  await clock.advance(60_000)
  expect(requests).toHaveLength(0)
  expect(results).toMatchObject([{ verdict: 'unknown', detail: expect.stringContaining('does not compile') }])
  listed.clear()
  await clock.advance(200_000)
  expect(results.at(-1)).toMatchObject({ verdict: 'passed' })
})

test('a run by hand is answered, and says who asked for it', async () => {
  const { clock, runner, results } = setUp([{ dir: 'e2e', every: '1h', tests: ['a', 'b'] }])
  await runner.start(clock.now())
  await clock.advance(30_000)
  const answer = runner.run('shop/b', 'token ci')
  await clock.advance(6_000)
  expect(await answer).toMatchObject({ check: 'b', trigger: 'manual', verdict: 'passed' })
  expect(results.at(-1)).toMatchObject({ check: 'b', trigger: 'manual', by: 'token ci' })
})

test('retiring starts nothing new and finishes what runs', async () => {
  const { clock, runner, requests, results, takes } = setUp([{ dir: 'e2e', every: '1m', tests: ['a'] }])
  takes(40_000)
  await runner.start(clock.now())
  await clock.advance(60_000)
  const { finished } = runner.retire()
  await clock.advance(300_000)
  await finished
  expect(requests).toHaveLength(1)
  expect(results).toMatchObject([{ verdict: 'passed' }])
  expect(clock.pending).toBe(0)
})

test('stopping interrupts what runs after the grace, and gives up on what does not end', async () => {
  const polite = setUp([{ dir: 'e2e', every: '1m', tests: ['a'] }])
  polite.takes(500_000)
  await polite.runner.start(polite.clock.now())
  await polite.clock.advance(60_000)
  const stopped = polite.runner.stop(10_000)
  await polite.clock.advance(10_000)
  await stopped
  expect(polite.results).toMatchObject([{ verdict: 'unknown', detail: 'killed by us' }])

  const deaf = setUp([{ dir: 'e2e', every: '1m', tests: ['a'] }])
  deaf.act(() => new Promise(() => undefined))
  await deaf.runner.start(deaf.clock.now())
  await deaf.clock.advance(60_000)
  const given = deaf.runner.stop(10_000)
  await deaf.clock.advance(15_000)
  await given
})

test('only selected journeys are watched; a term that fits none of them is a mistake', async () => {
  const projects = [{ dir: 'e2e', every: '1m', tests: ['pay', 'search'] }]
  const { runner, clock } = setUp(projects, { terms: ['shop/pay'] })
  await runner.start(clock.now())
  expect(runner.list().map(({ check: { id } }) => id)).toEqual(['pay'])
  expect(runner.problems()).toEqual([])

  const wrong = setUp(projects, { terms: ['shop/pay', 'shop/serch'] })
  expect(wrong.runner.problems()).toEqual([])
  await wrong.runner.start(wrong.clock.now())
  expect(wrong.runner.problems()).toMatchObject([
    { level: 'error', path: ['selection'], message: expect.stringContaining("did you mean 'shop/search'?") },
  ])
})
