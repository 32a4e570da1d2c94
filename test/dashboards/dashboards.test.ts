/** What every dashboard keeps to. That its queries find something is told by stack.test.ts. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard, DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, test } from 'vitest'
import { dashboards, textOf } from '../../dashboards/source/files.ts'
import { dataSource } from '../../dashboards/source/panels.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { selectorsOf } from '../support/promql.ts'
import { filledIn, panelsOf, queriesOf, targetsOf, variableQuery } from './queries.ts'

const folder = join(packageFolder, 'dashboards/grafana')
const all = Object.entries(dashboards)
const uids = all.map(([, { uid }]) => uid!)

test('what is committed is what the code makes (npm run dashboards)', () => {
  expect(readdirSync(folder).filter(name => name.endsWith('.json'))).toEqual(Object.keys(dashboards).toSorted())
  for (const [name, dashboard] of all) {
    expect(readFileSync(join(folder, name), 'utf8'), name).toBe(textOf(dashboard))
  }
})

test('each has an identity of its own, and so has each panel in it', () => {
  expect(new Set(uids).size).toBe(all.length)
  expect(new Set(all.map(([, { title }]) => title)).size).toBe(all.length)
  for (const [name, { panels = [] }] of all) {
    expect(
      panels.map(({ id }) => id),
      name,
    ).toEqual(panels.map((_, index) => index + 1))
    const titles = panels.map(({ title }) => title)
    expect(new Set(titles).size, name).toBe(titles.length)
  }
})

/** Everything in it that leads somewhere. */
const linksOf = (dashboard: Dashboard): readonly string[] => [
  ...(dashboard.links ?? []).map(({ url = '' }) => url),
  ...panelsOf(dashboard).flatMap(({ fieldConfig }) =>
    (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties
        .filter(({ id }) => id === 'links')
        .flatMap(({ value }) => (value as DashboardLink[]).map(link => link.url ?? '')),
    ),
  ),
]

describe.each(all)('%s', (_, dashboard) => {
  const variables = (dashboard.templating.list ?? []).map(({ name }) => name)

  test('is one that Grafana 10 to 13 imports from a file, and that nobody edits in the browser', () => {
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(42)
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39)
    expect(dashboard).toMatchObject({ editable: false, tags: ['vedette'] })
    expect(dashboard.description).toMatch(/\?$/)
  })

  test('says of each panel what may be concluded, and in which unit', () => {
    for (const panel of panelsOf(dashboard)) {
      expect(panel.title, 'a title').toBeTruthy()
      expect(panel.description, panel.title).toMatch(/\.$/)
      expect(panel.fieldConfig?.defaults.unit, panel.title).toBeTruthy()
      expect(panel.targets?.length, panel.title).toBeGreaterThan(0)
    }
  })

  test('lays panels out without overlap, within 24 columns', () => {
    const taken = new Map<string, string>()
    for (const { title = '', gridPos } of dashboard.panels ?? []) {
      const { x, y, w, h } = gridPos!
      expect(x + w, title).toBeLessThanOrEqual(24)
      for (let column = x; column < x + w; column++) {
        for (let row = y; row < y + h; row++) {
          expect(taken.get(`${column} ${row}`), `${title} at ${column}, ${row}`).toBeUndefined()
          taken.set(`${column} ${row}`, title)
        }
      }
    }
  })

  test('takes the data source from its variable everywhere', () => {
    expect(dashboard.templating.list?.[0]).toMatchObject({
      type: 'datasource',
      name: 'datasource',
      query: 'prometheus',
    })
    const sources = [
      ...panelsOf(dashboard).flatMap(panel => [panel.datasource, ...targetsOf(panel).map(target => target.datasource)]),
      ...(dashboard.annotations.list ?? []).map(({ datasource }) => datasource),
      ...(dashboard.templating.list ?? []).filter(({ type }) => type === 'query').map(({ datasource }) => datasource),
    ]
    expect(sources.length).toBeGreaterThan(10)
    for (const source of sources) expect(source).toEqual(dataSource)
  })

  test('asks in PromQL, of the chosen Vedettes alone, with rates that fit the scrape interval', () => {
    const values = Object.fromEntries(variables.map(name => [name, 'x']))
    for (const { place, expression } of queriesOf(dashboard)) {
      const selectors = selectorsOf(filledIn(expression, values))
      expect(selectors.length, place).toBeGreaterThan(0)
      for (const { metric, labels, within } of selectors) {
        // What rules recorded or raised has no job any more.
        if (!metric.includes(':') && metric !== 'ALERTS') expect(labels, `${metric} in ${place}`).toContain('job')
        const counts = /_(total|bucket|count|sum)$/.test(metric)
        const change = within.filter(name => name === 'rate' || name === 'increase')
        expect(change.length, `${metric} in ${place}`).toBe(counts ? 1 : 0)
        if (counts) expect(within.filter(name => name === 'sum').length, `${metric} in ${place}`).toBeGreaterThan(0)
      }
      expect(expression, place).not.toMatch(/rate\([^)]*\[(?!\$__rate_interval\])/)
    }
  })

  test('has a variable for whatever it asks with, and none without a use', () => {
    const text = JSON.stringify({ ...dashboard, templating: {} })
    for (const { name, type, definition = '' } of dashboard.templating.list ?? []) {
      expect(text.includes(`$${name}`) || text.includes(`\${${name}`), name).toBe(true)
      if (type !== 'query') continue
      const { selector } = variableQuery(definition)
      expect(selectorsOf(selector)).toHaveLength(1)
    }
  })

  test('leads only to dashboards that there are', () => {
    const leads = linksOf(dashboard)
    expect(leads.length).toBeGreaterThanOrEqual(all.length - 1)
    for (const url of leads) expect(uids).toContain(/^\/d\/([\w-]+)\?/.exec(url)?.[1])
  })

  test('shows in tables only what their queries bring', () => {
    for (const panel of panelsOf(dashboard).filter(({ type }) => type === 'table')) {
      const targets = targetsOf(panel)
      const names = panel.transformations?.find(({ id }) => id === 'filterFieldsByName')?.options.include
        .names as string[]
      const values = targets.length === 1 ? ['Value'] : targets.map(({ refId }) => `Value #${refId}`)
      for (const name of names) {
        const isThere = name.startsWith('Value')
          ? values.includes(name)
          : targets.some(({ expr }) => new RegExp(`by \\([^)]*\\b${name}\\b`).test(expr))
        expect(isThere, `${name} in ${panel.title}`).toBe(true)
      }
    }
  })
})
