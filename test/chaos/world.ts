/** A whole watch on a driven clock: schedule, probes, guard, store, alarms and messages are the real ones; what targets answer is made up. */

import { onTestFinished } from 'vitest'
import { type CheckOptions, check } from '../../runner/config/check.ts'
import { type ConfigurationOptions, defineConfig } from '../../runner/config/configuration.ts'
import type { Loaded } from '../../runner/config/load-configuration.ts'
import { defineSystem } from '../../runner/config/system.ts'
import { resolveUrls } from '../../runner/config/urls.ts'
import type { Observation, Result, Transition } from '../../runner/core/contracts.ts'
import type { Check, Probe, ProbeRun } from '../../runner/core/definitions.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { Notification } from '../../runner/core/notifications.ts'
import type { Sign } from '../../runner/core/own-state.ts'
import type { Store } from '../../runner/core/ports.ts'
import { createProbeRunner } from '../../runner/engine/probe-runner.ts'
import { createWatch, type RunningWatch } from '../../runner/engine/watch.ts'
import { webhook } from '../../runner/notifiers/webhook.ts'
import { createLoopDelay } from '../../runner/system/loop-delay.ts'
import { createRequests, type NotifierRequest } from '../../runner/system/notifier-request.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { memoryStore } from '../support/memory-store.ts'
import { quietLog } from '../support/quiet-log.ts'
import { createReceiver, type Receiver } from '../support/receiver.ts'

export const second = 1_000
export const minute = 60_000
export const hour = 3_600_000

/** How a target behaves. `lost`: nothing comes back; `unresolved`: not even its address was found; `expired`: its certificate is refused. */
export type Weather = 'fine' | 'refuses' | 'lost' | 'unresolved' | 'expired'

const resolved = [{ name: 'resolve' as const, duration: 2, hop: 0 }]

const outcomes: Readonly<Record<Exclude<Weather, 'lost' | 'unresolved'>, Observation>> = {
  fine: { ok: true, phases: resolved },
  refuses: {
    ok: false,
    reason: 'connect',
    detail: 'expected a connection to the shop, found it refused (ECONNREFUSED)',
    phases: resolved,
  },
  expired: {
    ok: false,
    reason: 'tls',
    detail: 'expected a valid certificate of the shop, found one that has expired (CERT_HAS_EXPIRED)',
    phases: resolved,
  },
}

function observe(weather: Weather, { signal, clock }: ProbeRun): Promise<Observation> {
  if (weather === 'lost' || weather === 'unresolved') {
    const phases = weather === 'lost' ? resolved : []
    const detail = `no answer within 10s: ${weather === 'lost' ? 'no connection to' : 'the look-up of'} the shop did not end`
    return new Promise(resolve =>
      signal.addEventListener('abort', () => resolve({ ok: false, reason: 'timeout', detail, phases })),
    )
  }
  return clock.sleep(20).then(() => outcomes[weather])
}

export interface World {
  readonly clock: FakeClock
  readonly watch: RunningWatch
  readonly store: Store
  readonly log: ReturnType<typeof quietLog>
  readonly receiver: Receiver
  /** Of every target, from now on. */
  weather: Weather
  /** What is found when the watch looks at its own machine. */
  signs: readonly Sign[]
  /** False: what is sent gets no end, and time goes on without it. */
  hears: boolean
  readonly results: readonly Result[]
  readonly transitions: readonly Transition[]
  /** Time passes, second by second; after each, everything that was stored and sent is. */
  pass(ms: number): Promise<void>
  incidents(): Promise<readonly Incident[]>
  notifications(): Promise<readonly Notification[]>
  /** Subjects of what the receiver was sent, in order. */
  told(): readonly string[]
}

export interface WorldOptions {
  /** So many systems, each with one check. Default 12. */
  readonly systems?: number
  readonly checks?: Partial<CheckOptions>
  readonly more?: readonly Check[]
  readonly configuration?: Partial<ConfigurationOptions>
  readonly store?: Store
  readonly start?: number
}

