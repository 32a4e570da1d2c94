/** Which checks share an invocation of Playwright, and the command line of each. */

import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { JourneyCheck, JourneySource } from '../core/definitions.ts'
import type { JourneyRequest } from '../core/ports.ts'
import type { Project } from './project.ts'
import type { BeginLine, ListedProject } from './protocol.ts'
import { entry } from './warm.ts'

/** One invocation's worth of checks: what must be equal for all of them. */
export interface Batch {
  readonly request: JourneyRequest
  readonly source: JourneySource
  readonly project: Project
  readonly begin: BeginLine
  readonly checks: readonly JourneyCheck[]
  readonly retries: number
  /** Options of the warm browser; undefined where Playwright must launch its own. */
  readonly browser: Readonly<Record<string, unknown>> | undefined
}

/** Tests that need the same number of retries and the same browser share an invocation. */
export function batchesOf(
  request: JourneyRequest,
  source: JourneySource,
  project: Project,
  begin: BeginLine,
): readonly Batch[] {
  const batches = new Map<string, Batch>()
  for (const check of request.checks) {
    const browser = browserFor(check.test.project, begin, request.headed ?? false)
    const key = JSON.stringify([check.retry.attempts, browser ?? null])
    const batch = batches.get(key)
    batches.set(key, {
      ...(batch ?? { request, source, project, begin, retries: check.retry.attempts, browser }),
      checks: [...(batch?.checks ?? []), check],
    })
  }
  return [...batches.values()]
}

/** Options for a warm browser, or undefined when the project (or one that it depends on) brings its own kind. */
function browserFor(name: string, begin: BeginLine, headed: boolean): Readonly<Record<string, unknown>> | undefined {
  const needed = withDependencies(name, begin.projects)
  const ordinary = needed.every(
    project =>
      project.browserName === 'chromium' &&
      !project.connects &&
      (project.channel === undefined || project.channel === 'chromium'),
  )
  if (!ordinary) return undefined
  const { headless: _, channel: __, ...own } = needed[0]?.launchOptions ?? {}
  return headed ? { ...own, headless: false } : own
}

/** A project and all that run before it. */
export function withDependencies(name: string, projects: readonly ListedProject[]): readonly ListedProject[] {
  const found = new Map<string, ListedProject>()
  const visit = (wanted: string) => {
    const project = projects.find(other => other.name === wanted)
    if (!project || found.has(wanted)) return
    found.set(wanted, project)
    project.dependencies.forEach(visit)
  }
  visit(name)
  return [...found.values()]
}

/** Arguments of the command line; writes the list of tests into `folder`. */
export function argumentsOf(batch: Batch, folder: string, workers: number): readonly string[] {
  const { request, source, project, begin, checks } = batch
  const list = join(folder, 'tests.txt')
  writeFileSync(list, `${checks.map(check => listLine(check, begin.rootDir)).join('\n')}\n`)
  const projects = [...new Set(checks.map(check => check.test.project))].filter(Boolean)
  const longest = Math.max(...checks.map(check => check.timeout))
  const listed = checks.map(check => begin.tests.find(test => test.id === check.test.id)?.timeout ?? 0)
  // Theirs holds unless it could outlast ours.
  const cap = listed.some(timeout => timeout === 0 || timeout > longest)
  return [
    'test',
    '--config',
    project.config,
    '--reporter',
    entry('reporter'),
    '--output',
    join(folder, 'output'),
    '--update-snapshots=none',
    // Each test is asked for; none may be left out because others failed.
    '--max-failures=0',
    '--retries',
    String(batch.retries),
    '--workers',
    String(source.parallel ? workers : 1),
    '--trace',
    traceMode(batch),
    '--test-list',
    list,
    ...(cap ? ['--timeout', String(longest)] : []),
    ...(request.headed ? ['--headed'] : []),
    ...(projects.length > 0 ? ['--project', ...projects] : []),
  ]
}

/** A trace shows the pages as they are: where something is masked there is none. */
function traceMode({ request, source, retries }: Batch): string {
  if (source.mask !== undefined) return 'off'
  return request.trace ? 'on' : retries > 0 ? 'on-all-retries' : 'off'
}

/**
 * A line of `--test-list`. Titles are separated by a sign that may stand in a title as well, and trimmed: from such a title on the
 * rest is left away, which means more tests than wanted and never fewer.
 */
function listLine(check: JourneyCheck, rootDir: string): string {
  const { project, file, titlePath } = check.test
  const strange = titlePath.findIndex(title => /[›\r\n]/.test(title) || title.trim() !== title)
  const titles = strange < 0 ? titlePath : titlePath.slice(0, strange)
  return [`[${project}]`, relative(rootDir, file).replaceAll('\\', '/'), ...titles].join(' › ')
}
