import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AlarmEvent, isPending, step, whySilent } from '../../runner/core/alarm.ts'
import { type AlarmRule, type AlarmRules, isDownByMajority } from '../../runner/core/alarm-rules.ts'
import { type AlarmMemory, type AlarmState, memoryOf, noAlarm, stateOf } from '../../runner/core/alarm-state.ts'
import type { Health, Result, Verdict } from '../../runner/core/contracts.ts'
import { advance, unknownHealth } from '../../runner/core/health.ts'
import type { Happening, Signal } from '../../runner/core/incidents.ts'
import type { CheckKey } from '../../runner/core/ports.ts'
import { resultOf } from '../support/fake-watch.ts'

const minute = 60_000

const ruleOf = (key: CheckKey, more: Partial<AlarmRule> = {}): AlarmRule => {
  const [system, check] = key.split('/') as [string, string]
  return {
    system,
    check,
    title: check,
    systemTitle: system,
    severity: 'p1',
    owners: { p0: 'oncall', p1: 'backend', p2: 'design', slow: 'speed' },
    dependsOn: [],
    policy: { failures: 2, successes: 1 },
    heartbeat: false,
    ...more,
  }
}

interface Night {
  readonly rules: Readonly<Record<CheckKey, Partial<AlarmRule>>>
  readonly more?: Partial<AlarmRules>
}

/** Runs of checks, a minute apart, through health and alarm as the engine does it. */
function watchOver({ rules, more = {} }: Night) {
  let state: AlarmState = noAlarm
  let now = 0
  const health = new Map<CheckKey, Health>()
  const happened: Happening[] = []
  const all: AlarmRules = {
    environment: 'test',
    rule: key => (key in rules ? ruleOf(key, rules[key]) : undefined),
    isGone: key => !(key in rules),
    inMaintenance: () => false,
    deployedAt: () => undefined,
    locations: ['local'],
    flapping: { changes: 4, within: 30 * minute },
    ...more,
  }
  const take = (event: AlarmEvent) => {
    const next = step(state, event, all)
    state = next.state
    happened.push(...next.happenings)
    return next.happenings
  }
  return {
    run(key: CheckKey, verdict: Verdict, change: Partial<Result> = {}) {
      now += minute
      const [system, check] = key.split('/') as [string, string]
      const failed = verdict === 'failed' ? { reason: 'connect' as const, detail: 'refused' } : {}
      const result = resultOf(
        { system, check },
        { slot: now, startedAt: now, duration: 10, verdict, ...failed, ...change },
      )
      const judged = advance(health.get(key) ?? unknownHealth(0), result, ruleOf(key, rules[key]).policy)
      health.set(key, judged.health)
      return take({ kind: 'judged', at: now + 10, result, health: judged.health })
    },
    take,
    tick(ms = minute) {
      now += ms
      return take({ kind: 'tick', at: now })
    },
    restart() {
      const kept = JSON.parse(JSON.stringify(memoryOf(state))) as AlarmMemory
      state = stateOf(kept, JSON.parse(JSON.stringify([...state.incidents.values()])))
    },
    open: () => [...state.incidents.values()],
    told: () => happened.map(({ line }) => `${line.kind}${line.by === undefined ? '' : ` ${line.by}`}`),
    happened,
    health: (key: CheckKey) => health.get(key),
    why: (key: CheckKey) => {
      const trouble = state.troubles.get(key)
      return trouble === undefined ? undefined : whySilent(state, trouble, now, all)
    },
    get state() {
      return state
    },
    get now() {
      return now
    },
  }
}

test('failures in a row open an incident, which knows when it can have begun, and the next pass resolves it', () => {
  const night = watchOver({ rules: { 'shop/home': {} } })
  night.run('shop/home', 'passed')
  expect(night.run('shop/home', 'failed')).toEqual([])
  night.run('shop/home', 'failed')
  expect(night.open()).toMatchObject([
    {
      id: `shop~unreachable~${3 * minute + 10}`,
      cause: 'unreachable',
      severity: 'p1',
      owner: 'backend',
      title: 'shop: home does not answer',
      startedAt: minute + 10,
      openedAt: 3 * minute + 10,
      affected: [
        {
          check: 'home',
          reason: 'connect',
          detail: 'refused',
          firstFailure: `shop~home~local~${2 * minute}~schedule`,
          lastPass: `shop~home~local~${minute}~schedule`,
        },
      ],
    },
  ])
  night.run('shop/home', 'passed')
  expect(night.open()).toEqual([])
  expect(night.told()).toEqual(['opened home', 'recovered home', 'resolved'])
  expect(night.happened.at(-1)?.incident).toMatchObject({ resolvedAt: 4 * minute + 10 })
})

