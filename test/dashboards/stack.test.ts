/** The whole way with the real programs: a watch, a Prometheus that scrapes it with our rules, an Alertmanager with our routes. */

import { EventEmitter, once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { packageFolder } from '../../runner/system/version.ts'
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts'
import { type Prometheus, startPrometheus } from '../support/prometheus.ts'
import { selectorsOf } from '../support/promql.ts'
import { createReceiver, type Receiver } from '../support/receiver.ts'
import { filledIn, queriesOf, type Values, variableQuery } from './queries.ts'
import { openScene, type Scene } from './scene.ts'

const folder = join(packageFolder, 'dashboards')
const read = (path: string) => readFileSync(join(folder, path), 'utf8')
const dashboards = readdirSync(join(folder, 'grafana'))
  .filter(name => name.endsWith('.json'))
  .map(name => JSON.parse(read(`grafana/${name}`)) as Dashboard)

interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly for?: string
}
interface RuleFile {
  readonly groups: readonly { readonly interval?: string; readonly name: string; readonly rules: readonly Rule[] }[]
}
const ruleFiles = readdirSync(join(folder, 'prometheus/rules')).map(name => ({
  name,
  ...(parse(read(`prometheus/rules/${name}`)) as RuleFile),
}))
const rules = ruleFiles.flatMap(({ groups }) => groups.flatMap(group => group.rules))

/** The committed file, looked at every second, with patience of seconds for minutes: the tests of the rules hold the true one. */
const hurried = ({ groups }: RuleFile) =>
  stringify({
    groups: groups.map(({ interval: _interval, rules, ...group }) => ({
      ...group,
      rules: rules.map(rule => (rule.for === undefined ? rule : { ...rule, for: rule.for.replace(/m$/, 's') })),
    })),
  })

/** Prometheus' committed configuration with addresses of now, once a second. */
function prometheusConfig(scraped: string, alertmanager: string): string {
  const { scrape_configs, alerting, ...config } = parse(read('prometheus/prometheus.yml')) as {
    readonly scrape_configs: readonly [{ readonly job_name: string }]
    readonly alerting: unknown
  }
  expect(alerting).toBeDefined()
  return stringify({
    ...config,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    scrape_configs: [{ ...scrape_configs[0], static_configs: [{ targets: [scraped] }] }],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
  })
}

/** Alertmanager's committed configuration without its pauses; every receiver has an address. */
function alertmanagerConfig(url: string): string {
  interface Route {
    readonly routes?: readonly Route[]
  }
  const config = parse(read('alertmanager/alertmanager.yml')) as {
    readonly route: Route
    readonly receivers: readonly { readonly name: string }[]
  }
  const hasty = (route: Route): Route => ({
    ...route,
    ...{ group_wait: '1s', group_interval: '1s' },
    ...(route.routes === undefined ? {} : { routes: route.routes.map(hasty) }),
  })
  return stringify({
    ...config,
    route: hasty(config.route),
    receivers: config.receivers.map(({ name }) => ({ name, webhook_configs: [{ url: `${url}/${name}` }] })),
  })
}

let hook: Receiver
let told: Receiver
let scene: Scene
let alertmanager: Alertmanager
let prometheus: Prometheus
/** Stands between Prometheus and the watch, to tell of each scrape. */
const scrapes = new EventEmitter<{ scraped: [] }>()
let exposed = ''
const between = createServer(async (_, response) => {
  const answer = await fetch(`${scene.url}/metrics`)
  exposed = await answer.text()
  response.setHeader('content-type', answer.headers.get('content-type')!).end(exposed)
  response.on('close', () => scrapes.emit('scraped'))
})

beforeAll(async () => {
  hook = await createReceiver()
  told = await createReceiver()
  alertmanager = await startAlertmanager(alertmanagerConfig(told.url))
  scene = await openScene(hook.url)
  between.listen(0, '127.0.0.1')
  await once(between, 'listening')
  prometheus = await startPrometheus({
    config: prometheusConfig(`127.0.0.1:${(between.address() as AddressInfo).port}`, alertmanager.address),
    files: Object.fromEntries(ruleFiles.map(file => [`rules/${file.name}`, hurried(file)])),
  })
}, 180_000)

afterAll(async () => {
  await prometheus?.[Symbol.asyncDispose]()
  await alertmanager?.[Symbol.asyncDispose]()
  await scene?.[Symbol.asyncDispose]()
  between.close()
  between.closeAllConnections()
  await told?.[Symbol.asyncDispose]()
  await hook?.[Symbol.asyncDispose]()
})

/** All that the variables of a dashboard can be: one set of values for each value of those that have one at a time. */
async function valuesOf({ templating }: Dashboard): Promise<readonly Values[]> {
  let sets: readonly Values[] = [{}]
  for (const { name, type, includeAll, allValue, definition = '' } of templating.list ?? []) {
    if (type !== 'query') continue
    const { selector, label } = variableQuery(definition)
    const next = await Promise.all(
      sets.map(async values => {
        const search = new URLSearchParams({ 'match[]': filledIn(selector, values) })
        const found = (await prometheus.get(`/api/v1/label/${label}/values?${search}`)) as readonly string[]
        return found.map(value => ({ ...values, [name]: includeAll ? allValue! : value }))
      }),
    )
    sets = [...new Map(next.flat().map(values => [JSON.stringify(values), values])).values()]
  }
  return sets
}

