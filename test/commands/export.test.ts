import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { command } from '../../runner/commands/export.ts'
import { capturedIo } from '../support/captured-io.ts'
import { programOf } from '../support/prometheus.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = (
  objectives: string,
) => `import { check, defineConfig, defineSystem, http, objective } from 'vedette'
const requirement = (id, threshold) => ({ id, need: 'it is up', verify: 'slo', threshold, broken: 'b', source: 's' })
export default defineConfig({
  environment: 'production',
  systems: [
    defineSystem('shop', {
      title: 'Shop',
      url: 'http://127.0.0.1:9',
      requirements: [
        requirement('S-1', [{ metric: 'availability', gte: 0.999, window: '30d' }]),
        requirement('S-2', [{ metric: 'http_req_duration_ms', stat: 'avg', lt: 200 }, { metric: 'http_5xx', lte: 0, window: '24h' }]),
        requirement('S-3', [{ metric: 'error_rate', lt: 0.01 }]),
      ],
      objectives: [${objectives}],
      checks: [
        check('home', { probe: http('/'), every: '1m' }),
        check('v1.5/night', { probe: http('/night'), cron: '0 3 * * *' }),
      ],
    }),
  ],
})
`
const all = `
  objective('up', { from: 'S-1' }),
  objective('fast', { from: 'S-2' }),
  objective('month', { from: 'S-3', period: { calendar: 'month', timezone: 'Europe/Berlin' } }),
  objective('quiet', { from: 'S-3', checks: ['v1.5/night', 'home'], alerts: false }),
`

async function run(objectives: string, ...argv: readonly string[]) {
  const folder = tempFolder({ 'vedette.config.ts': configuration(objectives) })
  onTestFinished(() => folder[Symbol.dispose]())
  const io = capturedIo({ cwd: folder.path, env: {} })
  return { code: await command.run(argv, io), folder: folder.path, out: io.stdout, error: io.stderr }
}

const promtool = (folder: string, ...argv: readonly string[]) =>
  promisify(execFile)(programOf('promtool'), [...argv], { cwd: folder, timeout: 50_000 })

interface Rule {
  readonly alert?: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}
const rulesIn = (text: string) =>
  (parse(text) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  )

