import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command } from '../../runner/commands/setup.ts'
import { realClock } from '../../runner/system/clock.ts'
import { type Machine, type Ran, thisMachine } from '../../runner/system/install.ts'
import { installWithApt } from '../../runner/system/install-apt.ts'
import { installBrowser } from '../../runner/system/install-browser.ts'
import { installK6 } from '../../runner/system/install-k6.ts'
import { installTestParts } from '../../runner/system/install-test-parts.ts'
import { findK6 } from '../../runner/system/k6.ts'
import { findProgram } from '../../runner/system/programs.ts'
import { capturedIo } from '../support/captured-io.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'

/** Programs of a test: shell scripts by name, alone on PATH but for the shell's own. */
function programs(scripts: Readonly<Record<string, string>>): TempFolder {
  const folder = tempFolder(
    Object.fromEntries(Object.entries(scripts).map(([name, text]) => [name, `#!/bin/sh\n${text}\n`])),
  )
  for (const name of Object.keys(scripts)) chmodSync(join(folder.path, name), 0o755)
  return folder
}

interface Watched extends Machine {
  readonly ran: readonly string[]
  readonly said: readonly string[]
}

function machine(path: string, more: Partial<Machine> = {}, env: Record<string, string> = {}): Watched {
  const ran: string[] = []
  const said: string[] = []
  const real = {
    ...thisMachine({
      env: { HOME: path, PATH: path, ...env },
      clock: realClock,
      signal: new AbortController().signal,
      say: line => said.push(line),
    }),
    ...more,
  }
  return {
    ...real,
    ran,
    said,
    run(name, args, options) {
      ran.push([name, ...args].join(' '))
      return real.run(name, args, options)
    },
  }
}

const answers = (code: number, output = ''): Promise<Ran> => Promise.resolve({ code, output })

// ---- k6 -------------------------------------------------------------------------------------------------------------

const goThatBuilds = (version: string) => `
[ "$1" = build ] || exit 1
printf '#!/bin/sh\\necho "k6 v${version} (go1.26, linux/amd64)"\\n' > k6
/bin/chmod 755 k6
/bin/cp go.mod "$HOME/seen.mod"
`

test('k6 is built from its Go module where it is missing, and left alone where it is there', async () => {
  using tools = programs({ go: goThatBuilds('2.2.0') })
  using cache = tempFolder()
  const first = machine(tools.path)
  expect(await installK6(first, cache.path)).toEqual({ ok: true, detail: `k6 2.2.0 (${cache.path}/k6)` })
  expect(first.ran).toEqual(['go build -mod=mod -trimpath -o k6 go.k6.io/k6/v2'])
  expect(first.said[0]).toMatch(/^building k6 2\.2\.0 from its Go module/)
  expect(readFileSync(join(tools.path, 'seen.mod'), 'utf8')).toContain('require go.k6.io/k6/v2 v2.2.0')
  expect(readdirSync(cache.path)).toEqual(['k6'])
  const second = machine(tools.path)
  expect(await installK6(second, cache.path)).toMatchObject({ ok: true })
  expect(second.ran).toEqual([])
})

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['there is no Go', {}, /building k6 needs Go/],
  [
    'the build fails',
    { go: 'echo "go: module lookup disabled" >&2; exit 1' },
    /go build ended with 1: go: module lookup/,
  ],
  ['the build makes another version', { go: goThatBuilds('1.9.0') }, /does not start/],
])('k6 cannot be had because %s: what it costs and what to type', async (_, scripts, why) => {
  using tools = programs(scripts)
  using cache = tempFolder()
  const result = await installK6(machine(tools.path), cache.path)
  expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(why), cost: expect.stringContaining('load') })
  expect(result).toMatchObject({ commands: [expect.stringContaining('vedette setup k6'), expect.any(String)] })
  expect(existsSync(join(cache.path, 'build'))).toBe(false)
})

test.each([
  ['1.7.1', false],
  ['2.0.0', true],
  ['2.9.4', true],
  ['3.0.0', false],
])('k6 %s is accepted: %s', async (version, accepted) => {
  using tools = programs({ k6: `echo "k6 v${version} (commit/1, go1.26, linux/amd64)"` })
  const found = await findK6({ env: { PATH: tools.path }, caches: [] })
  if (accepted) expect(found).toEqual({ path: join(tools.path, 'k6'), version })
  else expect(found).toEqual({ missing: expect.stringMatching(`>=2.0.0 <3, found version ${version} at .*setup k6`) })
})

test('VEDETTE_K6 never falls through, and the cache comes before PATH', async () => {
  using old = programs({ k6: 'echo "k6 v1.0.0"' })
  using good = programs({ k6: 'echo "k6 v2.1.0"' })
  expect(await findK6({ env: { PATH: old.path }, caches: [good.path] })).toMatchObject({ version: '2.1.0' })
  expect(await findK6({ env: { VEDETTE_K6: join(old.path, 'k6') }, caches: [good.path] })).toEqual({
    missing: expect.stringContaining(`at VEDETTE_K6=${old.path}/k6, found version 1.0.0`),
  })
  expect(await findK6({ env: { VEDETTE_K6: '/nowhere/k6' }, caches: [good.path] })).toEqual({
    missing: expect.stringContaining('found none'),
  })
})

// ---- Debian ---------------------------------------------------------------------------------------------------------

