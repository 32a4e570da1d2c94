/**
 * What scenario files import as `#vedette/playwright` (in this repository) or `vedette/playwright`: Playwright's `test` and `expect`,
 * with marks on the traffic to the system's own origins, console and network log of failures, web vitals, an audit with axe and
 * clean-up hooks. It works under plain `npx playwright test` as well.
 */

import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Playwright from 'playwright/test'
import { cleanupStep } from '../core/contracts.ts'
import { type AxeAudit, createAxeAudit, describeViolations } from './fixture/axe.ts'
import { auditWithLighthouse, type LighthouseScore, loadLighthouse } from './fixture/lighthouse.ts'
import { markRequests, marksOf, markTraffic } from './fixture/marks.ts'
import { maskScreenshots } from './fixture/masks.ts'
import { ownOrigins } from './fixture/origins.ts'
import { createRemovals, type Removals } from './fixture/removals.ts'
import { collectVitals } from './fixture/vitals.ts'

export { contractMismatch } from './fixture/contract.ts'
export type { LighthouseScore } from './fixture/lighthouse.ts'
export { type Marks, marksOf } from './fixture/marks.ts'
export { urlOf } from './fixture/origins.ts'

// The runner that loads this file decides which Playwright it is; a second copy beside it would refuse to work.
const playwright = runningPlaywright()

function runningPlaywright(): typeof Playwright {
  const candidates = [process.argv[1] && realpathSync(process.argv[1]), import.meta.filename].filter(
    Boolean,
  ) as string[]
  for (const from of candidates) {
    try {
      return createRequire(from)('playwright/test') as typeof Playwright
    } catch {
      // Not started by Playwright's own command line.
    }
  }
  throw new Error('expected Playwright, found none; run `npm install -D @playwright/test`')
}

export interface VedetteFixtures {
  /** Names this run; put it into the data that a journey creates, so that leftovers can be found: `synthetic-${runId}`. */
  readonly runId: string
  /**
   * Runs `work` after the test, also when it failed; the last registered first. Work that throws, and a DELETE that is refused (404 and
   * 410 are well: it is gone already), become an error of the step `clean-up` and the figure `cleanup_failures`: the verdict stays.
   */
  readonly cleanup: (work: () => unknown) => void
  /** Adds a figure to the result, e.g. `metric('orders_listed', 12)`. Names are small letters, digits and underscores. */
  readonly metric: (name: string, value: number) => void
  /**
   * Whether axe looks at each page that `page.goto` leaves and at the pages that are open at the end: `test.use({ axe: true })`. It does
   * so without being told in tests whose tags name a requirement with a limit of `wcag21aa_violations`.
   */
  readonly axe: boolean
  /**
   * Audits a page with Lighthouse, in a browser of its own, and adds the figure `lighthouse_performance` (0 to 100) to the result. Without
   * the package `lighthouse` there is no figure. Give such a test a minute, and run it seldom.
   */
  readonly lighthouse: (path?: string) => Promise<LighthouseScore | undefined>
  /** @internal */
  readonly _vedetteFigures: Figures
  /** @internal */
  readonly _vedetteRemovals: Removals
}

interface Figures {
  /** One number, or one for each document. */
  readonly values: Map<string, number | readonly number[]>
  /** What is behind a figure, in words. */
  readonly findings: Map<string, string>
}

/** Selectors of what no screenshot may show. */
const mask = JSON.parse(process.env['VEDETTE_MASK'] ?? '[]') as readonly string[]

// Marks and web vitals for our screenshots: 'all' keeps one of each run.
const screenshotMode = ({ all: 'on', failures: 'only-on-failure', off: 'off' } as const)[
  process.env['VEDETTE_SCREENSHOTS'] ?? ''
]

/** The figures that requirements ask for and this fixture measures, by id: `{ "AGT-11": ["lcp_ms", "inp_ms", "cls"] }`. */
const wanted = JSON.parse(process.env['VEDETTE_MEASURE'] ?? '{}') as Record<string, readonly string[]>
const wantedBy = ({ tags }: Playwright.TestInfo): readonly string[] => tags.flatMap(tag => wanted[tag.slice(1)] ?? [])

interface Entry {
  readonly at: number
  readonly text: string
}
const mostEntries = 500

export const expect = playwright.expect

