/** Alarms and those who are told of them, as the watch holds them together. */

import { expiredQuarantines } from '../config/expired-quarantines.ts'
import type { Loaded } from '../config/load-configuration.ts'
import type { Artifact, Clock } from '../core/contracts.ts'
import type { Deploy } from '../core/deploys.ts'
import { drillIncident } from '../core/drill.ts'
import { RunnerFault } from '../core/fault.ts'
import type { Alarms, CheckKey, Store, WatchEvent, WatchedCheck } from '../core/ports.ts'
import { type AlarmEngine, createAlarms } from './alarms.ts'
import { type Blindness, createBlindness } from './blindness.ts'
import { createDeadMansSwitch, type DeadMansSwitch } from './dead-mans-switch.ts'
import type { Generation } from './generation.ts'
import type { Chore } from './housekeeping.ts'
import type { Log } from './log.ts'
import { createNotifications } from './notifications.ts'
import type { SendRequest } from './outbox.ts'

export interface AlarmingOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** From 0 to 1. */
  readonly random: () => number
  readonly environment: string
  generation(): Generation
  check(key: CheckKey): WatchedCheck | undefined
  /** Why the watch is not ready; undefined when it is. */
  trouble(): string | undefined
  onEvent(event: WatchEvent): void
  /** How receivers are asked; without it nobody can be told. */
  readonly send?: SendRequest
  /** Own trouble that makes runs unknown, and since when by the monotonic clock. */
  ownTrouble(): { readonly since: number; readonly detail: string } | undefined
  readArtifact?(artifact: Artifact): Promise<Uint8Array | undefined>
}

export interface Alarming {
  readonly engine: AlarmEngine
  readonly saw: Blindness['saw']
  readonly deadMansSwitch: DeadMansSwitch['state']
  readonly people: Pick<Alarms, 'notifiers' | 'drill'>
  /** Takes up what an earlier process left, and begins to tell. */
  start(): Promise<void>
  /** After a new generation. */
  refresh(): Promise<void>
  tell(deploy: Deploy): void
  readonly chores: readonly Chore[]
  stop(): Promise<void>
}

const drillTime = 300_000
const hour = 3_600_000
const day = 24 * hour

export async function createAlarming(options: AlarmingOptions): Promise<Alarming> {
  const { store, clock, log, environment, onEvent } = options
  const loaded = (): Loaded => options.generation().loaded
  const send: SendRequest =
    options.send ?? (() => Promise.reject(new RunnerFault('expected a way to ask receivers, found none')))
  const notifications = createNotifications({
    store,
    clock,
    log,
    random: options.random,
    settings() {
      const { configuration, secrets } = loaded()
      const { notifiers, alarms, publicUrl } = configuration
      return {
        notifiers,
        group: alarms.group,
        ...(publicUrl === undefined ? {} : { publicUrl }),
        scrub: text => options.generation().scrub(text),
        reveal: text => secrets.reveal(text),
      }
    },
    request: send,
    ...(options.readArtifact === undefined ? {} : { readArtifact: options.readArtifact }),
    onEvent,
    onSignal: signal => engine.signal(signal),
    onLine: (incident, line) => engine.line(incident, line),
  })
  const deployed = new Map<string, number>()
  const noteDeploy = ({ system, at }: Deploy) =>
    deployed.set(system, Math.max(at, deployed.get(system) ?? Number.NEGATIVE_INFINITY))
  for (const deploy of await store.kept('deploy', { from: clock.now() - day })) noteDeploy(deploy)
  const engine = await createAlarms({
    store,
    clock,
    log,
    environment,
    source: () => ({ ...options.generation(), configuration: loaded().configuration }),
    plan: notifications.plan,
    planned: notifications.stored,
    newest: notifications.newest,
    deployedAt: system => deployed.get(system),
    onEvent,
  })
  const drill: Alarms['drill'] = async ({ check: key, notifier, by, signal }) => {
    const check = key === undefined ? undefined : options.check(key)
    if (key !== undefined && check === undefined)
      throw new RunnerFault(`expected a watched check, found '${key}'; \`vedette list\` shows them`)
    const watched = key === undefined ? undefined : options.generation().find(key)
    const runbook = watched?.check.runbook ?? watched?.system.runbook
    const incident = drillIncident({ check, environment, runbook, at: clock.now(), by: by?.name })
    return notifications.drill({ incident, ...(notifier === undefined ? {} : { notifier }), signal })
  }
  const blindness = createBlindness({
    clock,
    fastest() {
      const every = loaded().configuration.systems.flatMap(({ checks }) =>
        checks.flatMap(({ heartbeat, schedule }) =>
          heartbeat === undefined && 'every' in schedule ? [schedule.every] : [],
        ),
      )
      return every.length === 0 ? undefined : Math.min(...every)
    },
    trouble: options.ownTrouble,
    signal: engine.signal,
  })
  const deadMansSwitch = createDeadMansSwitch({
    clock,
    log,
    settings: () => loaded().configuration.alarms.deadMansSwitch,
    trouble() {
      if (blindness.isBlind()) return 'no run tells anything'
      const failing = notifications.states().find(({ trouble }) => trouble !== undefined)
      return options.trouble() ?? (failing === undefined ? undefined : `${failing.summary} does not deliver`)
    },
    send,
    reveal: text => loaded().secrets.reveal(text),
    scrub: text => options.generation().scrub(text),
  })
  return {
    engine,
    saw: blindness.saw,
    deadMansSwitch: deadMansSwitch.state,
    people: { notifiers: notifications.states, drill },
    start: notifications.start,
    async refresh() {
      engine.refresh()
      await notifications.review()
    },
    tell(deploy) {
      noteDeploy(deploy)
      void notifications.deploy(deploy)
    },
    chores: [
      {
        // They are told at the start and by `vedette validate`; a watch that runs for months is not started again.
        name: 'quarantines',
        at: '1 * * * *',
        async run(now) {
          for (const { path, message } of expiredQuarantines(loaded().configuration.systems, now, now - hour))
            log.warn({ path: path.join(' › ') }, message)
        },
      },
      {
        // The time of day is asked every minute, because a new generation may have another.
        name: 'daily drill',
        at: '* * * * *',
        async run(now) {
          const { alarms, notifiers } = loaded().configuration
          if (alarms.drillAt !== new Date(now).toISOString().slice(11, 16) || notifiers.length === 0) return
          using deadline = clock.deadline(drillTime)
          const sent = await drill({ signal: deadline.signal })
          const failed = sent.filter(({ state }) => state !== 'delivered')
          log[failed.length > 0 ? 'error' : 'info']({ sent: sent.length, failed: failed.length }, 'daily drill')
        },
      },
    ],
    async stop() {
      deadMansSwitch.stop()
      blindness.stop()
      engine.stop()
      await notifications.stop()
    },
  }
}
