/** Runs of checks, a minute apart, through health and alarm as the engine does it. */

import { type AlarmEvent, step } from '../../runner/core/alarm.ts'
import type { AlarmRule, AlarmRules } from '../../runner/core/alarm-rules.ts'
import { whySilent } from '../../runner/core/alarm-silence.ts'
import { type AlarmMemory, type AlarmState, memoryOf, noAlarm, stateOf } from '../../runner/core/alarm-state.ts'
import type { Health, Result, Verdict } from '../../runner/core/contracts.ts'
import { advance, unknownHealth } from '../../runner/core/health.ts'
import type { Happening } from '../../runner/core/incidents.ts'
import type { CheckKey } from '../../runner/core/ports.ts'
import { resultOf } from '../support/fake-watch.ts'

export const minute = 60_000

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

export interface Night {
  readonly rules: Readonly<Record<CheckKey, Partial<AlarmRule>>>
  readonly more?: Partial<AlarmRules>
}

export function watchOver({ rules, more = {} }: Night) {
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
