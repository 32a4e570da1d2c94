/** How a page is looked at: what axe finds, what sticks out, what it complains about. */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'

/** What axe finds. */
export async function violations(page: Page, what: readonly string[] | 'color-contrast'): Promise<readonly string[]> {
  // The pages have no frames; the legacy way needs no second page for each look.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  const found = await (typeof what === 'string' ? axe.withRules([what]) : axe.withTags([...what])).analyze()
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

/** Elements that make the page scroll sideways. */
export const overflow = (page: Page) =>
  page.evaluate(() => {
    const root = document.documentElement
    if (root.scrollWidth <= root.clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1 && !element.closest('.scroll *'))
      .map(element => element.outerHTML.slice(0, 120))
  })
