/** Asking Playwright which tests there are. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { JourneySource } from '../core/definitions.ts'
import type { Project } from './project.ts'
import type { BeginLine, ReportedError, ReportLine } from './protocol.ts'
import { detailOf } from './truth.ts'

export interface Listing {
  readonly begin: BeginLine | undefined
  readonly errors: readonly ReportedError[]
  /** What Playwright printed, for an error that it did not report. */
  readonly output: string
}

/** Arguments of the command line that lists the tests of sources of one project. */
export const listArguments = (
  project: Project,
  sources: readonly JourneySource[],
  reporter: string,
): readonly string[] => [
  'test',
  '--list',
  '--config',
  project.config,
  '--reporter',
  reporter,
  ...(sources.some(source => inWholeProject(project, source)) ? [] : sources.map(({ dir }) => filter(dir))),
]

/** A folder above the configuration filters nothing. */
export const inWholeProject = (project: Project, source: JourneySource): boolean =>
  dirname(project.config) === source.dir

// Filters are regular expressions over absolute paths.
const filter = (path: string) =>
  `^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${statSync(path).isDirectory() ? '/' : '$'}`

/** Collects the lines of a listing. */
export function collectListing(): { onLine(line: ReportLine): void; done(output: string): Listing } {
  let begin: BeginLine | undefined
  const errors: ReportedError[] = []
  return {
    onLine(line) {
      if (line.type === 'begin') begin = line
      if (line.type === 'error') errors.push(line.error)
    },
    done: output => ({ begin, errors, output }),
  }
}

const lockFiles = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock']
const sources = /\.(?:[cm]?[jt]sx?|json)$/

/** Changes when the configuration, a source file beside it, the lock file, Playwright or the environment of the runs changes. */
export function fingerprint(project: Project, source: JourneySource): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([project.config, project.install.folder, project.install.version, source.dir, source.env]))
  for (const name of lockFiles) addFile(join(project.cwd, name))
  const folders = new Set([
    dirname(project.config),
    statSync(source.dir).isDirectory() ? source.dir : dirname(source.dir),
  ])
  for (const folder of folders) addFolder(folder, 0)
  return hash.digest('hex')

  function addFile(path: string) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\0`)
    // A file written twice within a tick of the file system has the same time; a small one is read.
    if (stat && stat.size < 65_536) hash.update(readFileSync(path))
  }
  function addFolder(folder: string, depth: number) {
    if (depth > 12) return
    const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      if (entry.name === 'node_modules' || entry.name === 'test-results' || entry.name.startsWith('.')) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) addFolder(path, depth + 1)
      else if (entry.isFile() && sources.test(entry.name)) addFile(path)
    }
  }
}

/** `sub/checkout` of `<dir>/sub/checkout.spec.ts`; only the name where that says enough. */
export function stemOf(file: string, dir: string, ambiguous: boolean): string {
  const stem = (path: string) => path.replace(/(?:\.(?:spec|test|setup))?\.[cm]?[jt]sx?$/, '')
  if (!ambiguous) return stem(basename(file))
  return stem(relative(statSync(dir).isDirectory() ? dir : dirname(dir), file))
}

/** Why the specs of a project cannot be listed, and what to do about a package that is not there. */
export function unloadable(error: ReportedError): string {
  const [, name] = /Cannot find (?:module|package) '([^'./][^']*)'/.exec(error.message) ?? []
  const hint = name === undefined ? '' : `; install ${name} where the spec is, or correct its name`
  return `expected specs that load, found: ${detailOf(error)}${hint}`
}

/** The sentence of a program that broke: the error itself stands above its stack, and what follows is of no use to a reader. */
export function telling(output: string): string {
  const lines = output.trim().split('\n')
  const error = lines.findIndex(line => /^(?:\w*Error\b|Error:|.*Cannot find)/.test(line.trim()))
  return lines
    .slice(Math.max(0, error))
    .filter(line => !/^\s+at /.test(line))
    .join('\n')
    .trim()
    .slice(0, 600)
}
