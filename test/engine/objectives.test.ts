import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ObjectiveOptions, objective } from '../../runner/config/objective.ts'
import type { Result, Verdict } from '../../runner/core/contracts.ts'
import type { Objective, System } from '../../runner/core/definitions.ts'
import type { Deploy } from '../../runner/core/deploys.ts'
import type { Incident, Signal } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import type { ObjectiveState, PartState } from '../../runner/core/objectives.ts'
import type { Keep, Store } from '../../runner/core/ports.ts'
import type { Limit, Requirement } from '../../runner/core/requirements.ts'
import type { Feeder } from '../../runner/core/sli.ts'
import { createObjectives, type ObjectivesOptions } from '../../runner/engine/objectives.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'
import { openSqlite } from '../stores/open-sqlite.ts'
import { day, failed, hour, minute, monday, run } from '../stores/runs.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { systemOf } from '../support/fake-watch.ts'
import { incidentOf } from '../support/incidents.ts'
import { quietLog } from '../support/quiet-log.ts'

const promise = (id: string, ...threshold: readonly Limit[]): Requirement => ({
  id,
  need: `the promise ${id}`,
  verify: 'slo',
  threshold,
  broken: 'it is not',
  source: 'Targets',
})
const feeder = (check: string, interval = minute): Feeder => ({
  check,
  kind: 'http',
  summary: 'GET /',
  tags: [],
  covers: [],
  interval,
  calendar: false,
})
const deployOf = (at: number, more: Partial<Deploy> = {}): Deploy => ({
  id: `shop~abc~${at}`,
  system: 'shop',
  environment: 'production',
  revision: 'abc',
  at,
  by: 'hand',
  ...more,
})
const markDeploy = (store: Store, deploy: Deploy) =>
  store.append({ results: [], health: [], keep: [{ kind: 'deploy', id: deploy.id, at: deploy.at, value: deploy }] })

interface Scene {
  readonly store: Store
  readonly now: number
  readonly requirements: readonly Requirement[]
  readonly objectives: readonly Objective[]
  readonly feeders?: readonly Feeder[]
  /** Incidents of an earlier process. */
  readonly open?: readonly Incident[]
  readonly escalation?: System['escalation']
  readonly notifiers?: ReturnType<ObjectivesOptions['notifiers']>
}

function watching(scene: Scene) {
  const { store, now, requirements, objectives, feeders = [feeder('home')], open = [] } = scene
  const { escalation = [], notifiers = [] } = scene
  const clock = fakeClock(now)
  const signals: Signal[] = []
  let systems = [systemOf('shop', { title: 'Shop', owners: { p0: 'oncall' }, escalation, requirements, objectives })]
  const watched = createObjectives({
    store,
    clock,
    log: quietLog(),
    systems: () => systems,
    feeders: () => feeders,
    notifiers: () => notifiers,
    locations: () => 1,
    rawKept: () => 7 * day,
    signal: signal => void signals.push(signal),
    open: () => open,
  })
  return {
    clock,
    signals,
    evaluate: () => watched.evaluate(),
    states: () => watched.states(),
    forget: () => {
      systems = []
    },
    part: (objectiveId: string, part?: string) => partOf(watched.states(), objectiveId, part),
    stop: () => watched.stop(),
  }
}

function partOf(states: readonly ObjectiveState[], id: string, part?: string): PartState {
  const state = states.find(({ objective: found }) => found === id)!
  return part === undefined ? state.parts[0]! : state.parts.find(item => item.part === part)!
}

