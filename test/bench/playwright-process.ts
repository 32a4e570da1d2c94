/**
 * The ten journeys of test/fixtures/journeys/ten with Playwright's library and a browser that stays: no runner, no report, no evidence. Any message
 * starts a round, whose seconds are the answer.
 */

import { chromium, type Page } from 'playwright'

const browser = await chromium.launch(
  process.env['BENCH_BROWSER'] ? { executablePath: process.env['BENCH_BROWSER'] } : {},
)

process.on('message', async message => {
  if (message === 'stop') {
    await browser.close()
    process.exit(0)
  }
  const start = performance.now()
  for (let number = 1; number <= 10; number += 1) {
    const context = await browser.newContext({ baseURL: process.env['BASE_URL']! })
    await journey(await context.newPage(), number)
    await context.close()
  }
  process.send!((performance.now() - start) / 1_000)
})
process.send!('ready')

async function journey(page: Page, number: number): Promise<void> {
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor()
  await page.goto('/login')
  await page.getByLabel('Name').fill(`user${number}`)
  await page.getByLabel('Password').fill('secret')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await heading('Items')
  await page.getByRole('link', { name: 'New item' }).click()
  await page.getByLabel('Title').fill(`item ${number}`)
  await page.getByRole('button', { name: 'Save' }).click()
  await heading('Items')
  await page.getByRole('link', { name: 'First item' }).click()
  await heading('Item')
}
