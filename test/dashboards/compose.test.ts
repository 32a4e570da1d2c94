/** compose.yaml as far as it can be told without an engine: everything that it names is there, and the parts name each other rightly. */

import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageFolder } from '../../runner/system/version.ts'

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly target: string }
  readonly command?: readonly string[]
  readonly depends_on?: readonly string[]
  readonly network_mode?: string
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const read = (path: string) => readFileSync(join(packageFolder, path), 'utf8')
const compose = parse(read('compose.yaml')) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const services = Object.entries(compose.services)
const grafana = compose.services['grafana']!

const mountsOf = ({ volumes = [] }: Service) =>
  volumes.map(volume => {
    const [source = '', target = '', mode = 'rw'] = volume.split(':')
    return { source, target, mode }
  })
/** The file of this repository that a service sees at a path. */
function hostPath(service: Service, path: string): string | undefined {
  const mount = mountsOf(service).find(
    ({ source, target }) => source.startsWith('./') && `${path}/`.startsWith(`${target}/`),
  )
  return mount && join(mount.source, posix.relative(mount.target, path))
}

/** `http://prometheus:9090` leads to a service that listens there. */
function expectAddress(url: string) {
  const { hostname, port } = new URL(url)
  const service = compose.services[hostname]
  expect(service, hostname).toBeDefined()
  expect(
    service?.ports?.map(published => published.split(':').at(-1)),
    url,
  ).toContain(port)
}

test.each(services)('%s is pinned or built, listens on this machine alone, and mounts what there is', (_, service) => {
  if (service.image === undefined) {
    expect(read('Dockerfile')).toMatch(new RegExp(`^FROM \\S+ AS ${service.build!.target}$`, 'm'))
  } else {
    expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/)
  }
  for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  for (const { source, target, mode } of mountsOf(service)) {
    expect(target).toMatch(/^\//)
    if (!source.startsWith('./')) {
      expect(compose.volumes).toHaveProperty(source)
      continue
    }
    expect(existsSync(join(packageFolder, source)), source).toBe(true)
    expect(mode, source).toBe('ro')
  }
  for (const other of service.depends_on ?? []) expect(compose.services).toHaveProperty(other)
})

test('no two services publish one port', () => {
  const ports = services.flatMap(([, { ports = [] }]) => ports.map(port => port.split(':')[1]))
  expect(new Set(ports).size).toBe(ports.length)
})

test.each(['prometheus', 'alertmanager'])('%s starts with the file that is committed', name => {
  const service = compose.services[name]!
  const option = service.command!.find(argument => argument.startsWith('--config.file='))!
  expect(hostPath(service, option.split('=')[1]!)).toBe(`dashboards/${name}/${name}.yml`)
})

test('Prometheus scrapes Vedette, reads the rules, and tells Alertmanager', () => {
  const config = parse(read('dashboards/prometheus/prometheus.yml')) as {
    readonly rule_files: readonly string[]
    readonly alerting: { readonly alertmanagers: readonly Targets[] }
    readonly scrape_configs: readonly ({ readonly job_name: string } & Targets)[]
  }
  interface Targets {
    readonly static_configs: readonly { readonly targets: readonly string[] }[]
  }
  const [scrape] = config.scrape_configs
  expect(scrape?.job_name).toBe('vedette')
  // The watch shares the network of the target, which publishes its port.
  expect(compose.services['vedette']?.network_mode).toBe('service:target')
  const targets = [scrape!, ...config.alerting.alertmanagers].flatMap(({ static_configs }) =>
    static_configs.flatMap(entry => entry.targets),
  )
  expect(targets).toHaveLength(2)
  for (const target of targets) expectAddress(`http://${target}`)
  expect(config.rule_files).toEqual(['rules/*.rules.yml'])
  expect(existsSync(join(packageFolder, 'dashboards/prometheus/rules/vedette.rules.yml'))).toBe(true)
})

test('Prometheus keeps its data as long as the longest objective of the packs', () => {
  const days = (text: string) => Number(/^(\d+)d$/.exec(text)?.[1])
  const kept = compose.services['prometheus']!.command!.find(argument => argument.includes('retention.time'))!.split(
    '=',
  )[1]!
  const wanted = ['agent-portal', 'assessment', 'cod-admin', 'dental', 'therapy', 'vedette'].flatMap(name =>
    [...read(`dashboards/prometheus/rules/${name}.rules.yml`).matchAll(/\[(\d+d)\]/g)].map(([, window]) =>
      days(window!),
    ),
  )
  expect(wanted).toContain(30)
  expect(days(kept)).toBeGreaterThanOrEqual(Math.max(...wanted))
})

test('Grafana is provisioned with the data source and the dashboards', () => {
  const provisioning = hostPath(grafana, '/etc/grafana/provisioning')
  expect(provisioning).toBe('dashboards/grafana/provisioning')
  const { datasources } = parse(read(`${provisioning}/datasources/prometheus.yaml`)) as {
    readonly datasources: readonly {
      readonly uid: string
      readonly type: string
      readonly url: string
      readonly isDefault: boolean
      readonly jsonData: { readonly timeInterval: string }
    }[]
  }
  expect(datasources).toMatchObject([{ uid: 'vedette-prometheus', type: 'prometheus', isDefault: true }])
  expectAddress(datasources[0]!.url)
  const { global } = parse(read('dashboards/prometheus/prometheus.yml')) as {
    readonly global: { readonly scrape_interval: string }
  }
  expect(datasources[0]!.jsonData.timeInterval).toBe(global.scrape_interval)
  const { providers } = parse(read(`${provisioning}/dashboards/vedette.yaml`)) as {
    readonly providers: readonly {
      readonly type: string
      readonly allowUiUpdates: boolean
      readonly options: { readonly path: string }
    }[]
  }
  expect(providers).toMatchObject([{ type: 'file', allowUiUpdates: false }])
  expect(hostPath(grafana, providers[0]!.options.path)).toBe('dashboards/grafana')
  const home = grafana.environment!['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!
  expect(existsSync(join(packageFolder, hostPath(grafana, home)!))).toBe(true)
})
