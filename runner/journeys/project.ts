/** Finding a Playwright project from a folder, and the Playwright that belongs to it. */

import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { JourneySource } from '../core/definitions.ts'

/** An installed Playwright. */
export interface Install {
  /** Folder of the `playwright` package. */
  readonly folder: string
  /** Its command line. */
  readonly cli: string
  /** Module of `playwright-core`. */
  readonly core: string
  readonly version: string
}

export interface Project {
  /** The configuration file. */
  readonly config: string
  /** Where its command line would be run: the nearest folder with a package.json, else the configuration's. */
  readonly cwd: string
  readonly install: Install
}

/** `--test-list` came with it. */
const oldest = [1, 56] as const

/** The project that a source belongs to, or a sentence that says why there is none. */
export function findProject(source: Pick<JourneySource, 'dir' | 'config'>): Project | string {
  if (!existsSync(source.dir)) return `expected a folder or file with tests, found nothing at ${source.dir}`
  const config = source.config ?? findConfig(source.dir)
  if (config === undefined) {
    return `expected a playwright.config.ts (or .js, .mts, .mjs, .cts, .cjs) in or above ${source.dir}, found none; add one or name it with \`config\``
  }
  if (!existsSync(config)) return `expected the Playwright configuration ${config}, found no such file`
  const install = findInstall(config)
  if (typeof install === 'string') return install
  return {
    config,
    cwd: above(dirname(config), folder => existsSync(join(folder, 'package.json'))) ?? dirname(config),
    install,
  }
}

function findConfig(dir: string): string | undefined {
  const from = statSync(dir).isDirectory() ? dir : dirname(dir)
  const names = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs'].map(end => `playwright.config.${end}`)
  const nameIn = (folder: string) => names.find(name => existsSync(join(folder, name)))
  const folder = above(from, folder => nameIn(folder) !== undefined)
  return folder === undefined ? undefined : join(folder, nameIn(folder)!)
}

function above(from: string, fits: (folder: string) => boolean): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (fits(folder)) return folder
    if (dirname(folder) === folder) return undefined
  }
}

/** The project's own Playwright, never ours beside it; ours only where the project has none. */
function findInstall(config: string): Install | string {
  const theirs = createRequire(config)
  for (const name of ['@playwright/test', 'playwright']) {
    const manifest = resolveFrom(theirs, `${name}/package.json`)
    if (manifest) return installAt(manifest)
  }
  const ours = resolveFrom(createRequire(import.meta.filename), 'playwright/package.json')
  return ours
    ? installAt(ours)
    : `expected Playwright beside ${config}, found none; run \`npm install -D @playwright/test\``
}

function installAt(manifest: string): Install | string {
  const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name: string; version: string }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    return `expected Playwright ${oldest.join('.')} or newer, found ${version} in ${dirname(manifest)}; update it`
  }
  const require = createRequire(manifest)
  const inner = name === 'playwright' ? manifest : resolveFrom(require, 'playwright/package.json')
  const core = inner && resolveFrom(createRequire(inner), 'playwright-core')
  if (!inner || !core)
    return `expected a whole Playwright in ${dirname(manifest)}, found parts missing; install it again`
  const folder = dirname(realpathSync(inner))
  return { folder, cli: join(folder, 'cli.js'), core, version }
}

function resolveFrom(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    return undefined
  }
}