test('apt fetches its lists only when they do not know the package', async () => {
  using tools = programs({ 'apt-get': '', 'apt-cache': '' })
  const known = machine(tools.path, { isRoot: true })
  expect(await installWithApt(known, ['one', 'two'])).toEqual({ ok: true, why: '' })
  expect(known.ran.filter(line => line.startsWith('apt-get'))).toEqual([
    'apt-get install -y --no-install-recommends one two',
  ])
  let shown = 0
  const fresh = machine(tools.path, {
    isRoot: true,
    run: name => answers(name === 'apt-cache' && shown++ === 0 ? 100 : 0),
  })
  expect(await installWithApt(fresh, ['one'])).toMatchObject({ ok: true })
  expect(fresh.ran).toEqual([
    'apt-cache show one',
    'apt-get update',
    'apt-cache show one',
    'apt-get install -y --no-install-recommends one',
  ])
})

test.each<[string, boolean, Readonly<Record<string, string>>, RegExp]>([
  ['we are not root', false, { 'apt-get': '' }, /only root/],
  ['this is no Debian', true, {}, /no apt-get/],
  ['the package is unknown', true, { 'apt-get': '', 'apt-cache': 'exit 100' }, /does not know one/],
  ['it fails', true, { 'apt-get': 'echo E: locked; exit 100', 'apt-cache': '' }, /ended with 100: E: locked/],
])('apt is of no help because %s', async (_, isRoot, scripts, why) => {
  using tools = programs(scripts)
  expect(await installWithApt(machine(tools.path, { isRoot }), ['one'])).toEqual({
    ok: false,
    why: expect.stringMatching(why),
  })
})

test('the programs of the tests come from Debian, only those that are missing', async () => {
  using tools = programs({
    'apt-cache': '',
    'apt-get': 'cd "$HOME" && for name in promtool radicale; do echo "#!/bin/sh" > $name; /bin/chmod 755 $name; done',
    'prometheus-alertmanager': '',
    'prometheus-blackbox-exporter': '',
    openssl: '',
    nginx: '',
    ping: '',
  })
  const fresh = machine(tools.path, { isRoot: true })
  expect(await installTestParts(fresh)).toMatchObject({ ok: true })
  expect(fresh.ran.at(-1)).toBe('apt-get install -y --no-install-recommends prometheus radicale')
  using none = programs({})
  expect(await installTestParts(machine(none.path, { isRoot: true }))).toMatchObject({
    ok: false,
    detail: expect.stringContaining('no apt-get'),
    commands: [expect.stringContaining('radicale')],
  })
})

// ---- the browser ----------------------------------------------------------------------------------------------------

const realShell = findProgram(process.env, 'chromium-headless-shell') ?? ''
const noBrowsers = { PLAYWRIGHT_BROWSERS_PATH: '/nonexistent' }

test('a browser comes from Debian when root may install it, and is launched before it counts', async () => {
  using tools = programs({ 'apt-cache': '', 'apt-get': `/bin/ln -sf ${realShell} "$HOME/chromium-headless-shell"` })
  const fresh = machine(tools.path, { isRoot: true }, noBrowsers)
  expect(await installBrowser(fresh)).toEqual({
    ok: true,
    detail: expect.stringMatching(/^chromium-headless-shell \d+/),
  })
  expect(fresh.ran.at(-1)).toBe(
    'apt-get install -y --no-install-recommends chromium-headless-shell fonts-liberation fonts-noto-color-emoji',
  )
})

test("without root Playwright's own is tried, and else the commands are printed", async () => {
  using tools = programs({})
  const user = machine(tools.path, { isRoot: false, run: () => answers(1, 'Failed to download') })
  const result = await installBrowser(user, undefined, async () => ({ missing: 'expected a browser, found none' }))
  expect(user.ran[0]).toMatch(/cli\.js install --only-shell chromium$/)
  expect(result).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/no apt-get.*Failed to download/),
    commands: [expect.stringContaining('apt-get install'), 'npx playwright install --only-shell chromium'],
  })
})

// ---- the command ----------------------------------------------------------------------------------------------------

const bare = { HOME: '/nonexistent', VEDETTE_BROWSER: '/nowhere/browser', VEDETTE_K6: '/nowhere/k6' }

test('an optional part that is missing is told with its cost and fails nothing; one that was named does', async () => {
  const optional = capturedIo({ env: bare })
  expect(await command.run([], optional)).toBe(0)
  expect(optional.stdout).toMatch(/browser: missing\. .*VEDETTE_BROWSER.*\n {2}costs: no journeys/)
  expect(optional.stdout).toMatch(/k6: missing\. .*VEDETTE_K6.*\n {2}costs: no load runs/)
  const named = capturedIo({ env: bare })
  expect(await command.run(['k6'], named)).toBe(3)
  expect(named.stdout).not.toContain('browser')
})

test('an interruption ends set-up with its code', async () => {
  expect(await command.run(['k6'], capturedIo({ env: bare, signal: AbortSignal.abort('SIGINT') }))).toBe(130)
})

test.each([
  [['k7'], "expected parts to set up (browser, k6, ping, test, demo), found 'k7'"],
  [['--for', 'fun'], "expected --for test, found 'fun'"],
])('%j is refused', async (argv, message) => {
  await expect(command.run(argv, capturedIo())).rejects.toThrow(message)
})
