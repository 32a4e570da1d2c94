/** The pages in a real browser: accessible, nothing cut off, nothing refused by our own security policy, on phone and desk, by day and night. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Serving, serve, token } from '../server/support.ts'
import { createFakeWatch, resultOf, watchedCheck } from '../support/fake-watch.ts'
import { incidentOf, pageAlarms } from '../support/page-alarms.ts'
import { inspect, listen, openBrowser, openWindow, shoot } from './look.ts'
import { badNight, type Night, quietDay } from './scene.ts'

let browser: Browser
let night: Night
let quiet: Serving
let empty: Serving

beforeAll(async () => {
  browser = await openBrowser()
  quiet = await quietDay()
  empty = await serve()
  const kept = await keepSomething()
  night = await badNight({
    ...kept,
    'console.txt': '[error] POST /api/orders/81/deliver 500\n[warning] retrying in 2 s',
  })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  for (const server of [night, quiet, empty]) await server?.[Symbol.asyncDispose]()
})

/** A real screenshot and a real trace, taken of our own page. */
async function keepSomething() {
  await using context = await browser.newContext({ viewport: { width: 800, height: 500 } })
  await context.tracing.start({ screenshots: true, snapshots: true })
  const page = await context.newPage()
  await page.goto(quiet.url)
  await page.getByRole('searchbox').fill('COD-13')
  const screenshot = await page.screenshot()
  const path = join(quiet.artifacts, 'trace.zip')
  await context.tracing.stop({ path })
  return { 'failed.png': screenshot, 'trace.zip': await readFile(path) }
}

const names = [
  'overview',
  'overview-filtered',
  'overview-none',
  'overview-quiet',
  'overview-empty',
  'check-down',
  'check-journey',
  'check-new',
  'run-journey',
  'run-http',
  'run-unknown',
  'requirements',
  'requirements-empty',
  'requirements-system',
  'requirements-without',
  'load-runs',
  'load-runs-empty',
  'load-run',
  'incidents',
  'incidents-filtered',
  'incidents-empty',
  'incident-open',
  'incident-open-signed-in',
  'incident-screenshots',
  'incident-acknowledged',
  'incident-past',
  'status',
  'status-quiet',
  'objectives',
  'objectives-empty',
  'maintenance',
  'maintenance-signed-in',
  'maintenance-empty',
  'notifications',
  'notifications-empty',
  'self',
  'self-empty',
  'sign-in',
  'not-found',
]

const urlOf = (name: string) => {
  if (name === 'overview-quiet') return quiet.url
  if (name === 'status-quiet') return `${quiet.url}/status`
  if (name === 'overview-empty') return empty.url
  if (name === 'load-runs-empty') return `${empty.url}/load`
  if (name.endsWith('-empty')) return `${empty.url}/${name.replace('-empty', '')}`
  return night.url + night.paths[name.replace('-signed-in', '')]
}

/** Forms are shown to whoever may change something. */
async function signIn(context: BrowserContext, server: Serving): Promise<void> {
  await context.request.post(`${server.url}/sign-in`, { form: { token } })
}

// At 400 % a desk is 320 px wide.
describe.each([
  [390, [320]],
  [1440, [768, 1_024]],
])('at %i px, by day and by night, and as wide as %j', (width, otherWidths) => {
  let context: BrowserContext
  let page: Page
  let complaints: string[]
  beforeAll(async () => {
    context = await openWindow(browser, width)
    page = await context.newPage()
    complaints = listen(page)
  })
  afterAll(async () => context.close())

  test.each(names)('%s is accessible and whole', async name => {
    complaints.length = 0
    await context.clearCookies()
    if (name.endsWith('-signed-in')) await signIn(context, night)
    await page.goto(urlOf(name))
    await settled(page)
    await inspect(page, name, otherWidths)
    // The answer of the page that is not there is meant.
    expect(complaints.filter(complaint => !complaint.includes('404'))).toEqual([])
  })
})

async function settled(page: Page): Promise<void> {
  // The public page follows nothing inside.
  if ((await page.locator('body.public').count()) > 0) return
  await page.getByText('Live', { exact: true }).waitFor()
  const plots = await page.locator('.plot').count()
  if (plots > 0) await page.locator('.plot .u-over').first().waitFor({ state: 'attached' })
}

describe('without JavaScript', () => {
  test('every page shows its answer', async () => {
    await using context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(urlOf('overview'))
    expect(await page.locator('h1').textContent()).toContain('2 of 13 checks are down')
    await page.goto(urlOf('check-down'))
    expect(await page.locator('.plot svg .line').count()).toBe(2)
    await page.goto(urlOf('run-journey'))
    expect(await page.getByRole('rowheader', { name: /mark it as delivered/ }).count()).toBe(1)
  })
})

