import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AlarmEvent, isPending, step } from '../../runner/core/alarm.ts'
import type { AlarmRule, AlarmRules } from '../../runner/core/alarm-rules.ts'
import { whySilent } from '../../runner/core/alarm-silence.ts'
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
    escalation: [],
    dependsOn: [],
    policy: { failures: 2, successes: 1 },
    interval: minute,
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

test('what makes an incident worse brings its owner', () => {
  const one: Partial<AlarmRule> = { policy: { failures: 1, successes: 1 } }
  const night = watchOver({
    rules: {
      'shop/a': { ...one, severity: 'p2' },
      'shop/b': { ...one, owner: 'stock' },
      'shop/c': { ...one, severity: 'p0' },
      'shop/d': { ...one, severity: 'p0', owner: 'bank' },
      'shop/e': { ...one, severity: 'p2' },
    },
  })
  const names = ['a', 'b', 'c', 'd', 'e'] as const
  for (const name of names) night.run(`shop/${name}`, 'failed')
  expect(night.happened.map(({ incident: { severity, owner } }) => `${severity} ${owner}`)).toEqual([
    'p2 design',
    'p1 stock',
    'p0 oncall',
    'p0 oncall',
    'p0 oncall',
  ])
})

describe('where it is declared who is told', () => {
  const declared = (owner: string, severity: AlarmRule['severity'], more: Partial<AlarmRule> = {}) => ({
    policy: { failures: 1, successes: 1 },
    severity,
    owner,
    escalation: [
      { checks: [], causes: ['slow'], severity: 'p1', owner: 'devops' } as const,
      { checks: [], causes: [], severity, owner } as const,
    ],
    ...more,
  })

  test('trouble of another team or another severity is an incident of its own', () => {
    const night = watchOver({
      rules: {
        'shop/page': declared('design', 'p2'),
        'shop/till': declared('revenue', 'p0'),
        'shop/card': declared('revenue', 'p0'),
        'shop/bill': declared('revenue', 'p1'),
        'shop/other': { policy: { failures: 1, successes: 1 } },
      },
    })
    for (const name of ['page', 'till', 'card', 'bill', 'other'] as const) night.run(`shop/${name}`, 'failed')
    expect(night.open().map(({ severity, owner, affected }) => [severity, owner, affected.length])).toEqual([
      ['p2', 'design', 1],
      ['p0', 'revenue', 2],
      ['p1', 'revenue', 1],
      ['p1', 'backend', 1],
    ])
    night.run('shop/till', 'passed')
    expect(night.open()).toHaveLength(4)
    night.run('shop/card', 'passed')
    expect(night.open().map(({ owner }) => owner)).toEqual(['design', 'revenue', 'backend'])
  })

  test('a rule for a cause goes before what the check says, and that before the owners', () => {
    const owners = { wrong: 'backend', slow: 'speed' }
    const night = watchOver({ rules: { 'shop/till': declared('revenue', 'p0', { owner: 'bank', owners }) } })
    night.run('shop/till', 'degraded', { reason: 'slow' })
    expect(night.open()).toMatchObject([{ severity: 'p1', owner: 'devops' }])
    night.run('shop/till', 'failed', { reason: 'assertion' })
    expect(night.open()).toMatchObject([{ severity: 'p0', owner: 'bank' }])
  })

  test('names of teams may be anything, and ids stay parts of addresses', () => {
    const night = watchOver({
      rules: {
        'shop/a': declared('Käse & Brot/~', 'p0'),
        'shop/b': declared('K.se', 'p0'),
        'shop/c': declared('設計', 'p0'),
      },
    })
    for (const key of ['shop/a', 'shop/b', 'shop/c'] as const) night.run(key, 'failed')
    const ids = night.open().map(({ id }) => id)
    expect(new Set(ids.map(id => id.split('~').slice(0, -1).join('~'))).size).toBe(3)
    expect(ids.every(id => /^[\w.~-]+$/.test(id))).toBe(true)
    night.run('shop/a', 'passed')
    expect(night.open()).toHaveLength(2)
  })
})

