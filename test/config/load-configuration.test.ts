import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ConfigurationError, formatProblem, loadConfiguration } from '../../runner/config/load-configuration.ts'
import { tempFolder } from '../support/temp-folder.ts'

const imports = `import { check, defineConfig, defineSystem, headers, http, limit, load, playwright, secret, websocket } from 'vedette'
const probe = { kind: 'test', summary: 'test', observe: async () => ({ ok: true }) }
`
const requirements = `const requirements = [{ id: 'A-1', need: 'n', verify: 'probe', broken: 'b', source: 's', threshold: [{ metric: 'error_rate', lt: 0.01 }] }]
`
const system = (checks: string, more = '') =>
  `${imports}${requirements}export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', requirements, ${more} checks: [${checks}] })] })\n`

async function problemsOf(content: string, more: Partial<Parameters<typeof loadConfiguration>[0]> = {}) {
  using folder = tempFolder({ 'vedette.config.ts': content })
  try {
    const loaded = await loadConfiguration({ cwd: folder.path, env: {}, ...more })
    return loaded.problems.map(formatProblem)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(problem => formatProblem(problem).replaceAll(`${folder.path}/`, ''))
  }
}

/** Root may read everything: for the scope of this it is somebody else, as whoever runs these tests without being root is already. */
function nobody(): Disposable {
  const own = process.geteuid!()
  if (own === 0) process.seteuid!(65_534)
  return { [Symbol.dispose]: () => own === 0 && process.seteuid!(own) }
}

