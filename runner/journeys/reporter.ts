/**
 * The reporter that runs inside other people's Playwright. It imports nothing but types, so that it costs nothing, and writes its
 * lines to the file descriptor named by VEDETTE_REPORT_FD.
 */

import { writeSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type {
  FullConfig,
  FullProject,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
  TestStep,
} from 'playwright/types/testReporter'
import type { ListedProject, ListedTest, ReportedError, ReportedStep, ReportLine } from './protocol.ts'

const descriptor = Number(process.env['VEDETTE_REPORT_FD'] ?? 3)

export default class VedetteReporter implements Reporter {
  // Otherwise Playwright adds a reporter of its own that prints.
  printsToStdio(): boolean {
    return true
  }

  onBegin(config: FullConfig, suite: Suite): void {
    send({
      type: 'begin',
      version: config.version,
      rootDir: config.rootDir,
      webServer: hasWebServer(config),
      projects: config.projects.map(projectOf),
      tests: suite.allTests().map(listed),
    })
  }

  onTestBegin(test: TestCase, result: TestResult): void {
    send({ type: 'testBegin', id: test.id, retry: result.retry, timeout: test.timeout })
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    send({
      type: 'testEnd',
      id: test.id,
      project: projectName(test.parent),
      title: titlesOf(test).join(' › '),
      retry: result.retry,
      final: result.status === test.expectedStatus || result.retry >= test.retries || result.status === 'skipped',
      status: result.status,
      expected: test.expectedStatus,
      startedAt: result.startTime.getTime(),
      duration: result.duration,
      annotations: annotationsOf(test),
      errors: result.errors.map(errorOf),
      steps: result.steps.map(step => stepOf(step, 0)),
      attachments: result.attachments.map(({ name, contentType, path, body }) => ({
        name,
        contentType,
        ...(path === undefined ? {} : { path }),
        ...(body === undefined ? {} : { body: body.toString('base64') }),
      })),
    })
  }

  onError(error: TestError): void {
    send({ type: 'error', error: errorOf(error) })
  }

  onEnd(result: FullResult): void {
    send({ type: 'end', status: result.status })
  }
}

/** A pipe may be full for a moment; a line must never be torn or lost. */
function send(line: ReportLine): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function projectOf(project: FullProject): ListedProject {
  const use = project.use as FullProject['use'] & { defaultBrowserType?: string; connectOptions?: unknown }
  const { executablePath, ...launchOptions } = use.launchOptions ?? {}
  const channel = use.channel ?? launchOptions.channel
  return {
    name: project.name,
    dependencies: project.dependencies,
    ...(project.teardown === undefined ? {} : { teardown: project.teardown }),
    browserName: use.browserName ?? use.defaultBrowserType ?? 'chromium',
    ...(channel === undefined ? {} : { channel }),
    connects: use.connectOptions !== undefined,
    launchOptions: JSON.parse(
      JSON.stringify({
        ...launchOptions,
        ...(executablePath === undefined ? {} : { executablePath }),
        ...(use.headless === undefined ? {} : { headless: use.headless }),
      }),
    ) as Record<string, unknown>,
  }
}

function listed(test: TestCase): ListedTest {
  return {
    id: test.id,
    project: projectName(test.parent),
    file: test.location.file,
    line: test.location.line,
    titles: titlesOf(test),
    tags: test.tags,
    annotations: annotationsOf(test),
    timeout: test.timeout,
    skipped: test.expectedStatus === 'skipped',
  }
}

const annotationsOf = (test: TestCase) =>
  test.annotations.map(({ type, description }) => ({ type, ...(description === undefined ? {} : { description }) }))

// The path begins with the root, the project and the file.
const titlesOf = (test: TestCase) => test.titlePath().slice(3)

const projectName = (suite: Suite): string => suite.project()?.name ?? ''

// Several servers are not in the public configuration, only in what it was made from.
function hasWebServer(config: FullConfig): boolean {
  const inner = Object.getOwnPropertySymbols(config).map(
    key => (config as unknown as Record<symbol, { webServers?: unknown[] } | undefined>)[key]?.webServers,
  )
  return config.webServer !== null || inner.some(servers => (servers?.length ?? 0) > 0)
}

const plain = stripVTControlCharacters

function errorOf(error: TestError): ReportedError {
  return {
    message: plain(error.message ?? error.value ?? 'an error without a message'),
    ...(error.snippet === undefined ? {} : { snippet: plain(error.snippet) }),
    ...(error.stack === undefined ? {} : { stack: plain(error.stack) }),
    ...(error.location === undefined ? {} : { at: `${error.location.file}:${error.location.line}` }),
  }
}

function stepOf(step: TestStep, depth: number): ReportedStep {
  return {
    title: step.title,
    category: step.category,
    startedAt: step.startTime.getTime(),
    duration: step.duration,
    ...(step.error === undefined ? {} : { error: errorOf(step.error).message }),
    ...(step.steps.length === 0 || depth > 8 ? {} : { steps: step.steps.map(inner => stepOf(inner, depth + 1)) }),
  }
}
