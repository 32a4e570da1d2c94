/** Recorder and alarm of a small system, as the engine connects them. */

import { check } from '../../runner/config/check.ts'
import { type ConfigurationOptions, defineConfig } from '../../runner/config/configuration.ts'
import { defineSystem } from '../../runner/config/system.ts'
import type { Clock, Result, Verdict } from '../../runner/core/contracts.ts'
import type { Happening, Incident } from '../../runner/core/incidents.ts'
import type { CheckKey, Keep, Store, WatchEvent } from '../../runner/core/ports.ts'
import { scrubber } from '../../runner/core/redaction.ts'
import { createAlarms } from '../../runner/engine/alarms.ts'
import { createRecorder } from '../../runner/engine/recorder.ts'
import { createReplay } from '../../runner/engine/replay.ts'
import { http } from '../../runner/probes/http.ts'
import { resultOf } from '../support/fake-watch.ts'
import { quietLog } from '../support/quiet-log.ts'

export const minute = 60_000
export const begin: number = Date.UTC(2026, 0, 5)
export const names = ['home', 'cart', 'pay'] as const

export function configurationWith(more: Partial<ConfigurationOptions> = {}) {
  const probe = http('/')
  const checks = names.map(name => check(name, { probe, ...(name === 'cart' ? { dependsOn: ['pay'] } : {}) }))
  return defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', checks })], ...more })
}

export const sourceOf = (configuration: ReturnType<typeof configurationWith>) => ({
  configuration,
  isListed: () => true,
  find(key: CheckKey) {
    const [system, name] = key.split('/')
    const found = configuration.systems.find(({ id }) => id === system)
    const own = found?.checks.find(({ id }) => id === name)
    return found === undefined || own === undefined ? undefined : { system: found, check: own }
  },
})

export const runAt = (index: number, verdict: Verdict, more: Partial<Result> = {}): Result => {
  const at = begin + index * minute
  return resultOf(
    { system: 'shop', check: names[index % names.length]! },
    {
      slot: at,
      startedAt: at,
      duration: 10,
      verdict,
      ...(verdict === 'failed' ? { reason: index % 5 === 0 ? 'connect' : 'assertion', detail: `no ${index}` } : {}),
      ...more,
    },
  )
}

/** Goes down and up in a way that repeats itself, so that a second process goes on where the first was killed. */
export const verdictAt = (index: number): Verdict =>
  Math.floor(index / 9) % 2 === 1 ? 'failed' : index % 23 === 0 ? 'unknown' : 'passed'

export async function openAlarms({
  store,
  clock,
  configuration = configurationWith(),
  plan = () => [],
  onEvent = () => undefined,
}: {
  readonly store: Store
  readonly clock: Clock
  readonly configuration?: ReturnType<typeof configurationWith>
  readonly plan?: (happenings: readonly Happening[]) => readonly Keep[]
  readonly onEvent?: (event: WatchEvent) => void
}) {
  let source = sourceOf(configuration)
  const planned: (readonly Keep[])[] = []
  const alarms = await createAlarms({
    store,
    clock,
    log: quietLog(),
    environment: 'test',
    source: () => source,
    plan,
    planned: keeps => void planned.push(keeps),
    newest: keeps => keeps,
    onEvent,
  })
  const recorder = createRecorder({
    store,
    clock,
    log: quietLog(),
    policyOf: key => source.find(key)?.check.policy,
    scrub: () => scrubber([]),
    onEvent,
    onJudged: alarms.onJudged,
    inMaintenance: alarms.inMaintenance,
    health: await store.health(),
    last: [],
  })
  alarms.connect(recorder)
  return {
    alarms,
    recorder,
    planned,
    record: (index: number, verdict: Verdict, more: Partial<Result> = {}) =>
      recorder.record(runAt(index, verdict, more)),
    configure(next: ReturnType<typeof configurationWith>) {
      source = sourceOf(next)
      alarms.refresh()
    },
  }
}

/** The incidents that results lead to, by the pure functions alone. */
export function incidentsOf(results: readonly Result[]): readonly Incident[] {
  const replay = createReplay('test', sourceOf(configurationWith()))
  for (const result of results.toSorted((a, b) => a.slot - b.slot)) replay.add(result)
  return replay.incidents()
}