const mostScrapes = 40

test('every panel, mark and rule finds what it asks for in a Prometheus that scraped a Vedette', async () => {
  let missing = dashboards.flatMap(dashboard => queriesOf(dashboard).map(query => ({ dashboard, ...query })))
  expect(missing.length).toBeGreaterThan(100)
  // A rate needs two scrapes, a journey its browser, a load run its end: it is asked again after each scrape.
  for (let scrape = 0; scrape < mostScrapes && missing.length > 0; scrape++) {
    await once(scrapes, 'scraped')
    const values = new Map(
      await Promise.all(dashboards.map(async dashboard => [dashboard, await valuesOf(dashboard)] as const)),
    )
    const found = await Promise.all(
      missing.map(async ({ dashboard, expression }) => {
        const answers = await Promise.all(
          values.get(dashboard)!.map(set => prometheus.query(filledIn(expression, set))),
        )
        return answers.some(answer => answer.length > 0)
      }),
    )
    missing = missing.filter((_, index) => !found[index])
  }
  expect(missing.map(({ place, expression }) => `${place}: ${expression}`)).toEqual([])
}, 180_000)

test('every metric that a panel or a rule uses is one that Vedette exposes, and every label one that it has', async () => {
  /** Of Prometheus itself, and what rules record. */
  const foreign = new Set(['up', 'ALERTS', 'scrape_samples_scraped', 'scrape_duration_seconds'])
  const recorded = new Set(rules.flatMap(({ record = [] }) => record))
  const labelsOf = new Map<string, Set<string>>()
  for (const [, metric, labels = ''] of exposed.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)) {
    const known = labelsOf.get(metric!) ?? new Set(['job', 'instance'])
    for (const [, label] of labels.matchAll(/(?:^|,)(\w+)="/g)) known.add(label!)
    labelsOf.set(metric!, known)
  }
  const expressions = [
    ...rules.map(({ expr, record, alert }) => ({ place: record ?? alert, expr })),
    ...dashboards.flatMap(dashboard =>
      queriesOf(dashboard).map(({ place, expression }) => ({
        place,
        expr: filledIn(
          expression,
          Object.fromEntries((dashboard.templating.list ?? []).map(({ name }) => [name, 'x'])),
        ),
      })),
    ),
  ]
  const strangers = expressions.flatMap(({ place, expr }) =>
    selectorsOf(expr)
      .filter(({ metric }) => !foreign.has(metric) && !recorded.has(metric))
      .flatMap(({ metric, labels }) => [
        ...(labelsOf.has(metric) ? [] : [`${place}: ${metric}`]),
        ...labels
          .filter(label => labelsOf.get(metric)?.has(label) === false)
          .map(label => `${place}: ${metric}{${label}}`),
      ]),
  )
  expect(strangers).toEqual([])
})

test('Prometheus evaluates every rule without an error', async () => {
  const { groups } = (await prometheus.get('/api/v1/rules')) as {
    readonly groups: readonly {
      readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[]
    }[]
  }
  const evaluated = groups.flatMap(group => group.rules)
  expect(evaluated).toHaveLength(rules.length)
  expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([])
})

interface Told {
  readonly status: string
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}
/** Alerts that came to a receiver of Alertmanager. */
const toldTo = (receiver: string) =>
  told.requests.filter(({ path }) => path === `/${receiver}`).flatMap(({ body }) => (JSON.parse(body) as Told).alerts)
const named = (name: string) => (alert: Told['alerts'][number]) => alert.labels['alertname'] === name
/** Resolves with the first one that fits. */
async function arrived(receiver: string, fits: (alert: Told['alerts'][number]) => boolean) {
  for (;;) {
    const found = toldTo(receiver).find(fits)
    if (found) return found
    await told.received(told.requests.length + 1)
  }
}

test('a broken target is an alert at a receiver, once for its incident and not for each check, until it is repaired', async () => {
  const incident = await arrived('oncall', named('VedetteIncidentOpen'))
  expect(incident).toMatchObject({
    status: 'firing',
    labels: { system: 'shop', environment: 'local', severity: 'p0' },
    annotations: { summary: 'shop: 1 open incident(s), p0' },
  })
  expect(await arrived('watchdog', named('VedetteWatchdog'))).toMatchObject({ status: 'firing' })
  const checkDown = async () =>
    (await alertmanager.alerts()).find(
      ({ labels, status }) => labels['alertname'] === 'VedetteCheckDown' && status.state === 'suppressed',
    )
  let down = await checkDown()
  for (; down === undefined; down = await checkDown()) await once(scrapes, 'scraped')
  expect(down).toMatchObject({
    labels: { system: 'shop', check: 'broken', location: 'local', severity: 'p0', owner: 'oncall' },
    status: { inhibitedBy: [expect.any(String)] },
  })

  scene.repair()
  const end = await arrived('oncall', alert => named('VedetteIncidentOpen')(alert) && alert.status === 'resolved')
  expect(end.labels).toEqual(incident.labels)
  for (const receiver of ['itself', 'team']) expect(toldTo(receiver).filter(named('VedetteIncidentOpen'))).toEqual([])
  // Vedette's own notifier told of both as well.
  await hook.received(2)
}, 180_000)
