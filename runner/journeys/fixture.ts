/**
 * What scenario files import as `#vedette/playwright` (in this repository) or `vedette/playwright`: Playwright's `test` and `expect`,
 * with marks on the traffic to the system's own origins, console and network log of failures, web vitals and clean-up hooks. It works
 * under plain `npx playwright test` as well.
 */

import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as Playwright from 'playwright/test'

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
  /** Runs `work` after the test, also when it failed; the last registered first. */
  readonly cleanup: (work: () => unknown) => void
  /** Adds a figure to the result, e.g. `metric('orders_listed', 12)`. Names are small letters, digits and underscores. */
  readonly metric: (name: string, value: number) => void
  /** @internal */
  readonly _vedetteFigures: Map<string, number>
  /** @internal */
  readonly _vedetteMarks: undefined
}

/** The headers that mark our traffic. */
export interface Marks {
  readonly agent: string
  readonly headers: Readonly<Record<string, string>>
}

/** An address of the system by name: `urlOf('api')`; without a name `web`. Throws when it is not set. */
export function urlOf(name = 'web'): string {
  const variable = `VEDETTE_URL_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`
  const url = process.env[variable] ?? (name === 'web' ? process.env['BASE_URL'] : undefined)
  if (!url)
    throw new Error(`expected the address '${name}' in ${variable}, found none; set it, or run this through vedette`)
  return url
}

const ownOrigins = (): ReadonlySet<string> => {
  const urls = [
    ...(JSON.parse(process.env['VEDETTE_ORIGINS'] ?? '[]') as string[]),
    ...Object.entries(process.env).flatMap(([name, url]) => (name.startsWith('VEDETTE_URL_') && url ? [url] : [])),
    process.env['BASE_URL'] ?? '',
  ]
  return new Set(urls.flatMap(url => (URL.canParse(url) ? [new URL(url).origin] : [])))
}

// Marks and web vitals for our screenshots: 'all' keeps one of each run.
const screenshotMode = ({ all: 'on', failures: 'only-on-failure', off: 'off' } as const)[
  process.env['VEDETTE_SCREENSHOTS'] ?? ''
]

interface Entry {
  readonly at: number
  readonly text: string
}
const mostEntries = 500

export const expect = playwright.expect

export const test = playwright.test.extend<VedetteFixtures>({
  ...(screenshotMode === undefined ? {} : { screenshot: [screenshotMode, { scope: 'worker', option: true }] as never }),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern.
  runId: async ({}, use, info) => {
    await use(
      process.env['VEDETTE_RUN']
        ? `${process.env['VEDETTE_RUN']}-${info.testId.slice(-6)}-${info.retry}`
        : `local-${info.testId.slice(-6)}`,
    )
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above.
  cleanup: async ({}, use, info) => {
    const hooks: (() => unknown)[] = []
    await use(work => void hooks.push(work))
    // Each gets its chance, whatever the others do; the first error is told.
    const errors: unknown[] = []
    for (const work of hooks.toReversed()) {
      try {
        await work()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) info.annotations.push({ type: 'cleanup', description: `clean-up failed: ${errors[0]}` })
  },

  _vedetteFigures: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use, info) => {
      const figures = new Map<string, number>()
      await use(figures)
      if (figures.size === 0) return
      await info.attach('vedette-metrics', {
        body: JSON.stringify(Object.fromEntries(figures)),
        contentType: 'application/json',
      })
    },
    { box: true } as never,
  ],

  metric: async ({ _vedetteFigures: figures }, use) => {
    await use((name, value) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name) || !Number.isFinite(value)) {
        throw new Error(`expected a metric such as metric('orders_listed', 12), found metric('${name}', ${value})`)
      }
      figures.set(name, value)
    })
  },

  context: async ({ context, runId, baseURL, _vedetteFigures: figures }, use, info) => {
    const origins = ownOrigins()
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
    if (process.env['VEDETTE_RUN']) await markTraffic(context, origins, marksOf(runId), baseURL)
    await context.addInitScript(collectVitals)
    await use(context)
    if (info.status !== info.expectedStatus) {
      const text = (list: readonly Entry[]) => list.map(({ at, text }) => `${at}ms ${text}`).join('\n')
      if (messages.length > 0) await info.attach('vedette-console', { body: text(messages), contentType: 'text/plain' })
      if (network.length > 0) await info.attach('vedette-network', { body: text(network), contentType: 'text/plain' })
    }
    await readVitals(context, origins, figures)
  },

  request: async ({ request, runId, baseURL }, use) => {
    if (process.env['VEDETTE_RUN']) markRequests(request, ownOrigins(), marksOf(runId), baseURL)
    await use(request)
  },
})