test('checks of one system with one cause share an incident, which ends with the last of them', () => {
  const one: Partial<AlarmRule> = { policy: { failures: 1, successes: 1 } }
  const night = watchOver({
    rules: { 'shop/a': one, 'shop/b': { ...one, severity: 'p0' }, 'shop/c': one, 'bank/a': one },
  })
  night.run('shop/a', 'failed')
  night.run('shop/b', 'failed')
  night.run('shop/c', 'failed', { reason: 'assertion' })
  night.run('bank/a', 'failed')
  expect(
    night.open().map(({ system, cause, severity, affected }) => [system, cause, severity, affected.length]),
  ).toEqual([
    ['shop', 'unreachable', 'p0', 2],
    ['shop', 'wrong', 'p1', 1],
    ['bank', 'unreachable', 'p1', 1],
  ])
  night.run('shop/a', 'passed')
  expect(night.open()).toHaveLength(3)
  night.run('shop/b', 'passed')
  expect(night.open().map(({ id }) => id.split('~').slice(0, 2).join(' '))).toEqual(['shop wrong', 'bank unreachable'])
})

test('being slow is an incident of its own, later and milder, and becomes another when it gets worse', () => {
  const night = watchOver({ rules: { 'shop/home': { severity: 'p0' } } })
  night.run('shop/home', 'degraded', { reason: 'slow' })
  expect(night.open()).toEqual([])
  night.run('shop/home', 'degraded', { reason: 'slow' })
  expect(night.open()).toMatchObject([{ cause: 'slow', severity: 'p1', owner: 'speed' }])
  night.run('shop/home', 'unknown')
  expect(night.open()).toHaveLength(1)
  night.run('shop/home', 'failed')
  night.run('shop/home', 'failed')
  expect(night.open()).toMatchObject([{ cause: 'unreachable', severity: 'p0' }])
  night.run('shop/home', 'passed')
  expect(night.open()).toEqual([])
})

describe('what keeps the beginning of an incident silent, and never its end', () => {
  const one: Partial<AlarmRule> = { policy: { failures: 1, successes: 1 } }

  test('a dependency in trouble; what is still down afterwards is told then', () => {
    const night = watchOver({ rules: { 'shop/db': one, 'shop/cart': { ...one, dependsOn: ['shop/db'] } } })
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'failed', { reason: 'status' })
    expect(night.open()).toMatchObject([{ cause: 'unreachable' }])
    expect(night.why('shop/cart')).toBe('shop/db is in trouble, which explains it')
    night.run('shop/db', 'passed')
    expect(night.open()).toMatchObject([{ cause: 'wrong', affected: [{ check: 'cart' }] }])
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'passed')
    expect(night.open()).toMatchObject([{ affected: [{ check: 'db' }] }])
  })

  test('a system that it depends on', () => {
    const night = watchOver({ rules: { 'pay/api': one, 'shop/cart': { ...one, dependsOn: ['pay'] } } })
    night.run('pay/api', 'failed')
    night.run('shop/cart', 'failed')
    expect(night.open().map(({ system }) => system)).toEqual(['pay'])
  })

  test('quarantine, until its day; and it explains nothing', () => {
    const quarantine = { until: 10 * minute, reason: 'flaky' }
    const night = watchOver({
      rules: { 'shop/a': { ...one, quarantine }, 'shop/b': { ...one, dependsOn: ['shop/a'] } },
    })
    night.run('shop/a', 'failed')
    night.run('shop/b', 'failed')
    expect(night.open()).toMatchObject([{ affected: [{ check: 'b' }] }])
    night.tick(10 * minute)
    expect(night.open()).toMatchObject([{ affected: [{ check: 'b' }, { check: 'a' }] }])
  })

  test('the first moments after a deploy', () => {
    const grace = { ...one, startGrace: 5 * minute }
    const night = watchOver({ rules: { 'shop/a': grace }, more: { deployedAt: () => 30_000 } })
    night.run('shop/a', 'failed')
    expect(night.why('shop/a')).toBe('it has just been deployed')
    night.tick(4 * minute)
    expect(night.open()).toEqual([])
    night.tick(minute)
    expect(night.open()).toHaveLength(1)
  })

  test('a maintenance window', () => {
    let planned = true
    const night = watchOver({ rules: { 'shop/a': one }, more: { inMaintenance: () => planned } })
    night.run('shop/a', 'failed')
    expect(night.open()).toEqual([])
    expect(isPending(night.state)).toBe(true)
    planned = false
    night.tick()
    expect(night.open()).toHaveLength(1)
  })
})

