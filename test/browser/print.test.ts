/** The pages of one check, run and load on paper, as a browser prints them, also from a dark screen. */

import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, shoot } from './look.ts'
import { badNight, type Night } from './scene.ts'

// A4 less its margins, in CSS pixels.
const paper = { width: 718, height: 1_046 }

let browser: Browser
let night: Night

beforeAll(async () => {
  browser = await openBrowser()
  night = await badNight({ 'console.txt': '[error] POST /api/orders/81/deliver 500' })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await night?.[Symbol.asyncDispose]()
})

test.each([
  'check-down',
  'run-journey',
  'run-http',
  'load-run',
  'incident-open',
  'incident-screenshots',
  'objectives',
  'incidents',
])('%s is a report on paper', async name => {
  await using context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, colorScheme: 'dark' })
  const page = await context.newPage()
  await page.goto(night.url + night.paths[name])
  await page.getByText('Live', { exact: true }).waitFor()
  if ((await page.locator('.plot').count()) > 0)
    await page.locator('.plot .u-over').first().waitFor({ state: 'attached' })
  await page.emulateMedia({ media: 'print' })
  await page.setViewportSize(paper)
  await shoot(page, `${name}-print`)

  expect(await colours(page)).toEqual({ paper: 'rgb(255, 255, 255)', ink: 'rgb(23, 27, 33)' })
  expect(await shown(page, '.top nav, .tabs, button, .button, form, .live, .skip, .uplot')).toEqual([])
  expect(await hidden(page, 'h1, h2, tr:not(.u-series), .plot > svg, details > *')).toEqual([])
  expect(await beyond(page)).toEqual([])
})

const colours = (page: Page) =>
  page.evaluate(() => {
    const style = getComputedStyle(document.documentElement)
    return { paper: style.backgroundColor, ink: style.color }
  })

const shown = (page: Page, selector: string) =>
  page
    .locator(selector)
    .evaluateAll(all => all.filter(part => part.checkVisibility()).map(part => part.outerHTML.slice(0, 120)))

const hidden = (page: Page, selector: string) =>
  page
    .locator(selector)
    .evaluateAll(all => all.filter(part => !part.checkVisibility()).map(part => part.outerHTML.slice(0, 120)))

/** What the edge of the paper would cut off. */
const beyond = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('main *')]
      .filter(
        part => part.checkVisibility() && part.getBoundingClientRect().right > document.documentElement.clientWidth + 1,
      )
      .map(part => part.outerHTML.slice(0, 120)),
  )