describe('the budget equals a count over raw rows', () => {
  const spans: readonly { readonly id: string; readonly options: Partial<ObjectiveOptions> }[] = [
    { id: 'rolling', options: { period: '30d' } },
    { id: 'week', options: { period: '7d' } },
    { id: 'day', options: { period: '1d' } },
    { id: 'month', options: { period: { calendar: 'month', timezone: 'Europe/Berlin' } } },
    { id: 'deployed', options: { afterDeploy: { from: '1h', to: '10d' } } },
  ]
  const requirements = [
    promise(
      'S-1',
      { metric: 'availability', gte: 0.99 },
      { metric: 'error_rate', lt: 0.02 },
      { metric: 'latency', gte: 0.9 },
    ),
  ]
  const objectives = spans.map(({ id, options }) => objective(id, { from: 'S-1', ...options }))

  const histories = fc.record({
    // Around both changes of clocks, at any minute.
    now: fc
      .integer({ min: 0, max: 12 * 1_440 })
      .chain(after =>
        fc.constantFrom(Date.UTC(2026, 2, 26), Date.UTC(2026, 9, 22)).map(start => start + after * minute),
      ),
    intervals: fc.array(fc.constantFrom(30 * minute, 45 * minute, 60 * minute), { minLength: 1, maxLength: 3 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    deployed: fc.integer({ min: 1, max: 20 * 24 * 60 }),
    gaps: fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 40 })), { maxLength: 4 }),
  })

  /** Runs of 33 days, with hours in which nothing ran and hours of maintenance. */
  function historyOf({
    now,
    intervals,
    seed,
    gaps,
  }: {
    now: number
    intervals: readonly number[]
    seed: number
    gaps: readonly (readonly [number, number])[]
  }) {
    let state = seed
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return state / 0x7fffffff
    }
    const begin = now - 33 * day
    const silent = (slot: number) =>
      gaps.some(([from, length]) => slot >= begin + from * hour && slot < begin + (from + length) * hour)
    return intervals.flatMap((interval, index): readonly Result[] => {
      const results: Result[] = []
      for (let slot = begin + Math.floor(random() * interval); slot < now; slot += interval) {
        const [chance, planned] = [random(), random() < 0.03]
        if (silent(slot)) continue
        const verdict: Verdict =
          chance < 0.9 ? 'passed' : chance < 0.94 ? 'degraded' : chance < 0.97 ? 'failed' : 'unknown'
        const more = { check: `c${index}`, slot, verdict, ...(planned ? { maintenance: true as const } : {}) }
        results.push(verdict === 'passed' ? run(more) : run({ ...more, reason: 'slow', detail: 'x' }))
      }
      return results
    })
  }

  /** Where single runs are gone, an edge lies on the hour before it. */
  const edge = (at: number, rawFrom: number) => (at < rawFrom ? Math.floor(at / hour) * hour : at)

  function expectExact(part: PartState, results: readonly Result[], now: number, rawFrom: number) {
    const { from, to } = part.period!
    const within = (begin: number, end: number) =>
      results.filter(({ slot }) => slot >= edge(begin, rawFrom) && slot < edge(Math.min(now, end), rawFrom))
    const count = (rows: readonly Result[], ...wanted: readonly Verdict[]) =>
      rows.filter(({ verdict, maintenance }) => !maintenance && wanted.includes(verdict)).length
    const bads: readonly Verdict[] = part.metric === 'latency' ? ['failed', 'degraded'] : ['failed']
    const rows = within(from, to)
    const [bad, valid] = [count(rows, ...bads), count(rows, 'passed', 'degraded', 'failed')]
    expect(part.runs).toMatchObject({
      bad,
      good: valid - bad,
      valid,
      unknown: count(rows, 'unknown'),
      maintenance: rows.filter(({ maintenance }) => maintenance).length,
    })
    if (valid > 0) expect(part.value).toBe((part.metric === 'error_rate' ? bad : valid - bad) / valid)
    expect(part.budget!.runs.used).toBe(bad)
    for (const { long, short, rate, shortRate } of part.burn) {
      const allowed = part.metric === 'latency' ? 0.1 : part.metric === 'error_rate' ? 0.02 : 0.01
      for (const [ms, found] of [
        [long, rate],
        [short, shortRate],
      ] as const) {
        const lately = within(part.period!.kind === 'deploy' ? Math.max(from, now - ms) : now - ms, now)
        const ran = count(lately, 'passed', 'degraded', 'failed')
        if (ran === 0) expect(found).toBeUndefined()
        else expect(found).toBeCloseTo(count(lately, ...bads) / ran / allowed, 9)
      }
    }
  }

  test('for any history, before and after it is rolled up and single runs are gone', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async history => {
        const { now, intervals, deployed } = history
        await using opened = await openSqlite()
        const { store } = opened
        const results = historyOf(history)
        await store.append({ results, health: [] })
        await markDeploy(store, deployOf(now - deployed * minute))
        const feeders = intervals.map((interval, index) => feeder(`c${index}`, interval))
        const scene = watching({ store, now, requirements, objectives, feeders })
        const look = async (rawFrom: number) => {
          await scene.evaluate()
          const parts = scene.states().flatMap(state => state.parts)
          expect(parts).toHaveLength(15)
          for (const part of parts) if (part.period !== undefined) expectExact(part, results, now, rawFrom)
        }
        await look(0)
        await store.maintain(now)
        await look(Math.floor((now - 7 * day) / hour) * hour)
        await scene.stop()
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })
})

