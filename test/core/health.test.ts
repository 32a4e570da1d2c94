import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Health, HealthPolicy, Result, Trigger, Verdict } from '../../runner/core/contracts.ts'
import { advance, unknownHealth } from '../../runner/core/health.ts'

const policy: HealthPolicy = { failures: 2, successes: 1 }

const result = (verdict: Verdict, index = 0, trigger: Trigger = 'schedule'): Result => ({
  system: 'shop',
  environment: 'local',
  check: 'home',
  location: 'local',
  slot: index * 1_000,
  trigger,
  startedAt: index * 1_000,
  duration: 5,
  attempts: 1,
  earlier: [],
  verdict,
  ...(verdict === 'passed' ? {} : { reason: 'status' as const, detail: 'expected 200, found 500' }),
  phases: [],
  steps: [],
  metrics: {},
  artifacts: [],
  loopDelay: 0,
  runner: { version: '0' },
})

function follow(verdicts: readonly Verdict[], rules: HealthPolicy = policy, from: Health = unknownHealth(0)) {
  let health = from
  return verdicts.map((verdict, index) => {
    const step = advance(health, result(verdict, index + 1), rules)
    health = step.health
    return step
  })
}
const states = (verdicts: readonly Verdict[], rules?: HealthPolicy) =>
  follow(verdicts, rules).map(({ health }) => health.state)

test('one failure is retrying, two in a row are down, one pass is up again', () => {
  expect(states(['passed', 'failed', 'failed', 'failed', 'passed'])).toEqual(['up', 'retrying', 'down', 'down', 'up'])
})

test('a failure between passes takes nothing down', () => {
  expect(states(['passed', 'failed', 'passed', 'failed', 'passed'])).toEqual(['up', 'retrying', 'up', 'retrying', 'up'])
})

test('coming up again takes as many passes in a row as the policy wants', () => {
  expect(states(['failed', 'failed', 'passed', 'failed', 'passed', 'passed'], { failures: 2, successes: 2 })).toEqual([
    'retrying',
    'down',
    'down',
    'down',
    'down',
    'up',
  ])
})

test('our own trouble neither takes a check down nor brings it up, and interrupts no row of failures', () => {
  expect(states(['passed', 'failed', 'unknown', 'failed', 'unknown', 'passed'])).toEqual([
    'up',
    'retrying',
    'unknown',
    'down',
    'down',
    'up',
  ])
})

test('degraded is good and shown apart', () => {
  expect(states(['passed', 'degraded', 'failed', 'degraded', 'failed', 'failed', 'degraded'])).toEqual([
    'up',
    'degraded',
    'retrying',
    'degraded',
    'retrying',
    'down',
    'degraded',
  ])
})

test('a transition says from where, to where, when and why', () => {
  const [, second] = follow(['failed', 'failed'])
  expect(second!.transition).toEqual({
    system: 'shop',
    check: 'home',
    from: 'retrying',
    to: 'down',
    at: 2_005,
    reason: 'status',
    detail: 'expected 200, found 500',
  })
  expect(second!.health.since).toBe(2_005)
})

test('what a person paused stays so until the person takes it back', () => {
  const [first] = follow(['failed'], { failures: 1, successes: 1 }, { ...unknownHealth(0), state: 'paused' })
  expect(first!.health).toMatchObject({ state: 'paused', consecutiveFailures: 1 })
})

test('a maintenance window hides what runs in it, and what was down before is down after it', () => {
  const planned = (health: Health, verdict: Verdict, index: number) =>
    advance(health, { ...result(verdict, index), maintenance: true }, policy).health
  const down = follow(['passed', 'failed', 'failed']).at(-1)!.health
  const hidden = planned(planned(down, 'passed', 4), 'failed', 5)
  expect(hidden).toMatchObject({ state: 'maintenance', consecutiveFailures: 2 })
  expect(advance(hidden, result('unknown', 6), policy).health.state).toBe('down')
  const up = planned(follow(['passed']).at(-1)!.health, 'failed', 2)
  expect(advance(up, result('failed', 3), policy).health.state).toBe('retrying')
})

test('a window hides also what was coming up, and our own trouble behind it brings nothing up', () => {
  const rules: HealthPolicy = { failures: 2, successes: 2 }
  const rising = follow(['passed', 'failed', 'failed', 'passed'], rules).at(-1)!.health
  const hidden = advance(rising, { ...result('passed', 5), maintenance: true }, rules).health
  expect(hidden.state).toBe('maintenance')
  const after = advance(hidden, result('unknown', 6), rules).health
  expect(after).toMatchObject({ state: 'down', failing: { slot: 2_000, goodAt: 1_005, passedSlot: 1_000 } })
  expect(advance(after, result('passed', 7), rules).health.state).toBe('up')
})