describe('being slow', () => {
  const slow = { reason: 'slow' as const }

  test('is an incident of its own, later and milder, and becomes another when it gets worse', () => {
    const night = watchOver({ rules: { 'shop/home': { severity: 'p0' } } })
    night.run('shop/home', 'passed')
    night.run('shop/home', 'degraded', slow)
    expect(night.open()).toEqual([])
    night.run('shop/home', 'degraded', slow)
    expect(night.open()).toMatchObject([
      {
        cause: 'slow',
        severity: 'p1',
        owner: 'speed',
        startedAt: minute + 10,
        affected: [
          {
            firstFailure: `shop~home~local~${2 * minute}~schedule`,
            lastPass: `shop~home~local~${minute}~schedule`,
          },
        ],
      },
    ])
    night.run('shop/home', 'unknown')
    expect(night.open()).toHaveLength(1)
    night.run('shop/home', 'failed')
    night.run('shop/home', 'failed')
    expect(night.open()).toMatchObject([
      {
        cause: 'unreachable',
        severity: 'p0',
        // The last run before the failures was slow, and answered; the last that passed lies before that.
        startedAt: 3 * minute + 10,
        affected: [
          {
            firstFailure: `shop~home~local~${5 * minute}~schedule`,
            lastPass: `shop~home~local~${minute}~schedule`,
          },
        ],
      },
    ])
    expect(night.happened.find(({ line }) => line.kind === 'recovered')?.line.text).toMatch(/it is down now/)
    night.run('shop/home', 'passed')
    expect(night.open()).toEqual([])
  })

  test('is ended by no failure, by nothing unknown and by no single pass where several are wanted', () => {
    const night = watchOver({ rules: { 'shop/home': { policy: { failures: 2, successes: 2 } } } })
    for (const verdict of [
      'degraded',
      'degraded',
      'failed',
      'unknown',
      'passed',
      'failed',
      'passed',
      'degraded',
      'passed',
    ] as const)
      night.run('shop/home', verdict, verdict === 'degraded' ? slow : {})
    expect(night.open()).toMatchObject([{ cause: 'slow' }])
    night.run('shop/home', 'passed')
    expect(night.told()).toEqual(['opened home', 'recovered home', 'resolved'])
  })

  test('goes on while what is worse is told to nobody', () => {
    const night = watchOver({ rules: { 'shop/db': {}, 'shop/cart': { dependsOn: ['shop/db'] } } })
    for (let round = 0; round < 2; round += 1) night.run('shop/cart', 'degraded', slow)
    for (let round = 0; round < 2; round += 1) night.run('shop/db', 'failed')
    for (let round = 0; round < 2; round += 1) night.run('shop/cart', 'failed')
    expect(night.open().map(({ cause }) => cause)).toEqual(['slow', 'unreachable'])
    night.run('shop/db', 'passed')
    expect(night.open().map(({ cause }) => cause)).toEqual(['slow'])
    night.run('shop/cart', 'failed')
    expect(night.open()).toMatchObject([{ cause: 'unreachable', affected: [{ check: 'cart' }] }])
  })
})

describe('when it began', () => {
  test('of failures among several runs, the first that still counts', () => {
    const night = watchOver({ rules: { 'shop/home': { policy: { failures: 2, of: 4, successes: 1 } } } })
    for (const verdict of ['passed', 'failed', 'passed', 'passed', 'passed', 'failed', 'passed', 'failed'] as const)
      night.run('shop/home', verdict)
    expect(night.open()).toMatchObject([
      {
        startedAt: 5 * minute + 10,
        affected: [
          {
            firstFailure: `shop~home~local~${6 * minute}~schedule`,
            lastPass: `shop~home~local~${5 * minute}~schedule`,
          },
        ],
      },
    ])
  })

  test('a run that was slow and answered is the last good one, and not the last that passed', () => {
    const night = watchOver({ rules: { 'shop/home': {} } })
    for (const verdict of ['passed', 'degraded', 'failed', 'failed'] as const) night.run('shop/home', verdict)
    expect(night.open()).toMatchObject([
      { startedAt: 2 * minute + 10, affected: [{ lastPass: `shop~home~local~${minute}~schedule` }] },
    ])
  })
})

