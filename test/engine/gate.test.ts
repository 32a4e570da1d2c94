import { expect, test } from 'vitest'
import { check } from '../../runner/config/check.ts'
import { playwright } from '../../runner/config/playwright.ts'
import { defineSystem } from '../../runner/config/system.ts'
import type { Observation, Outcome } from '../../runner/core/contracts.ts'
import type { Check, JourneyCheck, JourneySource, Probe, System } from '../../runner/core/definitions.ts'
import type { AskRevision, Decision, JourneyRequest, Journeys, Reporter } from '../../runner/core/ports.ts'
import { type GateRequest, runGate } from '../../runner/engine/gate.ts'
import { joinReporters } from '../../runner/engine/gate-reports.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { loadedWith } from '../support/loaded.ts'

const down: Observation = { ok: false, reason: 'status', detail: 'expected 200, found 500' }
const probe = (observe: Probe['observe']): Probe => ({ kind: 'test', summary: 'test', observe })
const passes = probe(async () => ({ ok: true }))
const fails = probe(async () => down)
const hangs = probe(
  ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
)
const deaf = probe(() => new Promise(() => {}))
const once = { attempts: 0 }

const shop = (checks: Readonly<Record<string, Probe>>, extra: Parameters<typeof defineSystem>[2]['checks'] = []) =>
  defineSystem('shop', '/nowhere', {
    url: 'http://127.0.0.1:1',
    checks: [
      ...Object.entries(checks).map(([id, of]) => check(id, { probe: of, retry: once, timeout: '30s' })),
      ...extra,
    ],
  })

interface Options extends Partial<GateRequest> {
  readonly journeyChecks?: readonly JourneyCheck[]
  readonly secrets?: readonly string[]
  readonly answers?: readonly (string | undefined)[]
  readonly expected?: string
}

function gate(system: System, { journeyChecks = [], secrets = [], answers = [], expected, ...changes }: Options = {}) {
  const clock = fakeClock()
  const controller = new AbortController()
  const queue = [...answers]
  const ask: AskRevision = async () => {
    const revision = queue.length > 1 ? queue.shift() : queue[0]
    return revision === undefined ? { trouble: 'none' } : { revision }
  }
  const told: string[] = []
  const log: Reporter = {
    name: 'log',
    onPlan: plan => void told.push(`plan ${plan.checks.map(item => item.check).join(' ')}`),
    onResult: result => void told.push(`${result.check} ${result.verdict} ${result.detail ?? ''}`.trim()),
    onDecision: decision => void told.push(`decision ${decision.exitCode}`),
  }
  const decision: Promise<Decision> = runGate({
    loaded: loadedWith([system], secrets),
    checks: [...system.checks, ...journeyChecks].map(item => ({ system, check: item })),
    selection: [],
    version: '0.1.0',
    strict: false,
    revision: { expected: expected === undefined ? {} : { shop: expected }, answers: 1, wait: 5_000, ask },
    timeout: 600_000,
    reports: joinReporters([log], clock, message => told.push(message)),
    clock,
    signal: controller.signal,
    random: () => 0.5,
    ...changes,
  })
  return { clock, told, decision, stop: (name: 'SIGINT' | 'SIGTERM') => controller.abort(name) }
}

test('runs everything, reports each result and decides', async () => {
  const { decision, told } = gate(shop({ home: passes, cart: fails }), { answers: ['abc'] })
  expect(await decision).toMatchObject({
    exitCode: 1,
    decision: 'no-go',
    environment: 'staging',
    revisions: { shop: { before: 'abc', after: 'abc' } },
    reasons: ['shop/cart failed (status): expected 200, found 500'],
  })
  expect(told).toEqual(['plan home cart', 'home passed', 'cart failed expected 200, found 500', 'decision 1'])
})

test('results carry trigger, revision, marks of the run and a slot near their start', async () => {
  let marks: Readonly<Record<string, string>> = {}
  const curious = probe(async run => {
    marks = run.marks
    return { ok: true }
  })
  const { decision, clock } = gate(shop({ home: curious }), { answers: ['abc'] })
  expect((await decision).results).toMatchObject([
    { trigger: 'gate', revision: 'abc', location: 'local', environment: 'staging', slot: clock.now() + 500 },
  ])
  expect(marks).toMatchObject({ 'user-agent': 'Vedette/0.1.0', 'x-vedette-run': 'shop~home' })
})

test('probes run at the same time', async () => {
  const clock = fakeClock()
  const slow = probe(async run => {
    await run.clock.sleep(1_000, run.signal)
    return { ok: true }
  })
  const running = gate(shop({ a: slow, b: slow, c: slow }), { clock })
  await clock.advance(1_000)
  expect((await running.decision).exitCode).toBe(0)
})

