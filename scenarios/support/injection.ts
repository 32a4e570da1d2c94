import type { APIResponse, Locator, Page } from 'playwright/test'
import { expect, test } from '#vedette/playwright'

/** What a careless query takes for an operator of its database. */
const operators: readonly unknown[] = [{ $ne: null }, { $gt: '' }, { $regex: '.*' }, { $where: 'true' }, ['$ne', null]]

const queries: readonly string[] = ["' OR '1'='1", "' OR 1=1 --", '" OR ""="', "'; SELECT pg_sleep(0); --"]

/**
 * A sign-in is refused whatever stands in place of the password: operators of MongoDB and parts of SQL. `signIn` sends one value:
 * `password => request.post('/api/auth/login', { data: { email, password } })`. Mind the limit of sign-ins: nine tries.
 */
export async function expectOperatorsRefused(signIn: (password: unknown) => Promise<APIResponse>): Promise<void> {
  for (const password of [...operators, ...queries]) {
    const shown = JSON.stringify(password)
    await test.step(`password ${shown}`, async () => {
      const response = await signIn(password)
      expect([400, 401, 403, 422], `status of a sign-in with ${shown} as password`).toContain(response.status())
      expect(await response.text(), `answer to a sign-in with ${shown}`).not.toMatch(
        /"(access|refresh)?_?token"\s*:\s*"/i,
      )
    })
  }
}

/** Text to be typed where people type text. It leaves a trace in the page if it is ever run, and begins with `mark` to be found by. */
export const hostileText = (mark: string): string => {
  const trace = `document.documentElement.dataset.ran=1`
  return `${mark}<script>${trace}</script><img src onerror="${trace}"><b>'"&amp;`
}

/** The text stands in the page as it was typed, letter by letter, and nothing of it was run. `where`: the element that shows it. */
export async function expectShownAsText(page: Page, mark: string, where?: Locator): Promise<void> {
  const shown = where ?? page.getByText(mark).first()
  await expect(shown, 'the text that was typed').toContainText(mark)
  const frames = await Promise.all(
    page.frames().map(frame => frame.evaluate(() => document.documentElement.dataset['ran'] === '1')),
  )
  expect(frames.includes(true), 'markup in what was typed was run').toBe(false)
  await expect(shown, 'what was typed, as text').toContainText(hostileText(mark))
}