test('what flaps is one incident, until it was calm', () => {
  const night = watchOver({ rules: { 'shop/home': { policy: { failures: 1, successes: 1 } } } })
  for (let round = 0; round < 6; round += 1) {
    night.run('shop/home', 'failed')
    night.run('shop/home', 'passed')
  }
  expect(night.told().filter(line => line.startsWith('opened'))).toHaveLength(3)
  expect(night.open()).toMatchObject([{ flapping: true }])
  night.tick(29 * minute)
  expect(night.open()).toHaveLength(1)
  night.tick(2 * minute)
  expect(night.open()).toEqual([])
  expect(night.told().at(-1)).toBe('resolved')
})

test('many that break at once are no flapping', () => {
  const keys = Array.from({ length: 20 }, (_, index): CheckKey => `shop/c${index}`)
  const night = watchOver({
    rules: Object.fromEntries(keys.map(key => [key, { policy: { failures: 1, successes: 1 } }])),
  })
  for (const key of keys) night.run(key, 'failed')
  for (const key of keys) night.run(key, 'passed')
  expect(night.told().filter(line => /opened|resolved|flapping/.test(line))).toEqual(['opened c0', 'resolved'])
})

test('a signal opens an incident of its own, is told again only when it gets worse, and ends it', () => {
  const night = watchOver({ rules: {} })
  const signal: Signal = {
    id: 'objective/availability',
    system: 'shop',
    cause: 'budget',
    severity: 'p2',
    title: 'shop: availability',
    detail: 'burns',
    firing: true,
    at: 1,
  }
  night.take({ kind: 'signal', at: 1, signal })
  night.take({ kind: 'signal', at: 2, signal: { ...signal, at: 2 } })
  night.take({ kind: 'signal', at: 3, signal: { ...signal, severity: 'p0', at: 3 } })
  expect(night.open()).toMatchObject([{ severity: 'p0', cause: 'budget', openedAt: 1 }])
  night.take({ kind: 'signal', at: 4, signal: { ...signal, firing: false, at: 4 } })
  expect(night.told()).toEqual([
    'opened objective/availability',
    'joined objective/availability',
    'recovered objective/availability',
    'resolved',
  ])
})

test('the first who acknowledges is remembered; what is not open cannot be answered', () => {
  const night = watchOver({ rules: { 'shop/home': { policy: { failures: 1, successes: 1 } } } })
  night.run('shop/home', 'failed')
  const { id } = night.open()[0]!
  night.take({ kind: 'acknowledged', at: 90_000, incident: id, by: 'Ada' })
  night.take({ kind: 'acknowledged', at: 95_000, incident: id, by: 'Ben' })
  night.take({ kind: 'noted', at: 96_000, incident: id, by: 'Ben', text: 'restarted' })
  expect(night.open()).toMatchObject([{ acknowledgedAt: 90_000, acknowledgedBy: 'Ada' }])
  expect(night.take({ kind: 'noted', at: 97_000, incident: 'other', by: 'Ben' })).toEqual([])
})

test('a check that is watched no longer is resolved with these words', () => {
  const rules: Record<CheckKey, Partial<AlarmRule>> = { 'shop/home': { policy: { failures: 1, successes: 1 } } }
  const night = watchOver({ rules })
  night.run('shop/home', 'failed')
  delete rules['shop/home']
  night.tick()
  expect(night.open()).toEqual([])
  expect(night.happened.find(({ line }) => line.kind === 'recovered')?.line.text).toBe('watched no longer')
})