test('what is not done in time is unknown, also when it does not hear', async () => {
  const running = gate(shop({ home: passes, hung: hangs, deaf }), { timeout: 20_000 })
  await running.clock.advance(20_000)
  await running.clock.advance(10_000)
  const { exitCode, reasons } = await running.decision
  expect(exitCode).toBe(3)
  expect(reasons).toEqual([
    'shop/hung is unknown (runner): not done when the 20s of this gate were over',
    'shop/deaf is unknown (runner): not done when the 20s of this gate were over',
  ])
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s makes what runs unknown, and the decision is still reported', async (name, exitCode) => {
  const running = gate(shop({ home: passes, hung: hangs }))
  await running.clock.advance(1)
  running.stop(name)
  expect((await running.decision).exitCode).toBe(exitCode)
  expect(running.told.slice(-2)).toEqual([`hung unknown interrupted by ${name}`, `decision ${exitCode}`])
})

test('a failure that was seen before the interruption stays a failure, and the code is that of the interruption', async () => {
  const running = gate(shop({ cart: fails, hung: hangs }))
  await running.clock.advance(1)
  running.stop('SIGINT')
  const decision = await running.decision
  expect(decision.exitCode).toBe(130)
  expect(decision.results.map(result => result.verdict).toSorted()).toEqual(['failed', 'unknown'])
})

test('nothing runs when the expected revision does not come up', async () => {
  let ran = false
  const spy = probe(async () => {
    ran = true
    return { ok: true }
  })
  const running = gate(shop({ home: spy }), { expected: 'new', answers: ['old'] })
  await running.clock.advance(5_000)
  const decision = await running.decision
  expect(decision.exitCode).toBe(4)
  expect(decision.reasons).toEqual([
    'shop: expected revision new, found old on web, after 5s',
    'shop/home is unknown (runner): not run, because the revision was not as it should be',
  ])
  expect(ran).toBe(false)
})

test.each<[string, readonly (string | undefined)[], string | undefined, number, RegExp]>([
  ['kept', ['a'], 'a', 0, /on revision a$/],
  ['changed', ['a', 'b'], 'a', 4, /changed during the run: a before, b after/],
  ['changed, with none expected', ['a', 'b'], undefined, 4, /changed during the run: a before, b after/],
  ['come up during the run', [undefined, 'b'], undefined, 4, /changed during the run: not readable before, b after/],
  ['unreadable, with none expected', [undefined], undefined, 0, /passed$/],
])('a revision that was %s', async (_name, answers, expected, exitCode, reason) => {
  const decision = await gate(shop({ home: passes }), { answers, ...(expected === undefined ? {} : { expected }) })
    .decision
  expect(decision.exitCode).toBe(exitCode)
  expect(decision.reasons[0]).toMatch(reason)
})

test('a revision that cannot be read again voids the run', async () => {
  const running = gate(shop({ home: passes }), { answers: ['a', undefined] })
  await running.clock.advance(10_000)
  expect(await running.decision).toMatchObject({
    exitCode: 4,
    reasons: [
      'shop: the revision could not be confirmed after the run: expected revision a, found web: none, after 10s',
    ],
  })
})

test('a revision that was not read because the time was over has not changed', async () => {
  let asked = 0
  const slow: AskRevision = (_origin, _source, { signal }) => {
    asked += 1
    if (asked > 1) return Promise.resolve({ revision: 'a' })
    return new Promise(resolve => signal.addEventListener('abort', () => resolve({ trouble: 'no answer' })))
  }
  const running = gate(shop({ home: passes }), {
    timeout: 2_000,
    revision: { expected: {}, answers: 1, wait: 5_000, ask: slow },
  })
  await running.clock.advance(2_000)
  await running.clock.advance(10_000)
  expect(await running.decision).toMatchObject({
    exitCode: 3,
    reasons: ['shop/home is unknown (runner): not done when the 2s of this gate were over'],
  })
})

test('secrets do not reach a report', async () => {
  const chatty = probe(async () => ({ ok: false, reason: 'assertion', detail: 'expected hunter22, found hunter23' }))
  const { decision, told } = gate(shop({ home: chatty }), { secrets: ['hunter22'] })
  expect(JSON.stringify(await decision)).not.toContain('hunter22')
  expect(told).toContain('home failed expected [secret], found hunter23')
})

// ---- journeys -----------------------------------------------------------------------------------------------------

const passed: Outcome = { attempts: [{ startedAt: 0, duration: 1, saw: { ok: true } }] }

