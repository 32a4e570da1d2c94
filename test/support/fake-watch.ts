/** A running monitor without an engine: checks and health are what a test says, events are what it emits. */

import type { Health, HealthState, Result, Transition } from '../../runner/core/contracts.ts'
import type { System } from '../../runner/core/definitions.ts'
import type { ObjectiveState } from '../../runner/core/objectives.ts'
import { type GuardState, signNames } from '../../runner/core/own-state.ts'
import {
  type Alarms,
  type CheckKey,
  checkKey,
  type SelfStats,
  type Watch,
  type WatchEvent,
  type WatchedCheck,
} from '../../runner/core/ports.ts'
import { noAlarms } from './no-alarms.ts'

export interface FakeWatch extends Watch {
  put(...checks: readonly WatchedCheck[]): void
  remove(key: CheckKey): void
  /** Tells the listeners; a result becomes the last one of its check. */
  emit(event: WatchEvent): void
  set(self: Partial<SelfStats>): void
  readonly ran: readonly CheckKey[]
  readonly listeners: number
}

export interface FakeWatchOptions {
  readonly systems?: readonly System[]
  readonly checks?: readonly WatchedCheck[]
  readonly objectives?: readonly ObjectiveState[]
  readonly alarms?: Alarms
  /** Title of the public status page. */
  readonly status?: string
  readonly now?: number
}

const noneExcused = Object.fromEntries(signNames.map(name => [name, 0])) as GuardState['excused']

export const start: number = Date.UTC(2026, 0, 5, 12)

export function createFakeWatch({
  systems = [],
  checks = [],
  objectives = [],
  alarms = noAlarms(),
  status,
  now = start,
}: FakeWatchOptions = {}): FakeWatch {
  const watched = new Map<CheckKey, WatchedCheck>(checks.map(check => [checkKey(check), check]))
  const listeners = new Set<(event: WatchEvent) => void>()
  const ran: CheckKey[] = []
  let self: SelfStats = {
    generation: 1,
    startedAt: now - 3_600_000,
    running: 1,
    queued: 0,
    missed: 2,
    lateness: { p50: 0.4, p99: 1.8, max: 4.1 },
    loopDelay: 1.2,
    browsers: 1,
    children: 2,
    ready: true,
    guard: { signs: signNames.map(name => ({ name })), lookedAt: now - 20_000, excused: noneExcused, blamed: 3 },
  }
  const watch: FakeWatch = {
    environment: 'production',
    location: 'local',
    version: '0.1.0',
    systems: () => systems,
    urlsOf: system => ({ web: `https://user:pass@${system}.example.com/` }),
    checks: () => [...watched.values()],
    check: key => watched.get(key),
    async runNow(key, { name }) {
      ran.push(key)
      const check = watched.get(key)!
      const result = resultOf(check, { trigger: 'manual', by: name, slot: now + ran.length, startedAt: now })
      watch.emit({ kind: 'result', result })
      return result
    },
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    self: () => self,
    alarms,
    publicStatus: () => (status === undefined ? undefined : { title: status }),
    objectives: () => objectives,
    put: (...more) => {
      for (const check of more) watched.set(checkKey(check), check)
    },
    remove: key => void watched.delete(key),
    emit(event) {
      if (event.kind === 'result') {
        const check = watched.get(checkKey(event.result))
        if (check) watched.set(checkKey(check), { ...check, last: event.result })
      }
      for (const listener of listeners) listener(event)
    },
    set: change => {
      self = { ...self, ...change }
    },
    ran,
    get listeners() {
      return listeners.size
    },
  }
  return watch
}

export function healthOf(state: HealthState, change: Partial<Health> = {}): Health {
  return {
    state,
    since: start - 7_200_000,
    consecutiveFailures: state === 'down' ? 3 : 0,
    consecutiveSuccesses: state === 'up' ? 12 : 0,
    lastRunAt: start - 4_000,
    ...change,
  }
}

export function watchedCheck(
  system: string,
  check: string,
  change: Partial<Omit<WatchedCheck, 'health'>> & { readonly health?: Health; readonly state?: HealthState } = {},
): WatchedCheck {
  const { state = 'up', ...rest } = change
  return {
    system,
    check,
    title: check,
    kind: 'http',
    summary: 'GET /health',
    covers: [],
    tags: [],
    severity: 'p1',
    interval: 30_000,
    timeout: 5_000,
    health: healthOf(state),
    ...rest,
  }
}

export function resultOf(
  check: { readonly system: string; readonly check: string },
  change: Partial<Result> = {},
): Result {
  return {
    system: check.system,
    environment: 'production',
    check: check.check,
    location: 'local',
    slot: start - 4_000,
    trigger: 'schedule',
    startedAt: start - 4_000,
    duration: 41.5,
    attempts: 1,
    earlier: [],
    verdict: 'passed',
    phases: [],
    steps: [],
    metrics: {},
    artifacts: [],
    loopDelay: 0.3,
    runner: { version: '0.1.0' },
    ...change,
  }
}

export function systemOf(id: string, change: Partial<System> = {}): System {
  return {
    id,
    folder: `/scenarios/${id}`,
    title: id,
    url: { web: { environments: { production: `https://${id}.example.com` } } },
    revision: { header: 'x-revision', path: '/version', json: 'revision', origins: ['web'] },
    owners: {},
    escalation: [],
    dependsOn: [],
    requirements: [],
    objectives: [],
    checks: [],
    journeys: [],
    load: [],
    problems: [],
    ...change,
  }
}

export const transitionOf = (change: Partial<Transition> = {}): Transition => ({
  system: 'shop',
  check: 'home',
  from: 'up',
  to: 'down',
  at: start,
  ...change,
})