/** Watches until the test ends. Every target is fine at first, and was seen so. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const clock = fakeClock(options.start ?? Date.UTC(2026, 0, 5, 12))
  const log = quietLog()
  const store = options.store ?? memoryStore()
  const receiver = await createReceiver()
  const requests = createRequests()
  const under = new Set<Promise<unknown>>()
  const follow = <T>(work: Promise<T>): Promise<T> => {
    const ended: Promise<unknown> = work.catch(() => {}).finally(() => under.delete(ended))
    under.add(ended)
    return work
  }
  const probe: Probe = { kind: 'http', summary: 'GET /', observe: run => observe(world.weather, run) }
  const systems = Array.from({ length: options.systems ?? 12 }, (_, index) =>
    defineSystem(`shop-${index}`, {
      url: `https://shop-${index}.example.com`,
      checks: [check('home', { probe, every: '30s', ...options.checks }), ...(index === 0 ? (options.more ?? []) : [])],
    }),
  )
  const configuration = defineConfig({
    systems,
    notifiers: [webhook({ id: 'oncall', url: receiver.url, secret: 'whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxsIQ==' })],
    ...options.configuration,
  })
  const loaded: Loaded = {
    configuration,
    environment: 'production',
    urls: resolveUrls(systems, 'production', {}, []).urls,
    secrets: { reveal: text => String(text), values: [] },
    problems: configuration.problems,
    file: 'vedette.config.ts',
    files: [],
  }
  const results: Result[] = []
  const transitions: Transition[] = []
  const watch = await createWatch({
    request: { cwd: '/', env: {} },
    loaded,
    store: seen(store, follow),
    openJourneys: () => Promise.reject(new Error('there are no journeys here')),
    clock,
    log,
    version: '1.2.3',
    random: () => 0.5,
    watchFiles: false,
    heartbeatSecret: 'a secret of this test',
    lookAtOurselves: async () => world.signs,
    async send(request: NotifierRequest) {
      const answer = requests.request(request)
      return world.hears ? follow(answer) : answer
    },
    startThread(_, listener) {
      const runner = createProbeRunner({
        loaded,
        location: 'local',
        version: '1.2.3',
        clock,
        loopDelay: createLoopDelay({ clock }),
        random: () => 0.5,
        post: message => queueMicrotask(() => listener.onMessage(message)),
      })
      const end = () => queueMicrotask(() => listener.onExit(undefined))
      return {
        post(message) {
          if (message.kind === 'start') runner.start(message.after, message.last)
          if (message.kind === 'stop') void runner.stop(message.grace).then(end)
        },
        terminate: end,
      }
    },
  })
  watch.on(event => {
    if (event.kind === 'result') results.push(event.result)
    if (event.kind === 'transition') transitions.push(event.transition)
  })
  const world: World = {
    clock,
    watch,
    store,
    log,
    receiver,
    weather: 'fine',
    signs: [],
    hears: true,
    results,
    transitions,
    async pass(ms) {
      for (let left = ms; left > 0; left -= second) {
        await clock.advance(Math.min(second, left))
        while (under.size > 0) {
          await Promise.all(under)
          await clock.advance(0)
        }
      }
    },
    incidents: () => store.kept('incident') as Promise<readonly Incident[]>,
    notifications: () => store.kept('notification') as Promise<readonly Notification[]>,
    told: () =>
      receiver.requests.map(({ body }) => {
        const { data } = JSON.parse(body) as { data: { subject: string } }
        return data.subject
      }),
  }
  onTestFinished(async () => {
    const stopped = watch.stop()
    await world.pass(15 * second)
    await stopped
    await requests[Symbol.asyncDispose]()
    await receiver[Symbol.asyncDispose]()
  })
  await world.pass(minute)
  return world
}

/** The store, with an eye on what is being written. */
const seen = (store: Store, follow: <T>(work: Promise<T>) => Promise<T>): Store =>
  new Proxy(store, {
    get(of, name) {
      if (name === 'append') return (batch: Parameters<Store['append']>[0]) => follow(of.append(batch))
      const value: unknown = Reflect.get(of, name)
      return typeof value === 'function' ? value.bind(of) : value
    },
  })