export const test = playwright.test.extend<VedetteFixtures>({
  ...(screenshotMode === undefined ? {} : { screenshot: [screenshotMode, { scope: 'worker', option: true }] as never }),

  axe: [process.env['VEDETTE_AXE'] === '1', { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  runId: async ({}, use, info) => {
    await use(
      process.env['VEDETTE_RUN']
        ? `${process.env['VEDETTE_RUN']}-${info.testId.slice(-6)}-${info.retry}`
        : `local-${info.testId.slice(-6)}`,
    )
  },

  cleanup: async ({ _vedetteFigures: figures, _vedetteRemovals: removals }, use, info) => {
    const hooks: (() => unknown)[] = []
    await use(work => void hooks.push(work))
    // Each gets its chance, whatever the others do; the first error is told.
    const errors: unknown[] = []
    removals.begin()
    for (const work of hooks.toReversed()) {
      try {
        await work()
      } catch (error) {
        errors.push(error)
      }
    }
    const troubles = [
      ...errors.map(error => (error instanceof Error ? error.message : String(error))),
      ...removals.refused,
    ]
    if (troubles.length === 0) return
    const description = `test data may be left: ${troubles[0]}${troubles.length > 1 ? ` (and ${troubles.length - 1} more)` : ''}`
    figures.values.set('cleanup_failures', troubles.length)
    info.annotations.push({ type: 'cleanup', description })
    await playwright.test
      .step(cleanupStep, () => {
        throw new Error(description)
      })
      .catch(() => {})
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above.
  _vedetteRemovals: [async ({}, use) => use(createRemovals()), { box: true } as never],

  _vedetteFigures: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use, info) => {
      const figures: Figures = { values: new Map(), findings: new Map() }
      await use(figures)
      const attach = (name: string, map: ReadonlyMap<string, unknown>) =>
        info.attach(name, { body: JSON.stringify(Object.fromEntries(map)), contentType: 'application/json' })
      if (figures.values.size > 0) await attach('vedette-metrics', figures.values)
      if (figures.findings.size > 0) await attach('vedette-findings', figures.findings)
    },
    { box: true } as never,
  ],

  metric: async ({ _vedetteFigures: figures }, use) => {
    await use((name, value) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name) || !Number.isFinite(value)) {
        throw new Error(`expected a metric such as metric('orders_listed', 12), found metric('${name}', ${value})`)
      }
      figures.values.set(name, value)
    })
  },

  lighthouse: async ({ playwright, baseURL, _vedetteFigures: figures }, use, info) => {
    await use(async (path = '/') => {
      const library = await loadLighthouse(info.file)
      if (library === undefined) {
        const missing = 'expected the package lighthouse, found none; run `npm install -D lighthouse`'
        figures.findings.set('lighthouse_performance', missing)
        info.annotations.push({ type: 'lighthouse', description: missing })
        return undefined
      }
      const score = await auditWithLighthouse(library, playwright.chromium, new URL(path, baseURL).href)
      figures.values.set('lighthouse_performance', score.performance)
      if (score.findings !== '') figures.findings.set('lighthouse_performance', score.findings)
      return score
    })
  },

  context: async (
    { context, runId, baseURL, axe, _vedetteFigures: figures, _vedetteRemovals: removals },
    use,
    info,
  ) => {
    const origins = ownOrigins(baseURL)
    const logs = listen(context)
    if (process.env['VEDETTE_RUN']) await markTraffic(context, ownOrigins(), marksOf(runId), baseURL)
    removals.watch(context.request)
    const vitals = await collectVitals(context)
    const asked = wantedBy(info)
    const audit = axe || asked.includes('wcag21aa_violations') ? createAxeAudit(origins) : undefined
    const measure = async (page: Playwright.Page) => {
      await vitals.flush(page)
      await audit?.look(page)
    }
    if (mask.length > 0) maskScreenshots(context, mask, info)
    if (audit || asked.length > 0) measureBeforeLeaving(context, measure)
    await use(context)
    if (info.status !== info.expectedStatus) await logs.attach(info)
    for (const page of context.pages().filter(page => isOwn(page, origins))) await measure(page)
    for (const [name, samples] of vitals.samples(origins)) figures.values.set(name, samples)
    if (audit) report(audit, figures, info)
  },

  request: async ({ request, runId, baseURL, _vedetteRemovals: removals }, use) => {
    if (process.env['VEDETTE_RUN']) markRequests(request, ownOrigins(), marksOf(runId), baseURL)
    removals.watch(request)
    await use(request)
  },
})

const isOwn = (page: Playwright.Page, origins: ReadonlySet<string>) =>
  !page.isClosed() && URL.canParse(page.url()) && origins.has(new URL(page.url()).origin)

/** Keeps what the pages write to the console and ask of the network. */
function listen(context: Playwright.BrowserContext) {
  const started = performance.now()
  const messages: Entry[] = []
  const network: Entry[] = []
  const log = (list: Entry[], text: string) => {
    if (list.length < mostEntries)
      list.push({ at: Math.round(performance.now() - started), text: text.slice(0, 2_000) })
  }
  context.on('console', message => log(messages, `${message.type()}: ${message.text()}`))
  context.on('weberror', error => log(messages, `uncaught: ${error.error().message}`))
  context.on('response', response =>
    log(network, `${response.request().method()} ${response.url()} ${response.status()}`),
  )
  context.on('requestfailed', request =>
    log(network, `${request.method()} ${request.url()} failed: ${request.failure()?.errorText ?? 'unknown'}`),
  )
  const text = (list: readonly Entry[]) => list.map(({ at, text }) => `${at}ms ${text}`).join('\n')
  return {
    async attach(info: Playwright.TestInfo) {
      if (messages.length > 0) await info.attach('vedette-console', { body: text(messages), contentType: 'text/plain' })
      if (network.length > 0) await info.attach('vedette-network', { body: text(network), contentType: 'text/plain' })
    },
  }
}

/** The author's `page.goto` first measures the page that it leaves. */
function measureBeforeLeaving(context: Playwright.BrowserContext, measure: (page: Playwright.Page) => Promise<void>) {
  context.on('page', page => {
    const goto = page.goto.bind(page)
    page.goto = async (url, options) => {
      if (page.url() !== 'about:blank') await measure(page)
      return goto(url, options)
    }
  })
}

function report(audit: AxeAudit, { values, findings }: Figures, info: Playwright.TestInfo): void {
  const { violations, trouble } = audit
  if (violations) values.set('wcag21aa_violations', violations.length)
  const text = violations ? describeViolations(violations) : (trouble ?? 'axe looked at no page of the system')
  if (text === '') return
  findings.set('wcag21aa_violations', text)
  info.annotations.push({ type: 'axe', description: text })
}