describe('rules for Prometheus', () => {
  test('pass the linter of the real promtool, one file a system', async () => {
    const { code, folder } = await run(all, 'prometheus', '--out', 'rules')
    expect([code, readdirSync(join(folder, 'rules'))]).toEqual([0, ['shop.rules.yml']])
    const { stdout } = await promtool(folder, 'check', 'rules', '--lint-fatal', 'rules/shop.rules.yml')
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/)
  })

  test('say in their head what Prometheus needs for them, and what it cannot tell', async () => {
    const { out } = await run(all, 'prometheus')
    expect(out).toContain('# Prometheus must keep its data for 30d at least')
    expect(out).toContain('# Judged by Vedette alone: shop, fast, http_5xx: it is a count, not a share.')
    const broken = rulesIn(out).filter(({ alert }) => alert === 'VedetteObjectiveBroken')
    expect(broken.map(({ labels }) => labels['part'])).toEqual(['http_req_duration_ms/avg', 'http_5xx'])
  })

  test('use only metrics that are exposed', async () => {
    const { out } = await run(all, 'prometheus')
    const exposed = readFileSync(join(import.meta.dirname, '../server/metrics.golden.txt'), 'utf8')
    const used = rulesIn(out).flatMap(({ expr }) => [...expr.matchAll(/(?<![:\w])vedette_\w+/g)].map(([name]) => name))
    expect([...new Set(used)].toSorted()).toEqual(['vedette_check_runs_total', 'vedette_objective_kept'])
    for (const name of new Set(used)) expect(exposed).toContain(`# TYPE ${name} `)
  })

  test('name checks by their ids, and alert nobody of what is only reported', async () => {
    const rules = rulesIn((await run(all, 'prometheus')).out)
    const quiet = rules.filter(({ labels }) => labels['objective'] === 'quiet')
    expect(quiet.filter(({ alert }) => alert !== undefined)).toEqual([])
    // Both checks of the system: there is nothing to leave out.
    expect(quiet[0]!.expr).not.toContain('check=')
    expect(rules[0]!.expr).toContain('check=~"home"')
  })

  const labels = 'system="shop",check="home",environment="production",location="local"'
  const counters = (passed: string, failed: string) =>
    Object.entries({ passed, failed, degraded: '0x1160', unknown: '0x1160' }).map(([verdict, values]) => ({
      series: `vedette_check_runs_total{${labels},verdict="${verdict}"}`,
      values,
    }))
  const firing = (minutes: number, ...windows: readonly string[]) => ({
    expr: 'count by (window) (ALERTS{alertname="VedetteErrorBudgetBurn",alertstate="firing"})',
    eval_time: `${minutes}m`,
    exp_samples: windows.map(window => ({ labels: `{window="${window}"}`, value: 1 })),
  })

  test('wake nobody for one failed run, and everybody for an outage, until a little after its end', async () => {
    const { folder } = await run(`objective('up', { from: 'S-1' })`, 'prometheus', '--out', '.')
    const tests = {
      rule_files: ['shop.rules.yml'],
      evaluation_interval: '5m',
      // Else in any order, so that an alert may go by what was recorded five minutes before.
      group_eval_order: ['burn', 'periods', 'objectives'].map(name => `vedette-shop-production-${name}`),
      tests: [
        {
          name: 'one failed run',
          interval: '1m',
          input_series: counters('0+1x399 399x1 400+1x60', '0x399 1x60'),
          promql_expr_test: [firing(402), firing(406), firing(460)],
        },
        {
          name: 'an outage of ten minutes',
          interval: '1m',
          input_series: counters('0+1x1110 1110x9 1111+1x60', '0x1110 1+1x9 10x60'),
          promql_expr_test: [
            firing(1110),
            firing(1116, '1d', '1h', '3d', '6h'),
            // The five minutes of the fast row are good again, the half hour of the next one is not.
            firing(1128, '1d', '3d', '6h'),
            firing(1154, '1d', '3d'),
          ],
        },
        {
          name: 'an outage from the fifth minute of a history on, told by each row once it has seen a quarter of its window',
          interval: '1m',
          input_series: counters('0+1x5 5x1100', '0x5 1+1x1100'),
          promql_expr_test: [
            firing(13),
            firing(16, '1h'),
            firing(85, '1h'),
            firing(95, '1h', '6h'),
            firing(340, '1h', '6h'),
            firing(375, '1d', '1h', '6h'),
            firing(1030, '1d', '1h', '6h'),
            firing(1090, '1d', '1h', '3d', '6h'),
          ],
        },
        {
          name: 'an outage that begins in a maintenance of two hours, which counts no run, and is told when it ends',
          interval: '1m',
          input_series: counters('0+1x300 300x240', '0x420 1+1x60'),
          promql_expr_test: [firing(420), firing(426, '1d', '1h', '6h')],
        },
      ],
    }
    writeFileSync(join(folder, 'tests.yml'), stringify(tests))
    const { stdout } = await promtool(folder, 'test', 'rules', 'tests.yml').catch(
      (error: { readonly stdout: string; readonly stderr: string }) => {
        throw new Error(`${error.stdout}${error.stderr}`)
      },
    )
    expect(stdout).toContain('SUCCESS')
  })

  test('tell of an objective without a budget when it is broken', async () => {
    const { folder } = await run(`objective('fast', { from: 'S-2' })`, 'prometheus', '--out', '.')
    const series = 'vedette_objective_kept{system="shop",objective="fast",part="http_5xx",environment="production"}'
    const tests = {
      rule_files: ['shop.rules.yml'],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '1m',
          input_series: [{ series, values: '1x10 0x10' }],
          promql_expr_test: [11, 14].map(minutes => ({
            expr: 'count by (part) (ALERTS{alertname="VedetteObjectiveBroken",alertstate="firing"})',
            eval_time: `${minutes}m`,
            exp_samples: minutes === 11 ? [] : [{ labels: '{part="http_5xx"}', value: 1 }],
          })),
        },
      ],
    }
    writeFileSync(join(folder, 'tests.yml'), stringify(tests))
    expect((await promtool(folder, 'test', 'rules', 'tests.yml')).stdout).toContain('SUCCESS')
  })
})

