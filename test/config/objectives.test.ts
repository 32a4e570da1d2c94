import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { command as validate } from '../../runner/commands/validate.ts'
import { ConfigurationError, formatProblem, loadConfiguration } from '../../runner/config/load-configuration.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = (objectives: string, checks: string, more = '') => `
import { check, defineConfig, defineSystem, http, objective, playwright } from 'vedette'
const requirements = [
  { id: 'S-1', need: 'n', verify: 'slo', broken: 'b', source: 's', threshold: [{ metric: 'availability', gte: 0.9999, window: '30d' }] },
  { id: 'S-2', need: 'n', verify: 'slo', broken: 'b', source: 's', threshold: [{ metric: 'journey_success_rate', gte: 0.999 }] },
]
export default defineConfig({ ${more}
  systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', requirements, objectives: [${objectives}], checks: [${checks}] })] })
`
const every = (interval: string) => `check('home', { probe: http('/'), every: '${interval}' })`

async function problemsOf(objectives: string, checks = every('1m'), more = '') {
  using folder = tempFolder({ 'vedette.config.ts': configuration(objectives, checks, more) })
  try {
    return (await loadConfiguration({ cwd: folder.path, env: {} })).problems.map(formatProblem)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(problem => formatProblem(problem).replaceAll(`${folder.path}/`, ''))
  }
}

test('an objective that its checks support is fine', async () => {
  expect(await problemsOf(`objective('up', { from: 'S-1' })`)).toEqual([])
})

test('one that its interval cannot support is refused at its line, with the arithmetic', async () => {
  expect(await problemsOf(`objective('up', { from: 'S-1' })`, every('5m'))).toEqual([
    expect.stringMatching(
      /^error: vedette\.config\.ts:\d+ › system shop › objective up: S-1 .*99\.99 % of 8,640 runs in 30d allows 0\.86 failed runs; run home every 4m 19s or more often/,
    ),
  ])
})

test('runs from several places count together', async () => {
  const places = `location: 'berlin', locations: ['berlin', 'osaka'],`
  expect(await problemsOf(`objective('up', { from: 'S-1' })`, every('5m'), places)).toEqual([
    expect.stringMatching(/^warning: locations: /),
  ])
})

test.each([
  ['a stranger in the list', `{ from: 'S-1' }`, /objectives › 0: expected a value such as objective\('availability'/],
  ['nothing at all in the list', `undefined`, /objectives › 0: expected a value such as objective/],
  ['an unknown requirement', `objective('up', { from: 'S-9' })`, /from: expected the id of a requirement .* 'S-9'/],
  ['no requirement', `objective('up', {})`, /objective up › from: expected string, found nothing/],
  ['the same id twice', `objective('up', { from: 'S-1' }), objective('up', { from: 'S-1' })`, /found 'up' twice/],
  [
    'an unknown zone',
    `objective('up', { from: 'S-1', period: { calendar: 'month', timezone: 'Europe/Atlantis' } })`,
    /period: expected a time zone such as 'Europe\/London', found 'Europe\/Atlantis'/,
  ],
  [
    'two periods',
    `objective('up', { from: 'S-1', period: '7d', afterDeploy: { to: '30d' } })`,
    /period: expected either `period` or `afterDeploy`, found both/,
  ],
  ['no end', `objective('up', { from: 'S-1', afterDeploy: {} })`, /afterDeploy › to: expected a duration such as/],
  [
    'another length after a deploy',
    `objective('up', { from: 'S-1', afterDeploy: { to: '1d' } })`,
    /expected afterDeploy to last as long as the window of the limit \(30d\), found 1d/,
  ],
  ['no check that feeds it', `objective('pays', { from: 'S-2' })`, /expected a journey that runs by an interval/],
])('%s is told', async (_, objectives, message) => {
  expect(await problemsOf(objectives)).toContainEqual(expect.stringMatching(message))
})

const journeys = join(import.meta.dirname, '../fixtures/journeys/parallel')

describe('validate, which lists journeys,', () => {
  async function validated(checks: string, objectives = `objective('pays', { from: 'S-2' })`) {
    const folder = tempFolder({ 'vedette.config.ts': configuration(objectives, checks) })
    onTestFinished(() => folder[Symbol.dispose]())
    const io = capturedIo({ cwd: folder.path })
    return { code: await validate.run([], io), error: io.stderr }
  }

  test('knows which feed an objective, and how often', async () => {
    const loaded = await problemsOf(
      `objective('pays', { from: 'S-2' })`,
      `${every('1m')}, playwright('.', { every: '1h' })`,
    )
    expect(loaded).toEqual([])
    expect(await validated(`playwright('${journeys}', { every: '10m' })`)).toEqual({
      code: 0,
      error: expect.any(String),
    })
    expect(await validated(`playwright('${journeys}', { every: '2h' })`)).toEqual({
      code: 2,
      error: expect.stringContaining(
        '99.9 % of 720 runs in 30d allows 0.72 failed runs; run these 2 checks every 1h 26m or more often',
      ),
    })
  })

  test('takes calendars for what they come to', async () => {
    const nightly = `check('night', { probe: http('/'), cron: '0 3 * * *' })`
    expect(await validated(nightly, `objective('night', { from: 'S-2', checks: ['night'] })`)).toEqual({
      code: 2,
      error: expect.stringContaining('99.9 % of 30 runs in 30d allows 0.03 failed runs; run night every 43m 12s'),
    })
  })
})
