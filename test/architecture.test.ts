import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Lints one file that is there only for this test, in the folder whose rule it breaks. */
function lint(file: string, content: string): { readonly code: number | null; readonly output: string } {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  try {
    const done = spawnSync(join(root, 'node_modules/.bin/biome'), ['lint', file], { cwd: root, encoding: 'utf8' })
    return { code: done.status, output: done.stdout + done.stderr }
  } finally {
    rmSync(path)
  }
}

test.each([
  ['runner/core/rule-broken.ts', 'node:fs'],
  ['runner/core/rule-broken.ts', '../engine/run-check.ts'],
  ['runner/probes/rule-broken.ts', '../engine/run-check.ts'],
  ['runner/stores/rule-broken.ts', '../server/server.ts'],
  ['runner/notifiers/rule-broken.ts', '../engine/outbox.ts'],
  ['runner/reporters/rule-broken.ts', '../commands/validate.ts'],
  ['runner/config/rule-broken.ts', '../probes/http.ts'],
  ['runner/journeys/rule-broken.ts', '../engine/run-check.ts'],
  ['runner/load/rule-broken.ts', '../stores/sqlite.ts'],
  ['runner/load/rule-broken.ts', '../journeys/journeys.ts'],
  ['runner/engine/rule-broken.ts', '../probes/http.ts'],
  ['runner/server/rule-broken.ts', '../engine/run-check.ts'],
  ['dashboards/web/rule-broken.ts', '../../runner/engine/run-check.ts'],
  ['scenarios/cod-admin/rule-broken.ts', '../../runner/index.ts'],
  ['scenarios/cod-admin/rule-broken.ts', 'node:fs'],
])('%s may not import %s', (file, specifier) => {
  const { code, output } = lint(file, `import * as wrong from '${specifier}'\n\nexport const used = wrong\n`)
  expect(output).toContain('noRestrictedImports')
  expect(code).toBe(1)
})

test.each(['process.exit()', "console.log('x')", 'setTimeout(() => {}, 1)', "fetch('http://127.0.0.1')"])(
  'the engine may not say %s',
  statement => {
    const { code, output } = lint('runner/engine/rule-broken.ts', `export const broken = () => ${statement}\n`)
    expect(output).toContain('noRestrictedGlobals')
    expect(code).toBe(1)
  },
)

test('a circle of imports is refused', () => {
  writeFileSync(
    join(root, 'runner/core/rule-circle.ts'),
    "import { broken } from './rule-broken.ts'\n\nexport const circle = () => broken\n",
  )
  try {
    const { code, output } = lint(
      'runner/core/rule-broken.ts',
      "import { circle } from './rule-circle.ts'\n\nexport const broken = () => circle\n",
    )
    expect(output).toContain('noImportCycles')
    expect(code).toBe(1)
  } finally {
    rmSync(join(root, 'runner/core/rule-circle.ts'))
  }
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