/** A run a minute for `length` before `now`; the last `outage` of them failed. */
const history = (now: number, length: number, outage = 0, more: Partial<Result> = {}): readonly Result[] =>
  Array.from({ length: length / minute }, (_, index) => {
    const slot = now - length + index * minute
    return slot >= now - outage ? failed({ ...more, slot }) : run({ ...more, slot })
  })
const month = promise('S-1', { metric: 'availability', gte: 0.999, window: '30d' })
const availability = objective('availability', { from: 'S-1' })
const now = monday + 12 * hour + 7 * minute

describe('burn', () => {
  test('is told once when it begins and once when it ends, with its severity, owner and figures', async () => {
    const store = createMemoryStore()
    await store.append({ results: history(now, 2 * day), health: [] })
    const scene = watching({ store, now, requirements: [month], objectives: [availability] })
    await scene.evaluate()
    expect(scene.signals).toMatchObject([{ firing: false }])
    const later = now + 10 * minute
    await store.append({ results: history(later, 10 * minute, 10 * minute), health: [] })
    await scene.clock.advance(10 * minute)
    expect(scene.signals.slice(1)).toEqual([
      {
        id: 'objective/availability/availability',
        system: 'shop',
        cause: 'budget',
        severity: 'p0',
        owner: 'oncall',
        title: 'Shop: availability of S-1 burns its budget',
        detail: expect.stringContaining('expected a burn rate of at most 14.4 in 1h and 5m, found 3'),
        firing: true,
        at: expect.any(Number),
      },
    ])
    // The short window is good again six minutes after the outage; slower rows still see it.
    await store.append({ results: history(later + 7 * hour, 7 * hour), health: [] })
    await scene.clock.advance(7 * hour)
    expect(scene.signals.at(-1)).toMatchObject({ firing: false, detail: expect.stringContaining('it is over') })
    const firing = scene.signals.slice(1).map(signal => signal.firing && signal.severity)
    expect(firing).toEqual(['p0', 'p1', 'p2', false])
    await scene.stop()
  })

  test('of what is only reported is shown and told to nobody', async () => {
    const store = createMemoryStore()
    await store.append({ results: history(now, 2 * day, hour), health: [] })
    const quiet = objective('availability', { from: 'S-1', alerts: false })
    const scene = watching({ store, now, requirements: [month], objectives: [quiet] })
    await scene.evaluate()
    expect(scene.signals).toEqual([])
    expect(scene.part('availability').burn[0]).toMatchObject({ window: '1h', firing: true, rate: 1_000 })
    expect(scene.part('availability').firing).toBeUndefined()
    await scene.stop()
  })

  test('goes on while nothing is seen, and ends when it is promised no longer', async () => {
    const store = createMemoryStore()
    await store.append({ results: history(now, 2 * day, 30 * minute), health: [] })
    const scene = watching({ store, now, requirements: [month], objectives: [availability] })
    await scene.evaluate()
    await scene.clock.advance(20 * minute)
    expect(scene.signals.map(({ firing }) => firing)).toEqual([true])
    scene.forget()
    await scene.evaluate()
    expect(scene.signals.at(-1)).toMatchObject({ firing: false, detail: 'it is promised no longer' })
    await scene.stop()
  })
})