describe('several places', () => {
  test.each([
    [['a'], ['a', 'b', 'c'], false],
    [['a', 'b'], ['a', 'b', 'c'], true],
    [['a', 'b'], ['a', 'b', 'c', 'd'], false],
    [['a', 'x', 'y'], ['a', 'b', 'c'], false],
    [['a', 'a'], ['a', 'b', 'c'], false],
  ])('down at %j of %j: %j', (downAt, configured, expected) => {
    expect(isDownByMajority(downAt, configured)).toBe(expected)
  })

  test('the majority of those that are configured opens, and silent ones count as well', () => {
    const night = watchOver({
      rules: { 'shop/home': { policy: { failures: 1, successes: 1 } } },
      more: { locations: ['a', 'b', 'c'] },
    })
    night.run('shop/home', 'failed', { location: 'a' })
    expect(night.open()).toEqual([])
    night.run('shop/home', 'failed', { location: 'b' })
    expect(night.open()).toHaveLength(1)
    night.run('shop/home', 'passed', { location: 'b' })
    expect(night.open()).toEqual([])
  })
})

// ---- whatever happens ---------------------------------------------------------------------------------------------

const keys = ['shop/a', 'shop/b', 'shop/c', 'bank/a', 'bank/b'] as const
type Act =
  | { readonly run: (typeof keys)[number]; readonly verdict: Verdict; readonly reason: 'connect' | 'assertion' }
  | { readonly tick: number }
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      run: fc.constantFrom(...keys),
      verdict: fc.constantFrom<Verdict>('passed', 'failed', 'failed', 'degraded', 'unknown'),
      reason: fc.constantFrom('connect' as const, 'assertion' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ tick: fc.integer({ min: 1, max: 40 }) }) },
)
const rules: Night['rules'] = {
  'shop/a': { policy: { failures: 1, successes: 1 } },
  'shop/b': { policy: { failures: 2, successes: 2 }, dependsOn: ['shop/a'] },
  'shop/c': { policy: { failures: 2, of: 4, successes: 1 } },
  'bank/a': { policy: { failures: 2, successes: 1 }, quarantine: { until: 30 * minute, reason: 'flaky' } },
  'bank/b': { policy: { failures: 1, successes: 1 }, dependsOn: ['shop'] },
}
function perform(night: ReturnType<typeof watchOver>, item: Act) {
  if ('tick' in item) night.tick(item.tick * minute)
  else night.run(item.run, item.verdict, item.verdict === 'failed' ? { reason: item.reason } : {})
}

test('every check that is down is in exactly one open incident, or silent for a reason', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), acts => {
      const night = watchOver({ rules })
      for (const item of acts) {
        perform(night, item)
        for (const key of keys) {
          const [system, check] = key.split('/')
          const within = night
            .open()
            .filter(incident => incident.system === system)
            .filter(({ affected }) => affected.some(item => item.check === check && item.until === undefined))
          const down = night.health(key)?.state === 'down'
          const silent = night.why(key) !== undefined && night.state.troubles.get(key)?.incident === undefined
          if (down) expect(within.length === 1 || (within.length === 0 && silent)).toBe(true)
          else expect(within.filter(({ cause }) => cause !== 'slow')).toEqual([])
        }
      }
    }),
  )
})

test('every incident is opened once and resolved once, and all are when everything is well for an hour', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), acts => {
      const night = watchOver({ rules })
      for (const item of acts) perform(night, item)
      for (let round = 0; round < 8; round += 1) for (const key of keys) night.run(key, 'passed')
      night.tick(60 * minute)
      expect(night.open()).toEqual([])
      const count = (kind: string) =>
        Map.groupBy(
          night.happened.filter(({ line }) => line.kind === kind),
          ({ incident }) => incident.id,
        )
      const [opened, resolved] = [count('opened'), count('resolved')]
      expect([...resolved.keys()].toSorted()).toEqual([...opened.keys()].toSorted())
      for (const group of [...opened.values(), ...resolved.values()]) expect(group).toHaveLength(1)
    }),
  )
})

test('a restart at any moment changes nothing that happens', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), fc.array(fc.boolean(), { maxLength: 60 }), (acts, restarts) => {
      const [steady, other] = [watchOver({ rules }), watchOver({ rules })]
      for (const [index, item] of acts.entries()) {
        perform(steady, item)
        perform(other, item)
        if (restarts[index]) other.restart()
      }
      expect(other.happened).toEqual(steady.happened)
      expect(other.open()).toEqual(steady.open())
    }),
  )
})