/** What tells the system's own people that a request is ours. */
export function marksOf(runId: string): Marks {
  const hex = (length: number) =>
    Array.from(crypto.getRandomValues(new Uint8Array(length)), byte => byte.toString(16).padStart(2, '0')).join('')
  return {
    agent: `Vedette/${process.env['VEDETTE_VERSION'] ?? '0'}`,
    headers: { 'x-vedette-run': runId, traceparent: `00-${hex(16)}-${hex(8)}-01` },
  }
}

/**
 * Navigations and what a page asks of its own origin. A further header on a request from one origin to another would cause a preflight
 * that no user causes, and that the server may refuse.
 */
function isAtHome(request: Playwright.Request): boolean {
  if (request.isNavigationRequest()) return true
  try {
    return new URL(request.frame().url()).origin === new URL(request.url()).origin
  } catch {
    // A service worker has no frame.
    return false
  }
}

/** Other origins must not see the marks, so each request to our own is marked on its way. */
async function markTraffic(
  context: Playwright.BrowserContext,
  origins: ReadonlySet<string>,
  marks: Marks,
  base: string | undefined,
): Promise<void> {
  if (origins.size === 0) return
  await context.route(
    url => origins.has(url.origin),
    async route => {
      const request = route.request()
      if (!isAtHome(request)) return route.fallback()
      const headers = request.headers()
      const agent = [headers['user-agent'], marks.agent].filter(Boolean).join(' ')
      await route.fallback({ headers: { ...headers, ...marks.headers, 'user-agent': agent } })
    },
  )
  markRequests(context.request, origins, marks, base)
}

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const

/** The request fixture has no route; its methods are wrapped. */
function markRequests(
  request: Playwright.APIRequestContext,
  origins: ReadonlySet<string>,
  marks: Marks,
  base: string | undefined,
): void {
  const fetch = request.fetch.bind(request)
  const marked: Playwright.APIRequestContext['fetch'] = (target, options) => {
    const url = typeof target === 'string' ? target : target.url()
    const absolute = URL.canParse(url, base) ? new URL(url, base) : undefined
    if (!absolute || !origins.has(absolute.origin)) return fetch(target, options)
    return fetch(target, { ...options, headers: { ...marks.headers, 'user-agent': marks.agent, ...options?.headers } })
  }
  const wrapped = Object.fromEntries(
    methods.map(method => [
      method,
      (url: string, options?: object) => marked(url, { ...options, method: method.toUpperCase() }),
    ]),
  )
  Object.assign(request, { fetch: marked, ...wrapped })
}

/** Runs in the page: keeps what the browser says about the page's speed. */
function collectVitals() {
  const vitals: Record<string, number> = {}
  Object.defineProperty(globalThis, '__vedetteVitals', { value: vitals, enumerable: false })
  const observe = (type: string, see: (entry: PerformanceEntry & Record<string, unknown>) => void) => {
    try {
      new PerformanceObserver(list => {
        for (const entry of list.getEntries()) see(entry as PerformanceEntry & Record<string, unknown>)
      }).observe({ type, buffered: true })
    } catch {
      // This browser does not know the type.
    }
  }
  observe('largest-contentful-paint', entry => {
    vitals['lcp_ms'] = entry.startTime
  })
  observe('paint', entry => {
    if (entry.name === 'first-contentful-paint') vitals['fcp_ms'] = entry.startTime
  })
  observe('layout-shift', entry => {
    if (!entry['hadRecentInput']) vitals['cls'] = (vitals['cls'] ?? 0) + (entry['value'] as number)
  })
  observe('navigation', entry => {
    vitals['ttfb_ms'] = entry['responseStart'] as number
  })
}

/** Figures of the page that is open at the end; a dead or foreign page has none, which is no error. */
async function readVitals(
  context: Playwright.BrowserContext,
  origins: ReadonlySet<string>,
  figures: Map<string, number>,
) {
  const isOwn = (url: string) => URL.canParse(url) && origins.has(new URL(url).origin)
  const page = context.pages().find(page => isOwn(page.url()))
  if (!page || page.isClosed()) return
  const read = page
    .evaluate(() => (globalThis as unknown as { __vedetteVitals?: Record<string, number> }).__vedetteVitals ?? {})
    .catch(() => ({}))
  // A page in an endless loop never answers.
  const late = new Promise<Record<string, number>>(resolve => setTimeout(() => resolve({}), 500).unref())
  for (const [name, value] of Object.entries(await Promise.race([read, late])))
    figures.set(name, Math.round(value * 1_000) / 1_000)
}
