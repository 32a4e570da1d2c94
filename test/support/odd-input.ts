/** What people write by mistake, and worse, given to every helper of the public door. */

import type { z } from 'zod'
import { checkOptions } from '../../runner/config/check.ts'
import { configurationOptions } from '../../runner/config/configuration.ts'
import { heartbeatOptions } from '../../runner/config/heartbeat.ts'
import { loadOptions } from '../../runner/config/load.ts'
import { maintenanceOptions } from '../../runner/config/maintenance.ts'
import { objectiveOptions } from '../../runner/config/objective.ts'
import { playwrightOptions } from '../../runner/config/playwright.ts'
import { systemOptions } from '../../runner/config/system.ts'
import * as door from '../../runner/index.ts'
import { alertmanagerOptions } from '../../runner/notifiers/alertmanager.ts'
import { emailOptions } from '../../runner/notifiers/email.ts'
import { grafanaOptions } from '../../runner/notifiers/grafana.ts'
import { ntfyOptions } from '../../runner/notifiers/ntfy.ts'
import { pagerdutyOptions } from '../../runner/notifiers/pagerduty.ts'
import { slackOptions } from '../../runner/notifiers/slack.ts'
import { webhookOptions } from '../../runner/notifiers/webhook.ts'
import { dnsOptions } from '../../runner/probes/dns.ts'
import { headersOptions } from '../../runner/probes/headers.ts'
import { httpOptions } from '../../runner/probes/http.ts'
import { pingOptions } from '../../runner/probes/ping.ts'
import { tcpOptions } from '../../runner/probes/tcp.ts'
import { tlsOptions } from '../../runner/probes/tls.ts'
import { websocketOptions } from '../../runner/probes/websocket.ts'

// Any value may stand for any argument: that is what this is about.
type Make = (...given: readonly never[]) => unknown

export interface Helper {
  readonly make: Make
  /** Undefined: it takes no options. */
  readonly schema?: z.ZodObject
  /** Arguments that are good, options last where it takes any. */
  readonly good: readonly unknown[]
  /** The options of a configuration that holds what it made. */
  readonly held: (made: never) => Readonly<Record<string, unknown>>
}

const at = 'https://shop.example.com'
const inSystem = (more: object) => ({
  systems: [door.defineSystem('shop', '/repo', { url: at, checks: [], ...more })],
})
const inChecks = (part: never) => inSystem({ checks: [part] })
const inCheck = (probe: never) => inSystem({ checks: [door.check('home', { probe })] })
const inNotifiers = (notifier: never) => ({ systems: [], notifiers: [notifier] })
const helper = (make: Make, schema: z.ZodObject, good: readonly unknown[], held: Helper['held']): Helper => ({
  make,
  schema,
  good,
  held,
})

/** Every function of the door, by its name. */
export const helpers: Readonly<Record<string, Helper>> = {
  alertmanager: helper(door.alertmanager, alertmanagerOptions, [{ url: at }], inNotifiers),
  check: helper(door.check, checkOptions, ['home', { probe: door.http('/') }], inChecks),
  defineConfig: helper(
    made => made,
    configurationOptions,
    [{ systems: [] }],
    given => given,
  ),
  defineSystem: helper(door.defineSystem, systemOptions, ['shop', { url: at, checks: [] }], system => ({
    systems: [system],
  })),
  dns: helper(door.dns, dnsOptions, [{}], inCheck),
  email: helper(door.email, emailOptions, [{ host: 'mail', from: 'a@b.example', to: ['c@d.example'] }], inNotifiers),
  grafana: helper(door.grafana, grafanaOptions, [{ url: at, token: 't' }], inNotifiers),
  headers: helper(door.headers, headersOptions, ['/', {}], inCheck),
  heartbeat: helper(door.heartbeat, heartbeatOptions, ['backup', { every: '1h' }], inChecks),
  http: helper(door.http, httpOptions, ['/', {}], inCheck),
  limit: {
    make: door.limit,
    good: ['A-1'],
    held: grade => inSystem({ checks: [door.check('home', { probe: door.headers('/', { grade }) })] }),
  },
  load: helper(door.load, loadOptions, [{ script: 'k6.ts' }], inChecks),
  maintenance: helper(
    door.maintenance,
    maintenanceOptions,
    ['Upgrade', { selection: ['*'], weekly: 'sun 02:00-04:00' }],
    window => ({ systems: [], maintenance: [window] }),
  ),
  ntfy: helper(door.ntfy, ntfyOptions, [{ topic: 'shop' }], inNotifiers),
  objective: helper(door.objective, objectiveOptions, ['up', { from: 'A-1' }], made =>
    inSystem({ objectives: [made] }),
  ),
  pagerduty: helper(door.pagerduty, pagerdutyOptions, [{ routingKey: 'k' }], inNotifiers),
  ping: helper(door.ping, pingOptions, [{}], inCheck),
  playwright: helper(door.playwright, playwrightOptions, ['e2e', {}], inChecks),
  secret: {
    make: door.secret,
    good: [{ env: 'TOKEN' }],
    held: bearer => inSystem({ checks: [door.check('home', { probe: door.http('/', { bearer }) })] }),
  },
  slack: helper(door.slack, slackOptions, [{ url: at }], inNotifiers),
  tcp: helper(door.tcp, tcpOptions, [{}], inCheck),
  tls: helper(door.tls, tlsOptions, [{}], inCheck),
  webhook: helper(
    door.webhook,
    webhookOptions,
    [{ url: at, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }],
    inNotifiers,
  ),
  websocket: helper(door.websocket, websocketOptions, ['/', {}], inCheck),
}

const circle: Record<string, unknown> = {}
circle['self'] = circle

/** Values that are right nowhere. */
export const wrong: readonly unknown[] = [Symbol('s'), Number.NaN, 10n, circle]

/** Values that are right in some places. */
export const odd: readonly unknown[] = [
  ...[
    undefined,
    null,
    true,
    -1,
    5,
    '',
    ' ',
    'x',
    '/',
    [],
    [null],
    [5],
    {},
    { source: 5 },
    new Date(0),
    /x/g,
    new Map(),
  ],
  ...[
    () => 1,
    Object.create(null),
    Object.assign(Object.create(null), { source: 5 }),
    { toJSON: () => undefined },
    { requirement: 5 },
    { observe: 5 },
    { id: Symbol('s') },
  ],
]

interface Shape {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>
  readonly innerType?: z.core.$ZodType
  readonly element?: z.core.$ZodType
  readonly valueType?: z.core.$ZodType
  readonly options?: readonly z.core.$ZodType[]
}

/** For each option, however deep: options that have nothing but the given value there. */
export function placesOf(schema: z.core.$ZodType): readonly ((value: unknown) => unknown)[] {
  const { shape, innerType, element, valueType, options } = schema._zod.def as Shape
  const within = (inner: z.core.$ZodType, wrap: (value: unknown) => unknown) =>
    placesOf(inner).map(place => (value: unknown) => wrap(place(value)))
  if (innerType !== undefined) return placesOf(innerType)
  if (element !== undefined) return [(value: unknown) => [value], ...within(element, value => [value])]
  if (valueType !== undefined)
    return [(value: unknown) => ({ x: value }), ...within(valueType, value => ({ x: value }))]
  return [
    ...(options ?? []).flatMap(placesOf),
    ...Object.entries(shape ?? {}).flatMap(([name, option]) => {
      const wrap = (value: unknown) => ({ [name]: value })
      return [wrap, ...within(option, wrap)]
    }),
  ]
}