// Node's own way of making folders never returns there.
test('a folder that cannot be made is a mistake', async () => {
  await expect(run(all, 'sloth', '--out', '/proc/x')).rejects.toThrow(
    /expected a folder that can be written to at \/proc\/x, found: ENOENT.*; choose another with --out/,
  )
  await expect(run(all, 'sloth', '--out', '')).rejects.toThrow('expected --out to have a value, found nothing')
})

test('for Sloth each share is an SLO with its two queries', async () => {
  const { out } = await run(all, 'sloth')
  const spec = parse(out) as { readonly slos: readonly Record<string, unknown>[] }
  expect(spec).toMatchObject({ version: 'prometheus/v1', service: 'shop', labels: { environment: 'production' } })
  expect(spec.slos.map(({ name, objective }) => [name, objective])).toEqual([
    ['up-availability', 99.9],
    ['month-error-rate', 99],
    ['quiet-error-rate', 99],
  ])
  expect(spec.slos[0]).toMatchObject({
    sli: {
      events: {
        error_query:
          'sum(rate(vedette_check_runs_total{system="shop",environment="production",check=~"home",verdict=~"failed"}[{{.window}}]))',
        total_query: expect.stringContaining('verdict=~"passed|degraded|failed"}[{{.window}}]'),
      },
    },
    alerting: { page_alert: { labels: { severity: 'p0' } } },
  })
  expect(spec.slos[2]).toMatchObject({ alerting: { page_alert: { disable: true }, ticket_alert: { disable: true } } })
  expect(out).toContain('# Left out: shop, fast, http_req_duration_ms/avg: it is a statistic of durations')
})

test('in OpenSLO each share is an SLO with a policy for each pair of windows, and every reference leads somewhere', async () => {
  const { out } = await run(all, 'openslo')
  const documents = parseAllDocuments(out).map(document => document.toJS() as OpenSlo)
  expect(documents.map(({ apiVersion }) => apiVersion)).toEqual(documents.map(() => 'openslo/v1'))
  const named = (kind: string) => documents.filter(item => item.kind === kind).map(({ metadata }) => metadata.name)
  expect(named('Service')).toEqual(['shop'])
  const [up, month] = documents.filter(({ kind }) => kind === 'SLO')
  expect(up!.spec).toMatchObject({
    service: 'shop',
    timeWindow: [{ duration: '30d', isRolling: true }],
    budgetingMethod: 'Occurrences',
    objectives: [{ target: 0.999 }],
  })
  expect(month!.spec).toMatchObject({
    timeWindow: [{ duration: '1M', isRolling: false, calendar: { timeZone: 'Europe/Berlin' } }],
  })
  const referred = documents.flatMap(({ spec }) => spec.alertPolicies ?? []).map(({ alertPolicyRef }) => alertPolicyRef)
  expect(referred).toEqual(named('AlertPolicy'))
  expect(referred.length).toBeGreaterThan(3)
  for (const { metadata } of documents) expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
})

interface OpenSlo {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: { readonly alertPolicies?: readonly { readonly alertPolicyRef: string }[] }
}

test('what there is none of is said, with what to do', async () => {
  const { code, out, error } = await run('', 'prometheus')
  expect([code, out]).toEqual([2, ''])
  expect(error).toContain("write one with objective('…', { from: '…' }) in system.ts")
  expect((await run(`objective('fast', { from: 'S-2' })`, 'sloth')).code).toBe(2)
  await expect(run(all, 'promethius')).rejects.toThrow("did you mean 'prometheus'?")
})
