/** How a page is looked at: what axe finds, what sticks out, what it complains about. */

import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults, RunOptions } from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { expect } from 'vitest'
import { testBrowser } from '../support/test-browser.ts'

export async function openBrowser(): Promise<Browser> {
  const { executablePath } = await testBrowser()
  return chromium.launch(executablePath ? { executablePath } : {})
}

const axe = { content: readFileSync(createRequire(import.meta.filename).resolve('axe-core/axe.min.js'), 'utf8') }

/** A window whose pages have axe from their beginning: so the browser compiles it once, and not for each of them. */
export async function openWindow(browser: Browser, width: number): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  await context.addInitScript(axe)
  return context
}

/** What axe finds by these tags or rules. What is sound is not written up, which is most of the work on a long page. */
async function violations(page: Page, runOnly: readonly string[]): Promise<readonly string[]> {
  const found = await page.evaluate(
    (options: RunOptions) =>
      (globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(options),
    { runOnly: [...runOnly], resultTypes: ['violations' as const] },
  )
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)
}

/** What pages complain about: scripts that fail, and whatever our security policy refuses. */
export function listen(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  return complaints
}

/** A picture for people, where VEDETTE_SHOTS names a folder. */
export const shoot = async (page: Page, name: string) => {
  const folder = process.env['VEDETTE_SHOTS']
  if (!folder) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

/** A page as it stands: by day and by night, and at other widths, axe finds nothing and nothing sticks out. */
export async function inspect(page: Page, name: string, otherWidths: readonly number[] = []): Promise<void> {
  const { width, height } = page.viewportSize()!
  // After a click its style may still be on the way.
  await page.waitForLoadState()
  try {
    await shoot(page, `${name}-${width}-light`)
    expect(await overflow(page)).toEqual([])
    expect(await violations(page, ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'])).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot(page, `${name}-${width}-dark`)
    // The night changes colours and nothing else.
    expect(await violations(page, ['color-contrast'])).toEqual([])
    for (const other of otherWidths) {
      await page.setViewportSize({ width: other, height })
      // Charts are drawn anew after the page.
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
      expect([other, await overflow(page)]).toEqual([other, []])
    }
  } finally {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme: 'light' })
  }
}

/** A look in a context of its own: a page whose session is over leads itself to the sign-in, also when it is being left. */
export async function inspectAlone(
  browser: Browser,
  look: { readonly name: string; readonly width: number; open(page: Page): Promise<unknown>; readonly meant: RegExp },
): Promise<void> {
  await using context = await openWindow(browser, look.width)
  const page = await context.newPage()
  const complaints = listen(page)
  await look.open(page)
  await inspect(page, look.name)
  expect(complaints.filter(complaint => !look.meant.test(complaint))).toEqual([])
}

/** Elements that make the page scroll sideways. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1 && !element.closest('.scroll *'))
      .map(element => element.outerHTML.slice(0, 120))
  })