/** Runs journeys by the given function and records the invocations. */
function fakeJourneys(run: (request: JourneyRequest) => Promise<void>) {
  const invocations: string[] = []
  const journeys: Journeys = {
    discover: async () => ({ checks: [], skipped: [], problems: [], good: true }),
    async run(request) {
      invocations.push(request.checks.map(item => item.id).join(' '))
      await run(request)
      invocations.push('end')
    },
    warm: async () => {},
    command: journey => `npx playwright test ${journey.id}`,
    stats: () => ({ browsers: 0, children: 0, spares: 0 }),
    async [Symbol.asyncDispose]() {},
  }
  return { journeys, invocations }
}

const journey = (id: string, source: JourneySource): JourneyCheck => ({
  ...(check(id, { probe: passes, retry: once }) as Check),
  source,
  test: { id, file: 'a.spec.ts', line: 1, project: '', titlePath: [id] },
})

const withJourneys = (parallel: boolean) => {
  const system = shop({}, [playwright('./a', { parallel }), playwright('./b', { parallel })])
  const [first, second] = system.journeys as unknown as [JourneySource, JourneySource]
  return { system, checks: [journey('a1', first), journey('b1', second), journey('a2', first)] }
}

test.each([
  [false, ['a1 a2', 'end', 'b1', 'end']],
  [true, ['a1 a2', 'b1', 'end', 'end']],
])('one invocation a source; in turn unless parallel (%s)', async (parallel, expected) => {
  const { system, checks } = withJourneys(parallel)
  const { journeys, invocations } = fakeJourneys(async request => {
    await null
    for (const item of request.checks) request.onOutcome(item, passed)
  })
  const loaded = loadedWith([system])
  const running = gate(system, {
    journeyChecks: checks,
    journeys,
    loaded: { ...loaded, configuration: { ...loaded.configuration, concurrency: { probes: 4, journeys: 2 } } },
  })
  expect((await running.decision).exitCode).toBe(0)
  expect(invocations).toEqual(expected)
})

test('a journey that nobody speaks of is unknown, and so are all when Playwright breaks', async () => {
  const { system, checks } = withJourneys(false)
  const { journeys } = fakeJourneys(async request => {
    if (request.checks[0]!.id === 'b1') throw new Error('no browser')
    request.onOutcome(request.checks[0]!, passed)
    request.onOutcome(request.checks[0]!, { attempts: [{ startedAt: 0, duration: 1, saw: down }] })
  })
  const { exitCode, reasons } = await gate(system, { journeyChecks: checks, journeys }).decision
  expect(exitCode).toBe(3)
  expect(reasons).toEqual([
    'shop/a2 is unknown (runner): Playwright ended without a word about it',
    'shop/b1 is unknown (runner): running the journeys broke: no browser',
  ])
})

test('journeys that do not end when they are told to are left behind as unknown', async () => {
  const { system, checks } = withJourneys(false)
  const { journeys } = fakeJourneys(() => new Promise(() => {}))
  const running = gate(system, { journeyChecks: checks, journeys })
  await running.clock.advance(1)
  running.stop('SIGTERM')
  await running.clock.advance(10_000)
  const { exitCode, results } = await running.decision
  expect(exitCode).toBe(143)
  expect(results.map(({ verdict }) => verdict)).toEqual(['unknown', 'unknown', 'unknown'])
})

// ---- reports ------------------------------------------------------------------------------------------------------

test('a reporter that throws is told about once and changes nothing', async () => {
  const clock = fakeClock()
  const trouble: string[] = []
  const seen: string[] = []
  const broken: Reporter = {
    name: 'broken',
    onResult() {
      throw new Error('disk full')
    },
    onDecision: async () => {
      throw new Error('never called')
    },
  }
  const good: Reporter = { name: 'good', onDecision: ({ exitCode }) => void seen.push(String(exitCode)) }
  const reports = joinReporters([broken, good], clock, message => trouble.push(message))
  expect((await gate(shop({ a: passes, b: passes }), { reports }).decision).exitCode).toBe(0)
  expect(trouble).toEqual(['reporter broken failed: disk full'])
  expect(seen).toEqual(['0'])
})

test('a reporter that never ends is left behind', async () => {
  const clock = fakeClock()
  const trouble: string[] = []
  const hung: Reporter = { name: 'hung', onDecision: () => new Promise(() => {}) }
  const running = gate(shop({ a: passes }), {
    clock,
    reports: joinReporters([hung], clock, message => trouble.push(message)),
  })
  await clock.advance(10_000)
  expect((await running.decision).exitCode).toBe(0)
  expect(trouble).toEqual(['reporter hung did not end within 10 s and was left behind'])
})
