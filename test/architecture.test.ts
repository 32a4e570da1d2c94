import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

// One look for all of them: most of the time of a linter goes into reading the whole house.
const forbiddenImports = [
  ['runner/core', 'node:fs'],
  ['runner/core', '../engine/run-check.ts'],
  ['runner/probes', '../engine/run-check.ts'],
  ['runner/stores', '../server/server.ts'],
  ['runner/notifiers', '../engine/outbox.ts'],
  ['runner/reporters', '../commands/validate.ts'],
  ['runner/config', '../probes/http.ts'],
  ['runner/config', '../system/clock.ts'],
  ['runner/journeys', '../engine/run-check.ts'],
  ['runner/load', '../stores/sqlite.ts'],
  ['runner/load', '../journeys/journeys.ts'],
  ['runner/engine', '../probes/http.ts'],
  ['runner/server', '../engine/run-check.ts'],
  ['dashboards/web', '../../runner/engine/run-check.ts'],
  ['scenarios/cod-admin', '../../runner/index.ts'],
  ['scenarios/cod-admin', 'node:fs'],
] as const
const forbiddenWords = ['process.exit()', "console.log('x')", 'setTimeout(() => {}, 1)', "fetch('http://127.0.0.1')"]
const fileOf = (folder: string, name: string | number) => `${folder}/rule-broken-${name}.ts`
const circle = fileOf('runner/core', 'circle')
/** Files that are there only for this test, each in the folder whose rule it breaks. */
const broken: ReadonlyMap<string, string> = new Map([
  ...forbiddenImports.map(
    ([folder, specifier], index) =>
      [fileOf(folder, index), `import * as wrong from '${specifier}'\n\nexport const used = wrong\n`] as const,
  ),
  ...forbiddenWords.map(
    (word, index) => [fileOf('runner/engine', `word-${index}`), `export const broken = () => ${word}\n`] as const,
  ),
  [circle, "import { other } from './rule-broken-other.ts'\n\nexport const circle = () => other\n"],
  [
    fileOf('runner/core', 'other'),
    "import { circle } from './rule-broken-circle.ts'\n\nexport const other = () => circle\n",
  ],
])

interface Diagnostic {
  readonly category: string
  readonly severity: string
  readonly location: { readonly path: string }
}
let diagnostics: readonly Diagnostic[] = []
const errorsIn = (file: string) =>
  diagnostics
    .filter(({ severity, location }) => severity === 'error' && location.path === file)
    .map(({ category }) => category)

beforeAll(() => {
  try {
    for (const [file, text] of broken) writeFileSync(join(root, file), text)
    const { stdout } = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['lint', '--reporter=json', '--max-diagnostics=none', ...broken.keys()],
      { cwd: root, encoding: 'utf8' },
    )
    diagnostics = (JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics
  } finally {
    for (const file of broken.keys()) rmSync(join(root, file), { force: true })
  }
})

test.each(forbiddenImports.map(([folder, specifier], index) => ({ folder, specifier, index })))(
  '$folder may not import $specifier',
  ({ folder, index }) => {
    expect(errorsIn(fileOf(folder, index))).toContain('lint/style/noRestrictedImports')
  },
)

test.each(forbiddenWords.map((word, index) => ({ word, index })))('the engine may not say $word', ({ index }) => {
  expect(errorsIn(fileOf('runner/engine', `word-${index}`))).toContain('lint/style/noRestrictedGlobals')
})

test('a circle of imports is refused', () => {
  expect(errorsIn(circle)).toContain('lint/suspicious/noImportCycles')
})

const sources = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return path.endsWith('.ts') ? [path] : []
  })

/** Effects that a linter cannot name because they are members: the clock and chance of the machine, and timers that no clock drives. */
const effects =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bAbortSignal\.timeout\(|node:timers\/promises/
const drivenRooms = ['core', 'engine', 'probes', 'stores', 'notifiers', 'reporters', 'server', 'config']
const offenders = (text: string) => text.split('\n').filter(line => effects.test(line) && !/^\s*(?:\*|\/\/)/.test(line))

test('time and chance come in as parameters', () => {
  const found = drivenRooms
    .map(room => join(root, 'runner', room))
    .filter(folder => statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    .flatMap(folder => sources(folder))
    .filter(file => !file.endsWith('-worker.ts'))
    .flatMap(file => offenders(readFileSync(file, 'utf8')).map(line => `${file}: ${line.trim()}`))
  expect(found).toEqual([])
  expect(offenders('const now = Date.now()')).toHaveLength(1)
})

test('the top level of the repository is the house that was planned', () => {
  const allowed = new Set(
    'bin dashboards load runner scenarios test node_modules dist coverage test-results proof.json CHANGELOG.md CONTRIBUTING.md Dockerfile LICENSE README.md biome.json compose.yaml knip.json package-lock.json package.json tsconfig.build.json tsconfig.json vedette.config.ts vitest.config.ts'.split(
      ' ',
    ),
  )
  const strangers = readdirSync(root).filter(
    name => !name.startsWith('.') && !allowed.has(name) && !name.endsWith('.tgz'),
  )
  expect(strangers).toEqual([])
})