test('it knows with which run it began to fail, and what was good before', () => {
  const failing = (verdicts: readonly Verdict[], rules?: HealthPolicy) => follow(verdicts, rules).at(-1)!.health.failing
  expect(failing(['passed', 'degraded', 'failed', 'failed'])).toEqual({
    slot: 3_000,
    at: 3_000,
    goodAt: 2_005,
    passedSlot: 1_000,
  })
  expect(failing(['failed', 'failed', 'passed'], { failures: 2, successes: 2 })).toEqual({ slot: 1_000, at: 1_000 })
  expect(failing(['failed', 'passed'])).toBeUndefined()
  // The first failure is no longer among the last four.
  expect(
    failing(['failed', 'passed', 'passed', 'passed', 'failed', 'failed'], { failures: 2, of: 4, successes: 1 }),
  ).toMatchObject({ slot: 5_000 })
})

test('so many of the last runs take it down, and it stays so while they are among them', () => {
  const some: HealthPolicy = { failures: 3, of: 5, successes: 1 }
  expect(
    states(['failed', 'passed', 'failed', 'passed', 'failed', 'passed', 'passed', 'failed', 'passed'], some),
  ).toEqual(['retrying', 'up', 'retrying', 'up', 'down', 'up', 'up', 'retrying', 'up'])
  expect(states(['failed', 'failed', 'failed', 'passed', 'passed', 'passed'], some)).toEqual([
    'retrying',
    'retrying',
    'down',
    'down',
    'down',
    'up',
  ])
})

test.each(['manual', 'gate', 'proof', 'drill'] as const)('a run by %s changes nothing', trigger => {
  const health = unknownHealth(0)
  expect(advance(health, result('failed', 1, trigger), { failures: 1, successes: 1 })).toEqual({ health })
})

const verdict = fc.constantFrom<Verdict>('passed', 'degraded', 'failed', 'unknown')
const rules = fc.record({ failures: fc.integer({ min: 1, max: 5 }), successes: fc.integer({ min: 1, max: 5 }) })

test('a check is down exactly when failures in a row reached the policy and passes in a row have not since', () => {
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 60 }), rules, (verdicts, rules) => {
      let down = false
      let failures = 0
      let successes = 0
      for (const [index, { health }] of follow(verdicts, rules).entries()) {
        const current = verdicts[index]!
        if (current === 'failed') {
          failures += 1
          successes = 0
          if (failures >= rules.failures) down = true
        } else if (current !== 'unknown') {
          failures = 0
          successes += 1
          if (successes >= rules.successes) down = false
        }
        expect(health.state === 'down').toBe(down)
        expect(health).toMatchObject({ consecutiveFailures: failures, consecutiveSuccesses: successes })
      }
    }),
  )
})

test('leaving out what was unknown, a check is as down as before', () => {
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 60 }), rules, (verdicts, rules) => {
      const known = verdicts.filter(item => item !== 'unknown')
      const end = (list: readonly Verdict[]) => follow(list, rules).at(-1)?.health
      expect(end(verdicts)?.state === 'down').toBe(end(known)?.state === 'down')
    }),
  )
})

test('there is a transition exactly when the state changes, and its time is the new `since`', () => {
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 60 }), rules, (verdicts, rules) => {
      let before = unknownHealth(0)
      for (const { health, transition } of follow(verdicts, rules)) {
        expect(transition !== undefined).toBe(health.state !== before.state)
        if (transition === undefined) expect(health.since).toBe(before.since)
        else expect(transition).toMatchObject({ from: before.state, to: health.state, at: health.since })
        before = health
      }
    }),
  )
})

test('a run of which nothing is known neither takes down nor brings up, whatever was before and whatever window', () => {
  const any = fc.record({ verdict, maintenance: fc.boolean() })
  const policies = fc.oneof(
    rules,
    fc.record({
      failures: fc.integer({ min: 1, max: 3 }),
      of: fc.constant(4),
      successes: fc.integer({ min: 1, max: 3 }),
    }),
  )
  const isDown = ({ state, hidden }: Health) => state === 'down' || hidden === 'down'
  fc.assert(
    fc.property(fc.array(any, { maxLength: 40 }), policies, fc.boolean(), (runs, policy, planned) => {
      let health = unknownHealth(0)
      for (const [index, { verdict, maintenance }] of runs.entries()) {
        const run = result(verdict, index + 1)
        health = advance(health, maintenance ? { ...run, maintenance: true } : run, policy).health
      }
      const unknown = result('unknown', runs.length + 1)
      const after = advance(health, planned ? { ...unknown, maintenance: true } : unknown, policy).health
      expect(isDown(after)).toBe(isDown(health))
    }),
  )
})