test('what an earlier process told ends when it is over, and when nobody promises it any more', async () => {
  const store = createMemoryStore()
  await store.append({ results: history(now, 2 * day), health: [] })
  const affected = (id: string, more = {}) => ({ check: id, title: id, since: now - hour, ...more })
  const incident: Incident = {
    id: 'shop~budget~1',
    system: 'shop',
    environment: 'production',
    cause: 'budget',
    severity: 'p1',
    title: 'Shop: availability burns',
    startedAt: now - hour,
    openedAt: now - hour,
    affected: [
      affected('objective/availability/availability'),
      affected('objective/old/availability'),
      affected('objective/older/availability', { until: now - minute }),
    ],
    timeline: [],
  }
  const scene = watching({ store, now, requirements: [month], objectives: [availability], open: [incident] })
  await scene.evaluate()
  expect(scene.signals.map(({ id, firing, severity }) => [id, firing, severity])).toEqual([
    ['objective/availability/availability', false, 'p1'],
    ['objective/old/availability', false, 'p1'],
  ])
  await scene.stop()
})

describe('after a deploy', () => {
  const firstDay = objective('first-day', { from: 'S-2', afterDeploy: { to: '1d' } })
  const requirements = [
    promise(
      'S-2',
      { metric: 'health_pass_rate', gte: 1, window: '24h' },
      { metric: 'http_5xx', lte: 0, window: '24h' },
      { metric: 'http_req_duration_ms', stat: 'p95', lt: 200, window: '24h' },
    ),
  ]
  const feeders = [feeder('health'), feeder('home')]

  test('nothing is measured before one; then what came after it, and only that', async () => {
    const store = createMemoryStore()
    await store.append({ results: history(now, 2 * hour, hour, { check: 'health' }), health: [] })
    const scene = watching({ store, now, requirements, objectives: [firstDay], feeders })
    await scene.evaluate()
    expect(scene.states()[0]).toMatchObject({ standing: 'unknown' })
    expect(scene.part('first-day').waiting).toContain('no deploy of this system is known')
    // What was turned down never went live.
    await markDeploy(store, deployOf(now - 90 * minute, { decision: 'no-go' }))
    await markDeploy(store, deployOf(now))
    await store.append({ results: history(now + hour, hour, 0, { check: 'health' }), health: [] })
    await scene.clock.advance(hour)
    const passes = scene.part('first-day', 'health_pass_rate')
    expect(passes).toMatchObject({ standing: 'kept', period: { from: now, to: now + day, kind: 'deploy' } })
    expect(passes.runs).toMatchObject({ good: 60, bad: 0, expected: 59 })
    await scene.stop()
  })

  test('what burnt before it burns no more', async () => {
    const store = createMemoryStore()
    await store.append({ results: history(now, 2 * day, 40 * minute), health: [] })
    const later = now + 10 * minute
    await markDeploy(store, deployOf(now))
    await store.append({ results: history(later, 10 * minute), health: [] })
    const week = promise('S-4', { metric: 'availability', gte: 0.99, window: '7d' })
    const first = objective('first-week', { from: 'S-4', afterDeploy: { to: '7d' } })
    const scene = watching({ store, now: later, requirements: [week], objectives: [first] })
    await scene.evaluate()
    expect(scene.part('first-week').burn.map(({ window, rate, firing }) => [window, rate, firing])).toEqual([
      ['1h', 0, false],
      ['6h', 0, false],
      ['1d', 0, false],
    ])
    await scene.stop()
  })

  test('one 5xx breaks "no 5xx", whatever else failed; in maintenance it does not count', async () => {
    const store = createMemoryStore()
    await markDeploy(store, deployOf(now - hour))
    const answers = (slot: number, http_status: number, more: Partial<Result> = {}) =>
      failed({ slot, metrics: { http_status }, ...more })
    const others = [
      answers(now - 30 * minute, 404),
      answers(now - 29 * minute, 503, { maintenance: true }),
      answers(now - 28 * minute, 503, { trigger: 'manual' }),
      answers(now - 2 * hour, 503),
    ]
    await store.append({ results: others, health: [] })
    const scene = watching({ store, now, requirements, objectives: [firstDay], feeders })
    await scene.evaluate()
    expect(scene.part('first-day', 'http_5xx')).toMatchObject({ standing: 'kept', value: 0 })
    await store.append({ results: [answers(now - 20 * minute, 500)], health: [] })
    await scene.evaluate()
    expect(scene.part('first-day', 'http_5xx')).toMatchObject({ standing: 'broken', value: 1, firing: 'p2' })
    await scene.stop()
  })

  test('a percentile is that of all checks together, by their runs', async () => {
    await using opened = await openSqlite()
    const { store } = opened
    await markDeploy(store, deployOf(now - hour))
    const fast = history(now, hour, 0, { check: 'home', duration: 100 })
    const slow = history(now, 5 * minute, 0, { check: 'health', duration: 400 })
    await store.append({ results: [...fast, ...slow.slice(0, 3)], health: [] })
    const scene = watching({ store, now, requirements, objectives: [firstDay], feeders })
    await scene.evaluate()
    // 3 of 63 are slow: the 95th percentile is still fast; the mean of the two percentiles would not be.
    expect(scene.part('first-day', 'http_req_duration_ms/p95').value).toBeCloseTo(100, -1)
    await store.append({ results: slow.slice(3), health: [] })
    await scene.evaluate()
    expect(scene.part('first-day', 'http_req_duration_ms/p95').value).toBeCloseTo(400, -1)
    await scene.stop()
  })
})

