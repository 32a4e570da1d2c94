/** The page of people and tokens as admins see it, with and without scripts. */

import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addPerson, password, type Serving, serve, signIn } from '../server/support.ts'
import { start } from '../support/fake-watch.ts'
import { inspectAlone, openBrowser } from './look.ts'

const day = 86_400_000
const admin = 'amira.of-the-night-shift@example.com'

let browser: Browser
let server: Serving

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(async () => browser?.close())

async function filled(): Promise<Serving> {
  const filled = await serve({ options: { signIn: true } })
  for (const [name, role] of [
    [admin, 'admin'],
    ['bo', 'operator'],
    ['wall', 'viewer'],
  ] as const)
    await addPerson(filled, name, role)
  await signIn(filled, 'bo')
  await signIn(filled, 'bo')
  const ago = (days: number) => start - days * day
  const tokens = [
    { name: 'ci', scopes: ['run', 'deploy'], createdAt: ago(20), createdBy: admin, expiresAt: ago(-70) },
    { name: 'everything', scopes: ['read', 'run', 'deploy', 'operate', 'admin'], createdAt: ago(3), createdBy: 'bo' },
    { name: 'prometheus.of-the-old-data-centre@example.com', scopes: ['read'], createdAt: ago(400), expiresAt: ago(5) },
  ] as const
  for (const token of tokens) await filled.accounts.addToken(token, token.name)
  await filled.accounts.tokenUsed('ci', start - 120_000)
  return filled
}

async function enter(page: Page): Promise<void> {
  await page.goto(`${server.url}/people`)
  await page.getByLabel('Name').fill(admin)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { level: 1 }).waitFor()
}

async function make(page: Page, name: string): Promise<void> {
  const form = page.locator('form[action="/tokens"]')
  await form.getByLabel('Name').fill(name)
  await form.getByLabel('deploy').check()
  await form.getByRole('button', { name: 'Make' }).click()
}

/** The page in each state that it can be in. */
const looks: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  people: enter,
  async 'people-change'(page) {
    await enter(page)
    await page.getByText('Change bo').click()
    await page.getByText('Remove ci').first().click()
  },
  async 'people-refused'(page) {
    await enter(page)
    await page.getByText('Change wall').click()
    await page.getByLabel('To remove, type wall').fill('hall')
    await page.getByRole('button', { name: 'Remove wall' }).click()
    await page.getByRole('alert').waitFor()
  },
  async 'people-made'(page) {
    await enter(page)
    await make(page, 'grafana')
    await page.getByText('it is shown this once').waitFor()
  },
}

describe.each([390, 1440])('at %i px, by day and by night', width => {
  beforeEach(async () => {
    server = await filled()
    return () => server[Symbol.asyncDispose]()
  })

  test.each(Object.keys(looks))('%s is accessible and whole', name =>
    // What is refused is meant.
    inspectAlone(browser, { name, width, open: looks[name]!, meant: /400/ }),
  )
})

test('without scripts an admin adds somebody, changes and removes them, makes a token and removes it', async () => {
  await using own = await filled()
  server = own
  await using context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await enter(page)
  const form = page.locator('form[action="/people"]')
  await form.getByLabel('Name').fill('chiara')
  await form.getByLabel('Role').selectOption('operator')
  await form.getByLabel('Password').fill(password)
  await form.getByLabel('Once more').fill(password)
  await form.getByRole('button', { name: 'Add' }).click()
  await page.getByText('Change chiara').click()
  await page.locator('form[action="/people/chiara/role"]').getByLabel('Role').selectOption('admin')
  await page.getByRole('button', { name: 'Set of chiara' }).click()
  expect(await server.accounts.person('chiara')).toMatchObject({ role: 'admin' })
  await page.getByText('Change chiara').click()
  await page.getByLabel('To remove, type chiara').fill('chiara')
  await page.getByRole('button', { name: 'Remove chiara' }).click()
  await page.getByText('Change chiara').waitFor({ state: 'detached' })
  expect(await server.accounts.person('chiara')).toBeUndefined()

  await make(page, 'grafana')
  expect(
    await page.getByRole('status').filter({ hasText: 'it is shown this once' }).locator('pre').innerText(),
  ).toMatch(/^[\w-]{43}$/)
  await page.getByText('Remove grafana').first().click()
  await page.getByRole('button', { name: 'Remove grafana' }).click()
  await page.getByText('Remove grafana').first().waitFor({ state: 'detached' })
  expect((await server.accounts.tokens()).map(({ name }) => name)).not.toContain('grafana')
})