test.each([
  [
    'an unknown option',
    `check('home', { probe, evry: '30s' })`,
    /vedette.config.ts:4 › system shop › check home › evry: .*did you mean 'every'\?/,
  ],
  ['a wrong type', `check('home', { probe, tags: 'x' })`, /check home › tags: expected a list in \[ \], found 'x'/],
  [
    'a figure for a duration',
    `check('home', { probe, timeout: 5 })`,
    /check home › timeout: expected a duration such as '30s', '5m' or '1h30m', found 5/,
  ],
  [
    'a text for a retry',
    `check('home', { probe, retry: 'twice' })`,
    /check home › retry: expected options in \{ \}, found 'twice'/,
  ],
  [
    'a duplicate id',
    `check('home', { probe }), check('home', { probe })`,
    /check home: expected each id once, found 'home' twice/,
  ],
  [
    'an id that is none',
    `check('Home Page', { probe })`,
    /expected an id of small letters, digits and dashes, found 'Home Page'/,
  ],
  [
    'an unknown requirement',
    `check('home', { probe, covers: ['A-2'] })`,
    /covers: expected the id of a requirement of this system, found 'A-2'; did you mean 'A-1'\?/,
  ],
  [
    'a limit of no requirement',
    `check('home', { probe: { ...probe, limits: [limit('A-3')] } })`,
    /limit\('A-3'\): expected the id of a requirement of this system/,
  ],
  [
    'an unknown address',
    `check('home', { probe: { ...probe, origins: ['api'] } })`,
    /expected an address of the system \(web\), found 'api'/,
  ],
  [
    'a bad duration',
    `check('home', { probe, every: '5 parsecs' })`,
    /every: expected a duration such as '30s', '5m' or '1h30m', found '5 parsecs'/,
  ],
  ['a duration of zero', `check('home', { probe, timeout: '0s' })`, /timeout: expected a duration/],
  [
    'a bad cron',
    `check('home', { probe, cron: '99 * * * *' })`,
    /cron: expected a calendar schedule such as .* found '99 \* \* \* \*'/,
  ],
  [
    'a cron with seconds',
    `check('home', { probe, cron: '* * * * * *' })`,
    /cron: expected five fields .* for seconds use `every`/,
  ],
  [
    'an unknown time zone',
    `check('home', { probe, cron: '0 1 * * *', timezone: 'Mars/Base' })`,
    /expected a time zone such as 'Europe\/London', found 'Mars\/Base'/,
  ],
  [
    'two schedules',
    `check('home', { probe, cron: '0 1 * * *', every: '5m' })`,
    /expected either `every` or `cron`, found both/,
  ],
  [
    'too many retries',
    `check('home', { probe, retry: { attempts: 9 } })`,
    /retry › attempts: expected at most 5, found 9/,
  ],
  ['no probe', `check('home', { every: '5m' })`, /probe: expected a probe such as http/],
  ['a bad regular expression', `playwright('.', { grep: '(' })`, /grep: expected a regular expression, found '\('/],
  [
    'a pause that Playwright does not make',
    `playwright('.', { retry: { attempts: 1, delay: '30s' } })`,
    /retry › delay: expected no delay for journeys, found one: Playwright repeats a failed test at once/,
  ],
  ['a mask of nothing', `playwright('.', { screenshots: { mask: [] } })`, /screenshots › mask: expected at least 1/],
  ['a mask that is none', `playwright('.', { screenshots: { mask: 5 } })`, /screenshots › mask: expected a list/],
  [
    'a dependency that there is not',
    `check('home', { probe, dependsOn: ['hme'] }), check('hime', { probe })`,
    /check home › dependsOn: expected a check or a system, found 'hme'; did you mean/,
  ],
  [
    'dependencies in a circle',
    `check('a', { probe, dependsOn: ['b'] }), check('b', { probe, dependsOn: ['shop/a'] })`,
    /dependsOn: expected dependencies without a circle, found shop\/a → shop\/b → shop\/a/,
  ],
  [
    'a quarantine without a day',
    `check('home', { probe, quarantine: { until: 'soon', reason: 'flaky' } })`,
    /quarantine › until: expected a day such as '2026-12-24', found 'soon'/,
  ],
  [
    'more failures than runs',
    `check('home', { probe, failures: { runs: 5, of: 3 } })`,
    /failures: expected `of` to be at least `runs`/,
  ],
  ['a missing folder', `playwright('./e2e')`, /expected a folder or file with Playwright tests, found nothing at e2e/],
  [
    'a missing file of a probe',
    `check('home', { probe: { ...probe, files: ['ca.pem'] } })`,
    /check home › probe: expected a file, found nothing at ca.pem/,
  ],
  ['a missing script', `load({ script: './k6.ts' })`, /load k6 › script: expected a k6 script, found nothing at k6.ts/],
  [
    'a folder for a script',
    `load({ id: 'peak', script: '.' })`,
    /load peak › script: expected a k6 script, found a folder at .*; name the file in it/,
  ],
  [
    'a folder for a certificate',
    `check('home', { probe: http('/', { ca: '.' }) })`,
    /check home › probe: expected a file, found a folder at .*; name the file in it/,
  ],
  [
    'a folder for a Playwright configuration',
    `playwright('.', { config: '.' })`,
    /playwright › config: expected a Playwright configuration, found a folder at .*; name the file in it/,
  ],
  [
    'a missing secret',
    `playwright('.', { env: { PASSWORD: secret({ env: 'SHOP_PASSWORD' }) } })`,
    /expected the environment variable SHOP_PASSWORD to hold a secret, found that it is not set/,
  ],
  [
    'a missing secret file',
    `playwright('.', { env: { PASSWORD: secret({ file: 'none' }) } })`,
    /expected the file none to hold a secret, found: ENOENT/,
  ],
  [
    'something that is no check',
    `{ home: 1 }, 5, check('home', { probe, every: 'x' })`,
    /checks › 0: expected a value of check, heartbeat, playwright or load, found \{"home":1\}\n.*checks › 1: expected a value of check.*, found 5\n.*check home › every: expected a duration/,
  ],
  ['a check of nothing', `check('home')`, /check home › probe: expected a probe such as http/],
  [
    'a check whose name is among its options',
    `check({ id: 'home', probe })`,
    /check: expected an id .*, found \{"id":"home"/,
  ],
  ['a number for an id', `check(5, { probe })`, /check: expected an id of small letters, digits and dashes, found 5/],
  [
    'figures where lists belong',
    `check('home', { probe, tags: 5, cron: 5, covers: 5 })`,
    /cron: expected string, found 5\n.*tags: expected a list in \[ \], found 5\n.*covers: expected a list/,
  ],
  ['no path', `check('home', { probe: http() })`, /http: expected a path such as '\/health' .*, found nothing/],
  [
    'a path among the options',
    `check('home', { probe: websocket({ url: 1 }) })`,
    /websocket: expected a path .*, found \{"url":1\}/,
  ],
  ['headers of nothing', `check('home', { probe: headers() })`, /headers: expected a path such as '\/', found nothing/],
  ['journeys of nothing', `playwright()`, /playwright: expected a folder such as '\.\/journeys', found nothing/],
  [
    'a folder among the options',
    `playwright({ dir: 'e2e' })`,
    /playwright: expected a folder .*, found \{"dir":"e2e"\}/,
  ],
  [
    'a word for screenshots',
    `playwright('.', { screenshots: 'on' })`,
    /screenshots: expected one of 'failures', 'all', 'off' or options in \{ \}, found 'on'/,
  ],
  ['a load of nothing', `load()`, /load › script: expected string, found nothing/],
  [
    'a secret that is written down, which it does not repeat',
    `playwright('.', { env: { PASSWORD: secret('hunter2') } })`,
    /^(?!.*hunter2).*expected secret\(\{ env: 'NAME' \}\) or .*, found neither a variable nor a file/,
  ],
])('refuses %s with its place and how to mend it', async (_, checks, message) => {
  expect((await problemsOf(system(checks))).join('\n')).toMatch(message)
})

test.each([
  ['no options at all', 'defineConfig()', /systems: expected a list in \[ \], found nothing/],
  ['a system that is none', 'defineConfig({ systems: [5] })', /systems › 0: expected a value of defineSystem/],
  [
    'a system of nothing',
    `defineConfig({ systems: [defineSystem('shop')] })`,
    /system shop › checks: .*, found nothing/,
  ],
  [
    'a system whose name is among its options',
    `defineConfig({ systems: [defineSystem({ id: 'shop' })] })`,
    /system: expected an id of small letters, digits and dashes, found \{"id":"shop"\}/,
  ],
  [
    'a folder that is none',
    `defineConfig({ systems: [defineSystem('shop', 5, { url: {}, checks: [] })] })`,
    /system shop: expected a folder such as import\.meta\.dirname, found 5/,
  ],
  [
    'figures everywhere',
    `defineConfig({ systems: [defineSystem('shop', { url: { web: 5 }, checks: 5, requirements: [{ id: 5 }, null], owners: 5 })] })`,
    /url › web: .*found 5\n.*owners: .*found 5\n.*requirements › 0 › id: .*found 5\n[\s\S]*requirements › 1: .*found null\n.*checks: expected a list/,
  ],
])('refuses %s', async (_, configuration, message) => {
  expect((await problemsOf(`${imports}export default ${configuration}`)).join('\n')).toMatch(message)
})

test('all mistakes of all systems come at once', async () => {
  const problems = await problemsOf(
    system(`check('a', { probe, every: 'x' }), check('b', { probe, timeout: 'y' })`, `titel: 'Shop',`),
  )
  expect(problems).toHaveLength(3)
})

test('a configuration that throws is shown with file and line', async () => {
  expect(await problemsOf(`\n\nthrow new Error('boom')`)).toEqual([
    'error: vedette.config.ts:3: expected the configuration to load, found that it threw boom',
  ])
})

test('whatever a configuration throws, it is told', async () => {
  expect(await problemsOf('throw null')).toEqual([
    'error: vedette.config.ts: expected the configuration to load, found that it threw null',
  ])
})

test('an import that fails is told with the file that imports, never with our own', async () => {
  const missing = await problemsOf(`import './nope'`)
  expect(missing.join()).toMatch(/^error: vedette\.config\.ts: .*Cannot find module .*its full file name with `\.ts`/)
  const misspelt = await problemsOf(`import { htpp } from 'vedette'`)
  expect(misspelt.join()).toMatch(/^error: vedette\.config\.ts:1: .*'htpp' \(a misspelt name, or a type, which/)
  const foreign = await problemsOf(`import 'nobody-has-published-this'`)
  expect(foreign.join()).toMatch(/^error: vedette\.config\.ts: .*Cannot find package .*\(install it beside the/)
})

test('what this user may not read is told with its place, and how to mend it', async () => {
  using folder = tempFolder({
    'vedette.config.ts': system(`load({ script: 'k6.ts' }), playwright('closed')`),
    'k6.ts': 'export default () => {}',
    'closed/pay.spec.ts': '',
  })
  for (const name of ['k6.ts', 'closed']) chmodSync(`${folder.path}/${name}`, 0)
  chmodSync(folder.path, 0o755)
  using _ = nobody()
  await expect(loadConfiguration({ cwd: folder.path, env: {} })).rejects.toThrow(
    /playwright: expected a folder or file with Playwright tests, found that this user may not read .*closed; give it the right\n.*load k6 › script: expected a k6 script, found that this user may not read .*k6\.ts; give it the right/,
  )
})

test('TypeScript that cannot be erased is named', async () => {
  expect((await problemsOf('enum A { X }\nexport default A')).join()).toContain(
    'only TypeScript that can be erased runs',
  )
})

test('a file without the default export says what is expected', async () => {
  expect((await problemsOf('export const x = 1')).join()).toContain('expected `export default defineConfig({ … })`')
})

test('no configuration at all names the file to write', async () => {
  using folder = tempFolder()
  await expect(loadConfiguration({ cwd: folder.path, env: {} })).rejects.toThrow(
    /expected a configuration \(vedette.config.ts\).*vedette init/,
  )
  await expect(loadConfiguration({ cwd: folder.path, env: {}, file: 'nope.ts' })).rejects.toThrow(
    /found nothing at .*nope.ts/,
  )
  await expect(loadConfiguration({ cwd: folder.path, env: {}, file: '.' })).rejects.toThrow(
    /expected a configuration file such as vedette\.config\.ts, found a folder at /,
  )
  folder.write({ 'vedette.json': '{}' })
  await expect(loadConfiguration({ cwd: folder.path, env: {}, file: 'vedette.json' })).rejects.toThrow(
    /expected a configuration file that ends in \.ts, \.mts, \.js or \.mjs, found .*vedette\.json/,
  )
})

test('a URL that is none, and an environment without an address, are mistakes', async () => {
  const text = `${imports}export default defineConfig({ systems: [defineSystem('shop', { url: { web: 'shop example', api: { env: 'API_URL', environments: { staging: 'http://127.0.0.1' } } }, checks: [] })] })`
  const problems = (await problemsOf(text)).join('\n')
  expect(problems).toContain("expected an address such as https://shop.example.com, found 'shop example'")
  expect(problems).toContain(
    "expected an address for environment 'local', found only staging; set API_URL, or give --url api=https://…, or add it to environments",
  )
  expect((await problemsOf(text, { urls: ['what=http://127.0.0.1'] })).join()).toContain(
    'expected the name of an address that a system has',
  )
})

test('an address comes from --url before the variable before the environment', async () => {
  using folder = tempFolder({
    'vedette.config.ts': `${imports}export default defineConfig({ systems: [defineSystem('shop', { url: { web: { env: 'SHOP_URL', environments: { local: 'http://127.0.0.1:1' } } }, checks: [] })] })`,
  })
  const load = async (env: Record<string, string>, urls: string[] = []) =>
    (await loadConfiguration({ cwd: folder.path, env, urls })).urls['shop']!['web']
  expect(await load({})).toBe('http://127.0.0.1:1')
  expect(await load({ SHOP_URL: '' })).toBe('http://127.0.0.1:1')
  expect(await load({ SHOP_URL: 'http://127.0.0.1:2' })).toBe('http://127.0.0.1:2')
  expect(await load({ SHOP_URL: 'http://127.0.0.1:2' }, ['http://127.0.0.1:3'])).toBe('http://127.0.0.1:3')
  expect(await load({}, ['shop.web=http://127.0.0.1:4'])).toBe('http://127.0.0.1:4')
})

test('the next generation reads changed files again, with what they import', async () => {
  using folder = tempFolder({
    'vedette.config.ts': `${imports}import { every } from './every.ts'\nexport default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [check('home', { probe, every })] })] })`,
    'every.ts': `export const every = '30s'`,
    'package.json': '{"type":"commonjs"}',
  })
  const load = (generation: number) => loadConfiguration({ cwd: folder.path, env: {}, generation })
  const first = await load(1)
  expect(first.files.map(file => file.replace(folder.path, ''))).toEqual(['/vedette.config.ts', '/every.ts'])
  folder.write({ 'every.ts': `export const every = '10s'` })
  const second = await load(2)
  expect(first.configuration.systems[0]!.checks[0]!.schedule).toEqual({ every: 30_000 })
  expect(second.configuration.systems[0]!.checks[0]!.schedule).toEqual({ every: 10_000 })
})

test('secrets are read from variable and file, print as [secret], and are listed for scrubbing', async () => {
  using folder = tempFolder({
    'vedette.config.ts': `${imports}export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [playwright('.', { env: { A: secret({ env: 'A' }), B: secret({ file: 'b' }) } })] })] })`,
    b: 'from file\n',
  })
  chmodSync(`${folder.path}/b`, 0o600)
  const { configuration, secrets } = await loadConfiguration({ cwd: folder.path, env: { A: 'from variable' } })
  const env = configuration.systems[0]!.journeys[0]!.env
  expect([secrets.reveal(env['A']!), secrets.reveal(env['B']!)]).toEqual(['from variable', 'from file'])
  expect(secrets.values).toEqual(['from variable', 'from file'])
  expect(`${env['A']} ${JSON.stringify(env)}`).toBe('[secret] {"A":"[secret]","B":"[secret]"}')
})

const tellingThrough = (notifiers: string) =>
  `import { defineConfig, email, secret, slack } from 'vedette'
export default defineConfig({ systems: [], notifiers: [${notifiers}] })
`

test('secrets of notifiers are needed by whoever tells, and by nobody else', async () => {
  using folder = tempFolder({ 'vedette.config.ts': tellingThrough("slack({ url: secret({ env: 'SLACK_URL' }) })") })
  const request = { cwd: folder.path, env: {} }
  expect((await loadConfiguration(request)).problems).toEqual([])
  await expect(loadConfiguration({ ...request, telling: true })).rejects.toThrow(
    'notifier slack: expected the environment variable SLACK_URL to hold a secret, found that it is not set',
  )
  const env = { SLACK_URL: 'https://hooks.slack.example/services/T/B/x' }
  const { secrets } = await loadConfiguration({ ...request, env })
  expect(secrets.values).toEqual([env.SLACK_URL])
})

test.each([
  [
    "slack({ url: 'https://a.example' }), slack({ url: 'https://b.example' })",
    /found 'slack' twice; give them an `id`/,
  ],
  [
    "slack({ id: 'oncall', uri: 'x' })",
    /notifier oncall › uri: expected one of the options url, .* did you mean 'url'\?/,
  ],
  ["email({ host: 'mail', from: 'a@b.example', to: [] })", /notifier email › to: expected at least 1/],
])('refuses notifiers %s', async (notifiers, message) => {
  expect((await problemsOf(tellingThrough(notifiers))).join('\n')).toMatch(message)
})