describe('the calendar', () => {
  test('says of each day whether it was kept, and nothing of days without runs', async () => {
    const store = createMemoryStore()
    await store.append({ results: history(monday, day, 2 * minute), health: [] })
    await store.append({ results: history(now, now - monday), health: [] })
    const scene = watching({ store, now, requirements: [month], objectives: [availability] })
    await scene.evaluate()
    const { days } = scene.part('availability')
    expect(days).toHaveLength(90)
    expect(days.slice(-3).map(({ day: name, standing, coverage }) => [name, standing, coverage])).toEqual([
      ['2026-01-03', 'unknown', 0],
      ['2026-01-04', 'broken', 1],
      ['2026-01-05', 'kept', 1],
    ])
    await scene.stop()
  })

  test('reads a day that is over once', async () => {
    const store = createMemoryStore()
    let reads = 0
    const counting: Store = {
      ...store,
      async windows(query) {
        reads += 1
        return store.windows(query)
      },
    }
    const scene = watching({ store: counting, now, requirements: [month], objectives: [availability] })
    await scene.evaluate()
    reads = 0
    await scene.evaluate()
    // The period, today, and 5m, 30m, 1h, 2h, 6h, 1d and 3d.
    expect(reads).toBe(9)
    await scene.stop()
  })

  test('reads a day again that was not over when it was read, however long nobody looked', async () => {
    const store = createMemoryStore()
    const evening = monday - 2 * minute
    await store.append({ results: history(evening, hour), health: [] })
    const scene = watching({ store, now: evening, requirements: [month], objectives: [availability] })
    await scene.evaluate()
    await store.append({ results: [failed({ slot: monday - minute })], health: [] })
    scene.clock.step(5 * hour)
    await scene.evaluate()
    const sunday = scene.part('availability').days.find(({ day: name }) => name === '2026-01-04')
    expect(sunday?.standing).toBe('broken')
    await scene.stop()
  })

  test('has the days of the zone, with 25 hours when clocks go back', async () => {
    const zoned = objective('month', { from: 'S-3', period: { calendar: 'month', timezone: 'Europe/Berlin' } })
    const requirements = [promise('S-3', { metric: 'availability', gte: 0.999 })]
    const scene = watching({
      store: createMemoryStore(),
      now: Date.UTC(2026, 9, 25, 22, 30),
      requirements,
      objectives: [zoned],
    })
    await scene.evaluate()
    const { from, to, day: name } = scene.part('month').days.at(-1)!
    expect([name, (to - from) / hour]).toEqual(['2026-10-25', 25])
    await scene.stop()
  })
})