test('a check that was coming up when a window began is down until it has passed often enough', () => {
  const night = watchOver({ rules: { 'shop/home': { policy: { failures: 2, successes: 2 } } } })
  for (const verdict of ['failed', 'failed', 'passed'] as const) night.run('shop/home', verdict)
  night.run('shop/home', 'passed', { maintenance: true })
  night.run('shop/home', 'unknown')
  expect(night.health('shop/home')?.state).toBe('down')
  expect(night.open()).toHaveLength(1)
  night.run('shop/home', 'passed')
  expect(night.told()).toEqual(['opened home', 'recovered home', 'resolved'])
})

describe('what keeps the beginning of an incident silent, and never its end', () => {
  const one: Partial<AlarmRule> = { policy: { failures: 1, successes: 1 } }

  test('a dependency in trouble; what is still down afterwards is told by its own next run', () => {
    const night = watchOver({ rules: { 'shop/db': one, 'shop/cart': { ...one, dependsOn: ['shop/db'] } } })
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'failed', { reason: 'status' })
    expect(night.open()).toMatchObject([{ cause: 'unreachable' }])
    expect(night.why('shop/cart')).toBe('shop/db is in trouble, which explains it')
    night.run('shop/db', 'passed')
    expect(night.open()).toEqual([])
    expect(night.why('shop/cart')).toBe('what explained it is over; its next run tells')
    night.tick()
    night.run('shop/cart', 'unknown')
    expect(night.open()).toEqual([])
    night.run('shop/cart', 'failed', { reason: 'status' })
    expect(night.open()).toMatchObject([{ cause: 'wrong', affected: [{ check: 'cart' }] }])
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'passed')
    expect(night.open()).toMatchObject([{ affected: [{ check: 'db' }] }])
  })

  test('a run that was begun before the dependency was up again tells nothing new', () => {
    const night = watchOver({ rules: { 'shop/db': one, 'shop/cart': { ...one, dependsOn: ['shop/db'] } } })
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'failed')
    night.run('shop/db', 'passed')
    night.run('shop/cart', 'failed', { startedAt: night.now - 1, duration: minute })
    expect(night.open()).toEqual([])
    night.restart()
    night.run('shop/cart', 'passed')
    night.run('shop/cart', 'failed')
    expect(night.told()).toEqual(['opened db', 'recovered db', 'resolved', 'opened cart'])
  })

  test('a clock that is set back far keeps nobody waiting', () => {
    const night = watchOver({ rules: { 'shop/db': one, 'shop/cart': { ...one, dependsOn: ['shop/db'] } } })
    night.tick(60 * minute)
    night.run('shop/db', 'failed')
    night.run('shop/cart', 'failed')
    night.run('shop/db', 'passed')
    night.tick(-30 * minute)
    night.run('shop/cart', 'failed')
    expect(night.open()).toMatchObject([{ affected: [{ check: 'cart' }] }])
  })

  test('when what everything depends on is up again, only what is still down is told', () => {
    const behind = Array.from({ length: 20 }, (_, index): CheckKey => `shop/c${index}`)
    const night = watchOver({
      rules: {
        'shop/db': one,
        ...Object.fromEntries(behind.map(key => [key, { ...one, dependsOn: ['shop/db'] }])),
      },
    })
    night.run('shop/db', 'failed')
    for (const key of behind) night.run(key, 'failed')
    night.run('shop/db', 'passed')
    for (const key of behind) night.run(key, key === 'shop/c7' ? 'failed' : 'passed')
    expect(night.told()).toEqual(['opened db', 'recovered db', 'resolved', 'opened c7'])
  })

  describe('of several that wait for each other in a circle the first that was noticed speaks', () => {
    const ring: Night['rules'] = {
      'shop/a': { ...one, dependsOn: ['shop/b'] },
      'shop/b': { ...one, dependsOn: ['shop/c'] },
      'shop/c': { ...one, dependsOn: ['shop/a'] },
    }
    const affected = (night: ReturnType<typeof watchOver>) =>
      night
        .open()
        .flatMap(({ affected }) => affected.filter(({ until }) => until === undefined).map(({ check }) => check))

    test('one after the other', () => {
      const night = watchOver({ rules: ring })
      for (const key of ['shop/b', 'shop/a', 'shop/c'] as const) night.run(key, 'failed')
      expect(affected(night)).toEqual(['b'])
      night.run('shop/b', 'passed')
      for (const key of ['shop/a', 'shop/c'] as const) night.run(key, 'failed')
      // Of those that are left, one depends on the other, which depends on nothing that is in trouble.
      expect(affected(night)).toEqual(['a'])
    })

    test('when all were silent for another reason before', () => {
      let planned = true
      const night = watchOver({ rules: ring, more: { inMaintenance: () => planned } })
      for (const key of ['shop/b', 'shop/a', 'shop/c'] as const) night.run(key, 'failed')
      expect(night.open()).toEqual([])
      planned = false
      night.tick()
      for (const key of ['shop/c', 'shop/a', 'shop/b'] as const) night.run(key, 'failed')
      expect(affected(night)).toEqual(['b'])
    })

    test('what lies outside of the circle still explains all of it', () => {
      const night = watchOver({
        rules: { ...ring, 'shop/a': { ...one, dependsOn: ['shop/b', 'pay'] }, 'pay/api': one },
      })
      night.run('pay/api', 'failed')
      for (const key of ['shop/a', 'shop/c', 'shop/b'] as const) night.run(key, 'failed')
      expect(night.open().map(({ system }) => system)).toEqual(['pay'])
    })
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
  const everywhere = (locations: readonly string[], policy = { failures: 1, successes: 1 }) =>
    watchOver({ rules: { 'shop/home': { policy } }, more: { locations } })
  const at = (night: ReturnType<typeof watchOver>, said: Readonly<Record<string, Verdict>>) => {
    for (const [location, verdict] of Object.entries(said)) {
      night.run('shop/home', verdict, { location })
      // They report within the same minute.
      night.tick(-minute)
    }
    night.tick()
  }

  test.each<[readonly string[], Readonly<Record<string, Verdict>>, boolean]>([
    [['a', 'b', 'c'], { b: 'passed', c: 'passed', a: 'failed' }, false],
    [['a', 'b', 'c'], { c: 'passed', a: 'failed', b: 'failed' }, true],
    [['a', 'b', 'c', 'd'], { c: 'passed', d: 'passed', a: 'failed', b: 'failed' }, false],
    [['a', 'b', 'c'], { b: 'passed', a: 'failed', x: 'failed', y: 'failed' }, false],
    [['a', 'a', 'b', 'c'], { b: 'passed', c: 'passed', a: 'failed' }, false],
  ])('of %j %j is down: %j', (locations, said, expected) => {
    const night = everywhere(locations)
    at(night, said)
    expect(night.open().length > 0).toBe(expected)
  })

  test('the majority of those that are configured opens, and each counts its own failures', () => {
    const night = everywhere(['a', 'b', 'c'], { failures: 2, successes: 1 })
    at(night, { a: 'failed', b: 'failed', c: 'passed' })
    expect(night.open()).toEqual([])
    at(night, { a: 'failed', c: 'passed', b: 'failed' })
    expect(night.open()).toHaveLength(1)
    at(night, { a: 'failed', c: 'passed', b: 'unknown' })
    expect(night.open()).toHaveLength(1)
    at(night, { b: 'passed' })
    expect(night.open()).toEqual([])
  })

  test('a place that has told nothing for three intervals is waited for no longer', () => {
    const night = everywhere(['a', 'b', 'c'])
    for (let round = 0; round < 4; round += 1) {
      expect(night.open()).toEqual([])
      at(night, { a: 'failed' })
    }
    at(night, { a: 'failed' })
    expect(night.open()).toHaveLength(1)
  })

  test('one that cannot see keeps nobody from telling, and one that comes back counts again', () => {
    const night = everywhere(['a', 'b'])
    at(night, { a: 'passed', b: 'passed' })
    for (let round = 0; round < 4; round += 1) at(night, { a: 'failed', b: 'unknown' })
    expect(night.open()).toHaveLength(1)
    at(night, { b: 'passed' })
    expect(night.open()).toEqual([])
  })

  test('after a pause of all of them no single one speaks for the others', () => {
    const night = everywhere(['a', 'b', 'c'])
    at(night, { a: 'passed', b: 'passed', c: 'passed' })
    night.tick(60 * minute)
    at(night, { a: 'failed' })
    expect(night.open()).toEqual([])
    at(night, { b: 'failed' })
    expect(night.open()).toHaveLength(1)
  })

  test('where no configured place reports, whoever does is believed', () => {
    const night = everywhere(['a', 'b'])
    for (let round = 0; round < 6; round += 1) at(night, { elsewhere: 'failed' })
    expect(night.open()).toHaveLength(1)
  })
})