describe('by keyboard', () => {
  test('the first stop skips to the content, and a check opens with Enter', async () => {
    await using page = await browser.newPage()
    await page.goto(urlOf('overview'))
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    await page.getByRole('link', { name: 'health', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/checks/cod-admin/health')
  })
})

describe('live', () => {
  test('a result changes the page without a reload, and focus stays', async () => {
    await using server = await quietDay()
    await using page = await browser.newPage()
    await page.goto(server.url)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.evaluate(() => Object.assign(window, { isSame: true }))
    const link = page.getByRole('link', { name: 'sign-in', exact: true })
    await link.focus()
    const check = server.watch.check('agent-portal/sign-in')!
    server.watch.put({ ...check, health: { ...check.health, state: 'down' } })
    server.watch.emit({
      kind: 'result',
      result: resultOf(check, { verdict: 'failed', reason: 'status', detail: 'expected 200, found 502' }),
    })
    await page.getByRole('heading', { name: '1 of 5 checks is down' }).waitFor()
    await page.getByText('expected 200, found 502').waitFor()
    expect(await page.title()).toBe('(1 down) Checks · Vedette')
    expect(await page.evaluate(() => ['isSame' in window, document.activeElement?.textContent])).toEqual([
      true,
      'sign-in',
    ])
  })

  test('a lost connection is said', async () => {
    const server = await quietDay()
    await using page = await browser.newPage()
    await page.goto(server.url)
    await page.getByText('Live', { exact: true }).waitFor()
    await server[Symbol.asyncDispose]()
    await page.getByText('Not live: no connection').waitFor()
  })
})

describe('a page that was live is so again', () => {
  test('when its stream was refused for a moment', async () => {
    await using page = await browser.newPage()
    await page.clock.install()
    await page.route('**/api/v1/events', route => route.fulfill({ status: 502 }), { times: 1 })
    await page.goto(quiet.url)
    await page.getByText('Not live: no connection').waitFor()
    await page.clock.runFor(5_000)
    await page.getByText('Live', { exact: true }).waitFor()
  })

  test('when somebody comes back to it', async () => {
    await using page = await browser.newPage()
    await page.goto(quiet.url)
    await page.getByText('Live', { exact: true }).waitFor()
    const turn = (type: string) =>
      page.evaluate(type => window.dispatchEvent(new PageTransitionEvent(type, { persisted: true })), type)
    await turn('pagehide')
    const asked = page.waitForRequest('**/api/v1/events')
    await turn('pageshow')
    await asked
  })
})

describe('changing something', () => {
  test('signing in leads back to the check, running it leads to the run', async () => {
    await using context = await browser.newContext()
    const page = await context.newPage()
    const server = await badNight()
    await page.goto(server.url + server.paths['check-down'])
    await page.getByRole('link', { name: 'Sign in to run it now' }).click()
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('found another text').waitFor()
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Run now' }).click()
    await page.waitForURL('**/runs/**')
    expect(server.watch.ran).toEqual(['cod-admin/health'])
    await page.goto(server.url)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
    await server[Symbol.asyncDispose]()
  })
})

describe('on a phone', () => {
  test('the menu leads to every page, with a script or without', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await using context = await browser.newContext({ viewport: { width: 390, height: 800 }, javaScriptEnabled })
      const page = await context.newPage()
      await page.goto(urlOf('overview'))
      const link = page.getByRole('link', { name: 'Notifications', exact: true })
      expect(await link.isVisible()).toBe(false)
      await page.getByRole('button', { name: 'Menu' }).click()
      await shoot(page, 'menu-390-light')
      await link.click()
      await page.waitForURL('**/notifications')
    }
  })
})

describe('trouble', () => {
  test('acknowledging and noting from the page', async () => {
    await using context = await browser.newContext()
    const page = await context.newPage()
    const server = await badNight()
    await page.goto(server.url + server.paths['incident-open'])
    await page.getByRole('link', { name: 'Sign in to acknowledge it' }).click()
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText('acknowledged it').waitFor()
    await page.getByLabel('Add a note to the timeline').fill('The secret is being changed.')
    await page.getByRole('button', { name: 'Add the note' }).click()
    await page.locator('#timeline').getByText('The secret is being changed.').waitFor()
    await server[Symbol.asyncDispose]()
  })

  test('an incident that opens appears without a reload', async () => {
    const alarms = pageAlarms()
    await using server = await serve({ watch: createFakeWatch({ alarms, checks: [watchedCheck('shop', 'home')] }) })
    await using page = await browser.newPage()
    await page.goto(server.url)
    await page.getByText('Live', { exact: true }).waitFor()
    const incident = incidentOf()
    alarms.put(incident)
    server.watch.emit({ kind: 'incident', incident, line: incident.timeline[0]! })
    await page.getByRole('link', { name: 'Shop: home does not answer' }).waitFor()
  })

  test('the public page asks again by itself', async () => {
    await using server = await quietDay()
    await using page = await browser.newPage()
    await page.clock.install()
    await page.goto(`${server.url}/status`)
    const check = server.watch.check('cod-admin/public-checkout')!
    server.watch.put({ ...check, health: { ...check.health, state: 'down' } })
    await server.clock.advance(2_000)
    await page.clock.runFor(20_000)
    await page.getByRole('heading', { name: 'Ordering: outage' }).waitFor()
    await page.clock.runFor(5_000)
  })
})

describe('evidence', () => {
  test("a trace opens in Playwright's viewer", async () => {
    await using context = await browser.newContext()
    const page = await context.newPage()
    const complaints = listen(page)
    await page.goto(urlOf('run-journey'))
    await page.getByRole('link', { name: 'Open the trace' }).click()
    await page.getByText('COD-13').first().waitFor()
    await shoot(page, 'trace-1440-light')
    expect(complaints).toEqual([])
  }, 30_000)

  test('a kept file runs nothing and leads nowhere else', async () => {
    const { headers } = await fetch(`${night.url}/artifacts/run/failed.png`)
    expect(headers.get('content-security-policy')).toContain('sandbox')
    expect((await fetch(`${night.url}/artifacts/run/console.txt`)).headers.get('content-disposition')).toBe(
      'attachment',
    )
    for (const path of ['..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '.hidden']) {
      expect((await fetch(`${night.url}/artifacts/${path}`)).status).toBeGreaterThanOrEqual(400)
    }
  })
})
