import type { Page } from 'playwright/test'
import { expect } from '#vedette/playwright'

/** Opens a page and waits for its heading: before that the page is there and does not answer yet. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}