// ---- whatever happens ---------------------------------------------------------------------------------------------

const keys = ['shop/a', 'shop/b', 'shop/c', 'bank/a', 'bank/b', 'bank/c'] as const
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
  'bank/b': { policy: { failures: 1, successes: 1 }, dependsOn: ['shop', 'bank/c'] },
  'bank/c': { policy: { failures: 1, successes: 2 }, dependsOn: ['bank/b'] },
}
function perform(night: ReturnType<typeof watchOver>, item: Act) {
  if ('tick' in item) return night.tick(item.tick * minute)
  night.run(item.run, item.verdict, item.verdict === 'failed' ? { reason: item.reason } : {})
  // What has ended by time alone meanwhile (a quarantine) is seen with the next tick only.
  night.take({ kind: 'tick', at: night.now + 10 })
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

/** From one place, and from three of which some may be silent for long. */
const settings: readonly Partial<AlarmRules>[] = [{}, { locations: ['local', 'b', 'c'] }]

test('a run of which nothing is known opens nothing and ends nothing', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 80 }), fc.constantFrom(...settings), (acts, more) => {
      const night = watchOver({ rules, more })
      for (const item of acts) {
        perform(night, item)
        const before = night.state
        // At the same moment, so that nothing happens because time has passed.
        for (const key of keys) {
          night.tick(-minute)
          expect(night.run(key, 'unknown')).toEqual([])
        }
        expect(night.open()).toEqual([...before.incidents.values()])
        expect([...night.state.troubles]).toEqual([...before.troubles])
      }
    }),
  )
})

test('whatever waits for whatever: while something is down that nothing else keeps silent, somebody is told', () => {
  const names = ['shop/a', 'shop/b', 'shop/c', 'bank/a', 'bank/b'] as const
  const graph = fc.array(fc.subarray([...names, 'shop', 'bank']), { minLength: 5, maxLength: 5 })
  const order = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(graph, order, fc.array(fc.constantFrom(...names)), (dependsOn, failed, passed) => {
      const night = watchOver({
        rules: Object.fromEntries(
          names.map((key, index) => [key, { policy: { failures: 1, successes: 1 }, dependsOn: dependsOn[index]! }]),
        ),
      })
      for (const key of failed) night.run(key, 'failed')
      expect(night.open().length).toBeGreaterThan(0)
      for (const key of passed) night.run(key, 'passed')
      const down = names.filter(key => night.health(key)?.state === 'down')
      for (const key of down) night.run(key, 'failed')
      for (const key of down) night.run(key, 'failed')
      expect(night.open().length > 0).toBe(down.length > 0)
    }),
  )
})
