import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { command as validate } from '../../runner/commands/validate.ts'
import { check } from '../../runner/config/check.ts'
import { defineConfig } from '../../runner/config/configuration.ts'
import { heartbeat } from '../../runner/config/heartbeat.ts'
import { formatProblem } from '../../runner/config/load-configuration.ts'
import { objective } from '../../runner/config/objective.ts'
import { defineSystem, type SystemOptions } from '../../runner/config/system.ts'
import type { Requirement } from '../../runner/core/requirements.ts'
import { type SlackOptions, slack } from '../../runner/notifiers/slack.ts'
import { http } from '../../runner/probes/http.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

const probe = http('/')
const requirements: readonly Requirement[] = [
  {
    id: 'S-1',
    need: 'n',
    verify: 'alert',
    broken: 'b',
    source: 's',
    threshold: [{ metric: 'misrouted_incidents', lte: 0 }],
  },
]
const escalation: NonNullable<SystemOptions['escalation']> = [
  { checks: ['till', 'backup'], severity: 'p0', owner: 'revenue', within: '1m' },
  { severity: 'p2', owner: 'product' },
]
const promised = [objective('escalation', { from: 'S-1' })]
const systemWith = (more: Partial<SystemOptions> = {}) =>
  defineSystem('shop', {
    url: 'http://127.0.0.1:9',
    requirements,
    escalation,
    checks: [check('till', { probe }), check('home', { probe }), heartbeat('backup', { every: '1d' })],
    ...more,
  })
const place = (id: string, audience?: SlackOptions['for']) =>
  slack({ id, url: 'https://chat.example.com/hook', ...(audience === undefined ? {} : { for: audience }) })
const problemsOf = (more: Partial<SystemOptions> = {}, ...notifiers: readonly ReturnType<typeof place>[]) =>
  defineConfig({ systems: [systemWith(more)], notifiers: [...notifiers] }).problems.map(formatProblem)

test('checks take severity and owner from the escalation, and their own go before it, with a warning', () => {
  const told = systemWith().checks.map(({ id, severity, owner }) => [id, severity, owner])
  expect(told).toEqual([
    ['till', 'p0', 'revenue'],
    ['home', 'p2', 'product'],
    ['backup', 'p0', 'revenue'],
  ])
  const own = [check('till', { probe, severity: 'p1' }), heartbeat('backup', { every: '1d', owner: 'design' })]
  expect(systemWith({ checks: own }).checks).toMatchObject([
    { severity: 'p1', owner: 'revenue' },
    { severity: 'p0', owner: 'design' },
  ])
  expect(problemsOf({ checks: own })).toEqual([
    "warning: system shop › check till › severity: expected the severity that `escalation` declares for it, 'p0', found 'p1', which would be sent; leave it out, or change the rule",
    "warning: system shop › check backup › owner: expected the owner that `escalation` declares for it, 'revenue', found 'design', which would be sent; leave it out, or change the rule",
  ])
  expect(systemWith({ escalation: [] }).checks[0]).toMatchObject({ severity: 'p1' })
})

test('a team that no notifier hears is told, each rule by itself', () => {
  const unheard = (severity: string, owner: string) =>
    expect.stringContaining(
      `expected a notifier for ${severity} of '${owner}', found none that hears of it; add one with for: { owners: ['${owner}'] }`,
    )
  expect(problemsOf({}, place('revenue', { owners: ['revenue'] }))).toEqual([unheard('p2', 'product')])
  expect(problemsOf({}, place('bad', { severities: ['p0'] }))).toEqual([unheard('p2', 'product')])
  expect(problemsOf({}, place('bank', { systems: ['bank'] }))).toHaveLength(2)
  expect(problemsOf({}, place('all'))).toEqual([])
  // Somebody else may tell people, by metrics.
  expect(problemsOf()).toEqual([])
})

test('where a promise counts what goes elsewhere, a place for all is no place of a team', () => {
  const all = place('all', { owners: ['revenue', 'product'] })
  expect(problemsOf({ objectives: promised }, all, place('product', { owners: ['product'] }))).toEqual([
    "warning: system shop › escalation › 0: expected a notifier for p0 of 'revenue', found only 'all' for other teams as well, which is counted as misrouted_incidents; add one with for: { owners: ['revenue'] }",
  ])
})

test.each<[string, Partial<SystemOptions>, RegExp]>([
  [
    'a promise about nothing declared',
    { objectives: promised, escalation: [] },
    /^error: system shop › objective escalation › from: expected `escalation` in the system, which S-1 \(misrouted_incidents\) is measured by, found none$/,
  ],
  [
    'a rule below the one for all',
    { escalation: escalation.toReversed() },
    /^warning: system shop › escalation › 1: expected the rule for all the rest last, found it before this one, which never holds; move it up, or narrow rule 0$/,
  ],
  [
    'a check that is none',
    { escalation: [{ checks: ['tilt'], severity: 'p0', owner: 'revenue' }] },
    /^error: system shop › escalation › 0 › checks: .*found 'shop\/tilt', which fits no check; did you mean 'shop\/till'\?$/,
  ],
  [
    'an unknown severity',
    { escalation: [{ severity: 'p3' as 'p2', owner: 'revenue' }] },
    /^error: system shop › escalation › 0 › severity: expected .*p0.*found 'p3'/,
  ],
  ['nobody', { escalation: [{ severity: 'p0' } as never] }, /escalation › 0 › owner: expected string, found nothing/],
  [
    'an unknown cause',
    { escalation: [{ causes: ['budget' as 'slow'], severity: 'p0', owner: 'revenue' }] },
    /escalation › 0 › causes › 0: expected .*found 'budget'/,
  ],
  [
    'a time that is none',
    { escalation: [{ severity: 'p0', owner: 'revenue', within: 'soon' }] },
    /escalation › 0 › within: expected a duration such as '30s', '5m' or '1h30m', found 'soon'/,
  ],
])('%s is told', (_, more, message) => {
  expect(problemsOf(more)).toEqual([expect.stringMatching(message)])
})

describe('validate, which lists journeys,', () => {
  const journeys = join(import.meta.dirname, '../fixtures/journeys/several')
  async function validated(rules: string) {
    const folder = tempFolder({
      'vedette.config.ts': `import { defineConfig, defineSystem, playwright } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', escalation: [${rules}], checks: [playwright('${journeys}', { project: 'Phone' })] })] })
`,
    })
    onTestFinished(() => folder[Symbol.dispose]())
    const io = capturedIo({ cwd: folder.path })
    return { code: await validate.run([], io), error: io.stderr }
  }

  test('tells of rules for journeys that are none, and of journeys that say otherwise', async () => {
    const { code, error } = await validated(`
      { checks: ['checkout/kept', 'checkout/lost'], severity: 'p0', owner: 'revenue' },
      { severity: 'p2', owner: 'product' },`)
    expect(code).toBe(0)
    expect(error.match(/^.*escalation.*$/gm)).toEqual([
      expect.stringMatching(/^warning: .*Checkout › pays on delivery: expected the severity .* 'p2', found 'p0'/),
      expect.stringMatching(/^warning: .*Other › pays on delivery: expected the severity .* 'p2', found 'p0'/),
      expect.stringMatching(/^warning: system shop › escalation › 0 › checks: .*found 'shop\/checkout\/lost'/),
    ])
  })
})
