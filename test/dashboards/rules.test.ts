/** The rules that are committed, by the real promtool. What they find in a real Prometheus is told by stack.test.ts. */

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { exportedFiles } from '../../runner/commands/export.ts'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { programOf } from '../support/prometheus.ts'
import { tempFolder } from '../support/temp-folder.ts'

const folder = join(packageFolder, 'dashboards/prometheus/rules')
const names = readdirSync(folder)
const own = 'vedette.rules.yml'

interface Rule {
  readonly alert?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}
const rulesIn = (name: string) =>
  (
    parse(readFileSync(join(folder, name), 'utf8')) as {
      readonly groups: readonly { readonly rules: readonly Rule[] }[]
    }
  ).groups.flatMap(group => group.rules)

/** What it printed; its complaint where it has one. */
async function promtool(...argv: readonly string[]): Promise<string> {
  const run = promisify(execFile)(programOf('promtool'), argv, { cwd: import.meta.dirname, timeout: 50_000 })
  const { stdout } = await run.catch((error: { readonly stdout: string; readonly stderr: string }) => {
    throw new Error(`promtool ${argv.join(' ')}: ${error.stdout}${error.stderr}`)
  })
  return stdout
}

test('all rules pass the linter', async () => {
  const said = await promtool('check', 'rules', '--lint-fatal', ...names.map(name => join(folder, name)))
  expect(said.match(/SUCCESS: \d+ rules found/g)).toHaveLength(names.length)
})

test('the configuration of Prometheus is one that it takes, with all rules', async () => {
  const said = await promtool('check', 'config', join(folder, '../prometheus.yml'))
  expect(said).toContain(`SUCCESS: ${names.length} rule files found`)
})

test('the configuration of Alertmanager is one that it takes', async () => {
  const file = join(packageFolder, 'dashboards/alertmanager/alertmanager.yml')
  const { stdout } = await promisify(execFile)(programOf('amtool'), ['check-config', file])
  expect(stdout).toContain('SUCCESS')
})

test.each(names)('every alert of %s says how bad it is, what is wrong and what to do', name => {
  for (const { alert, expr, labels, annotations } of rulesIn(name).filter(rule => rule.alert !== undefined)) {
    expect(labels?.['severity'] ?? /\bby [^)]*severity/.exec(expr)?.[0], alert).toMatch(/^(p[0-2]|none|by .*)$/)
    expect(annotations?.['summary'], alert).toBeTruthy()
    expect(annotations?.['description'], alert).toMatch(/\.$/)
  }
})

describe('alerts about every Vedette', () => {
  const tests = 'vedette.rules.test.yml'

  test('come and stay away as their tests say', async () => {
    expect(await promtool('test', 'rules', tests)).toContain('SUCCESS')
  })

  test('have each a test in which they come and one in which they do not', () => {
    const cases = (
      parse(readFileSync(join(import.meta.dirname, tests), 'utf8')) as {
        readonly tests: readonly {
          readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[]
        }[]
      }
    ).tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test)
    const withAlerts = (isThere: boolean) =>
      new Set(cases.filter(({ exp_alerts }) => exp_alerts.length > 0 === isThere).map(({ alertname }) => alertname))
    // The watchdog always fires: the test in which nothing is wrong has it, and nothing else.
    const alerts = rulesIn(own)
      .flatMap(({ alert = [] }) => alert)
      .filter(alert => alert !== 'VedetteWatchdog')
    expect(alerts.length).toBeGreaterThan(15)
    expect([...withAlerts(true)].toSorted()).toEqual(alerts.toSorted())
    expect([...withAlerts(false)].toSorted()).toEqual(alerts.toSorted())
  })
})

describe("alerts about the packs' objectives", async () => {
  const loaded = await loadConfiguration({ cwd: packageFolder, env: {}, environment: 'local' })
  // Journeys feed none of the budgets, and listing them takes long.
  const files = exportedFiles(loaded, [], 'prometheus', true)

  test('are those that `vedette export prometheus` writes (npm run dashboards)', () => {
    expect(files.map(({ file }) => file).toSorted()).toEqual(names.filter(name => name !== own))
    for (const { file, text } of files) expect(readFileSync(join(folder, file), 'utf8'), file).toBe(text)
  })

  test('come with an outage of all that a system has, for each budget, and stay away while one run in a day fails and while a history begins', async () => {
    const systems = loaded.configuration.systems
      .map(({ id, checks }) => ({
        id,
        checks,
        burning: rulesIn(`${id}.rules.yml`).filter(({ alert }) => alert === 'VedetteErrorBudgetBurn'),
      }))
      .filter(({ burning }) => burning.length > 0)
    expect(systems.length).toBeGreaterThan(3)
    const series = (system: string, checks: readonly { readonly id: string }[], passed: string, failed: string) =>
      checks.flatMap(({ id }) =>
        Object.entries({ passed, failed, degraded: '0x160' }).map(([verdict, values]) => ({
          series: `vedette_check_runs_total{system="${system}",check="${id}",environment="local",location="local",verdict="${verdict}"}`,
          values,
        })),
      )
    const casesOf = ({ id, checks, burning }: (typeof systems)[number]) => {
      const budgets = new Map(burning.map(({ labels }) => [`${labels!['objective']} ${labels!['part']}`, labels!]))
      const firing = {
        expr: 'count by (objective, part) (ALERTS{alertname="VedetteErrorBudgetBurn",alertstate="firing"}) > bool 0',
        eval_time: '155m',
      }
      return [
        {
          name: `${id}: an outage in the first minutes of a history`,
          interval: '1m',
          input_series: series(id, checks, '0x160', '0+2x160'),
          promql_expr_test: [{ ...firing, eval_time: '10m', exp_samples: [] }],
        },
        {
          name: `${id}: one failed run`,
          interval: '1m',
          input_series: [
            ...series(id, checks.slice(0, 1), '0+2x99 199+2x60', '0x99 1x60'),
            ...series(id, checks.slice(1), '0+2x160', '0x160'),
          ],
          promql_expr_test: [{ ...firing, exp_samples: [] }],
        },
        {
          // Long enough for budgets that allow one run in twenty to fail.
          name: `${id}: an outage of fifty minutes`,
          interval: '1m',
          input_series: series(id, checks, '0+2x99 198x60', '0x99 0+2x60'),
          promql_expr_test: [
            {
              ...firing,
              exp_samples: [...budgets.values()].map(({ objective, part }) => ({
                labels: `{objective="${objective}",part="${part}"}`,
                value: 1,
              })),
            },
          ],
        },
      ]
    }
    // Each with the rules of its system alone: all together take ten times as long.
    using written = tempFolder(
      Object.fromEntries(
        systems.map(system => [
          `${system.id}.yml`,
          stringify({
            rule_files: [join(folder, `${system.id}.rules.yml`)],
            evaluation_interval: '5m',
            tests: casesOf(system),
          }),
        ]),
      ),
    )
    const said = await promtool('test', 'rules', ...systems.map(({ id }) => join(written.path, `${id}.yml`)))
    expect(said.match(/SUCCESS/g)).toHaveLength(systems.length)
  })
})