test('what went elsewhere than declared is counted from incidents and messages, by the checks and notifiers of now', async () => {
  const store = createMemoryStore()
  const incident = incidentOf({ openedAt: now - hour, severity: 'p0' })
  const { id, openedAt: at } = incident
  const message: Notification = {
    id: 'sent',
    notifier: 'chat',
    occasion: 'opened',
    incidents: [id],
    createdAt: at,
    dueAt: at,
    tries: 1,
    state: 'delivered',
    endedAt: at + minute,
  }
  const keep: readonly Keep[] = [
    { kind: 'incident', id, at, open: true, value: incident },
    { kind: 'notification', id: message.id, at, value: message },
  ]
  await store.append({ results: [], health: [], keep })
  const rule = { checks: ['health'], causes: [], severity: 'p0', owner: 'backend', within: minute } as const
  const audience = { owners: ['backend'] }
  const misrouted = async (more: Partial<Scene>) => {
    const requirements = [promise('S-4', { metric: 'misrouted_incidents', lte: 0 })]
    const scene = watching({
      store,
      now,
      requirements,
      objectives: [objective('escalation', { from: 'S-4' })],
      feeders: [feeder('health')],
      escalation: [rule],
      notifiers: [{ id: 'chat', audience }],
      ...more,
    })
    await scene.evaluate()
    await scene.stop()
    const { value, standing } = scene.part('escalation')
    return [value, standing]
  }
  expect(await misrouted({})).toEqual([0, 'kept'])
  expect(await misrouted({ notifiers: [{ id: 'chat', audience: {} }] })).toEqual([1, 'broken'])
  expect(await misrouted({ notifiers: [{ id: 'other', audience }] })).toEqual([1, 'broken'])
  expect(await misrouted({ escalation: [{ ...rule, severity: 'p1' }] })).toEqual([1, 'broken'])
  expect(await misrouted({ escalation: [{ ...rule, within: minute - 1 }] })).toEqual([1, 'broken'])
  expect(await misrouted({ escalation: [{ ...rule, causes: ['slow'] }] })).toEqual([undefined, 'unknown'])
  // A check that is watched no longer is nobody's.
  expect(await misrouted({ feeders: [feeder('home')] })).toEqual([undefined, 'unknown'])
})

test('a store in trouble leaves the objectives as they were', async () => {
  const store = createMemoryStore()
  await store.append({ results: history(now, day), health: [] })
  let broken = false
  const trouble: Store = {
    ...store,
    windows: async query => (broken ? Promise.reject(new Error('locked')) : store.windows(query)),
  }
  const scene = watching({ store: trouble, now, requirements: [month], objectives: [availability] })
  await scene.clock.advance(5_000)
  expect(scene.part('availability').standing).toBe('kept')
  broken = true
  await scene.clock.advance(5 * minute)
  expect(scene.part('availability').standing).toBe('kept')
  expect(scene.states()[0]!.at).toBe(now + 5_000)
  broken = false
  await scene.clock.advance(minute)
  expect(scene.states()[0]!.at).toBe(now + 5_000 + 6 * minute)
  await scene.stop()
})

test('short windows are read every minute, long ones every five, and none is older than that', async () => {
  const store = createMemoryStore()
  await store.append({ results: history(now, 2 * day), health: [] })
  const read: number[] = []
  const noting: Store = {
    ...store,
    async windows(query) {
      read.push(Math.round((query.to - query.from) / minute))
      return store.windows(query)
    },
  }
  const scene = watching({ store: noting, now, requirements: [month], objectives: [availability] })
  await scene.clock.advance(minute)
  read.length = 0
  await scene.clock.advance(10 * minute)
  const times = (length: number) => read.filter(item => item === length).length
  expect([5, 30, 60, 120, 360, 1_440].map(times)).toEqual([10, 10, 10, 5, 2, 4])
  await store.append({ results: history(now + 70 * minute, 10 * minute, 10 * minute), health: [] })
  await scene.clock.advance(64 * minute)
  expect(scene.part('availability').runs.bad).toBe(10)
  await scene.stop()
})
