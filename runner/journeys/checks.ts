/** From listed tests to checks. */

import { relative } from 'node:path'
import type { Problem } from '../core/contracts.ts'
import type { JourneyCheck, JourneySource, System } from '../core/definitions.ts'
import { describeContradiction, escalated, rulesFor } from '../core/escalation.ts'
import { RunnerFault } from '../core/fault.ts'
import { nearest } from '../core/nearest.ts'
import type { Discovery } from '../core/ports.ts'
import { stemOf } from './listing.ts'
import type { BeginLine, ListedTest } from './protocol.ts'
import { idOf, readSettings, readTags } from './settings.ts'

const idPattern = /^[a-z0-9][a-z0-9-]*(?:[/.@][a-z0-9-]+)*$/

/** The checks that a listing means for a source of a system. */
export function checksOf(system: System, source: JourneySource, begin: BeginLine): Discovery {
  const problems: Problem[] = []
  const at = [`system ${system.id}`, `playwright ${relative(system.folder, source.dir) || '.'}`]
  const wrong = (message: string, where?: ListedTest, level: Problem['level'] = 'error') =>
    problems.push({
      level,
      ...(where ? { file: where.file, line: where.line } : {}),
      path: where ? [...at, where.titles.join(' › ')] : at,
      message,
    })
  if (begin.webServer && !source.allowWebServer) {
    wrong(
      'expected a configuration that watches what already runs, found one with `webServer`; start the server yourself, or set allowWebServer: true',
    )
  }
  const tests = testsOf(source, begin)
  const projectNames = begin.projects.map(({ name }) => name)
  if (source.project !== undefined && !projectNames.includes(source.project)) {
    const close = nearest(source.project, projectNames)
    wrong(
      `expected one of the projects ${projectNames.join(', ')}, found '${source.project}'${close ? `; did you mean '${close}'?` : ''}`,
    )
  } else if (tests.length === 0) {
    wrong(
      `expected tests in ${source.dir}, found none${source.grep === undefined ? '' : ` that fit the grep /${source.grep}/`}; look at testDir, testMatch and the filters`,
    )
  }
  const several = new Set(tests.map(({ project }) => project)).size > 1
  const files = [...new Set(tests.map(({ file }) => file))]
  const stems = files.map(file => stemOf(file, source.dir, false))
  const ambiguous = (file: string) => stems.filter(stem => stem === stemOf(file, source.dir, false)).length > 1
  const all = tests.map(test => ({
    test,
    check: checkOf(system, source, test, {
      stem: stemOf(test.file, source.dir, ambiguous(test.file)),
      project: several ? test.project : undefined,
      wrong: (message, level) => wrong(message, test, level),
    }),
  }))
  const seen = new Map<string, ListedTest>()
  for (const { test, check } of all) {
    const other = seen.get(check.id)
    if (other) {
      wrong(
        `expected each id once, found '${check.id}' also in ${other.file}:${other.line}; change a title or add the annotation { type: 'vedette-id', description: '…' }`,
        test,
      )
    }
    seen.set(check.id, test)
  }
  return {
    checks: all.filter(({ test, check }) => !test.skipped && seen.get(check.id) === test).map(({ check }) => check),
    skipped: all
      .filter(({ test }) => test.skipped)
      .map(({ test, check }) => ({
        title: check.title,
        reason:
          test.annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? 'no reason given',
      })),
    problems,
    good: !problems.some(({ level }) => level === 'error'),
  }
}

/** Tests of the source, without those of set-up and tear-down projects unless one of these is asked for by name. */
function testsOf(source: JourneySource, begin: BeginLine): readonly ListedTest[] {
  const helpers = new Set(begin.projects.flatMap(({ dependencies, teardown }) => [...dependencies, teardown]))
  const grep = source.grep === undefined ? undefined : new RegExp(source.grep)
  return begin.tests.filter(
    test =>
      (source.project === undefined ? !helpers.has(test.project) : test.project === source.project) &&
      (grep === undefined ||
        grep.test([test.project, relative(begin.rootDir, test.file), ...test.titles, ...test.tags].join(' '))),
  )
}

function checkOf(
  system: System,
  source: JourneySource,
  test: ListedTest,
  about: {
    readonly stem: string
    readonly project: string | undefined
    wrong(message: string, level?: Problem['level']): void
  },
): JourneyCheck {
  const id = idOf({ stem: about.stem, titles: test.titles, annotations: test.annotations }, about.project)
  if (!idPattern.test(id)) {
    about.wrong(
      `expected an id of small letters, digits and dashes, found '${id}'; change the annotation vedette-id or the title`,
    )
  }
  const { settings, problems } = readSettings(test.annotations, source)
  for (const message of problems) about.wrong(message)
  const tags = readTags(
    test.tags,
    system.requirements.map(requirement => requirement.id),
  )
  for (const message of tags.problems) about.wrong(message)
  const summary = test.titles.join(' › ')
  const own: JourneyCheck = {
    id,
    title: summary,
    probe: Object.freeze({
      kind: 'journey',
      summary,
      observe: () => Promise.reject(new RunnerFault('a journey is run by Playwright, not by a probe')),
    }),
    schedule: source.schedule,
    timeout: source.timeout,
    retry: source.retry,
    policy: source.policy,
    severity: source.severity,
    ...(source.unrated && settings.severity === undefined ? { unrated: true } : {}),
    ...(source.owner === undefined ? {} : { owner: source.owner }),
    smoke: source.smoke,
    dependsOn: source.dependsOn,
    ...(source.quarantine === undefined ? {} : { quarantine: source.quarantine }),
    ...(source.runbook === undefined ? {} : { runbook: source.runbook }),
    ...settings,
    tags: Object.freeze([...new Set([...source.tags, ...tags.tags])]),
    covers: Object.freeze(tags.covers),
    source,
    test: Object.freeze({
      id: test.id,
      file: test.file,
      line: test.line,
      project: test.project,
      titlePath: test.titles,
    }),
  }
  const { check, contradictions } = escalated(own, rulesFor(system, own))
  for (const contradiction of contradictions) about.wrong(describeContradiction(contradiction), 'warning')
  return Object.freeze(check)
}
