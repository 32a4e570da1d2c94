/** Signing in and out in a real browser, with real cookies; and how the pages look to whom. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPerson, password, type Serving, serve, token } from '../server/support.ts'
import { createFakeWatch, systemOf, watchedCheck } from '../support/fake-watch.ts'
import { inspectAlone, openBrowser } from './look.ts'

let browser: Browser
let open: Serving
let shut: Serving

const scene = (signIn: boolean) =>
  serve({
    watch: createFakeWatch({ systems: [systemOf('shop')], checks: [watchedCheck('shop', 'home')] }),
    options: { signIn },
  })

beforeAll(async () => {
  browser = await openBrowser()
  open = await scene(false)
  shut = await scene(true)
  for (const server of [open, shut]) await addPerson(server, 'amira.of-the-night-shift@example.com', 'operator')
}, 60_000)

afterAll(async () => {
  await browser?.close()
  for (const server of [open, shut]) await server?.[Symbol.asyncDispose]()
})

const name = 'amira.of-the-night-shift@example.com'

async function signIn(page: Page, given = password): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Password').fill(given)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Each page as somebody comes to it. */
const looks: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'sign-in-open': page => page.goto(`${open.url}/sign-in`),
  'sign-in-shut': page => page.goto(shut.url),
  async 'sign-in-wrong'(page) {
    await page.goto(shut.url)
    await signIn(page, 'not this one')
    await page.getByRole('alert').waitFor()
  },
  async 'sign-in-token-wrong'(page) {
    await page.goto(shut.url)
    await page.getByText('With the token instead').click()
    await page.getByLabel('Token').fill('not this one')
    await page.getByRole('button', { name: 'Sign in with the token' }).click()
    await page.getByRole('alert').waitFor()
  },
  'not-found-shut': page => page.goto(`${shut.url}/nowhere`),
  async 'overview-person'(page) {
    await page.goto(shut.url)
    await signIn(page)
    await page.getByText('Live', { exact: true }).waitFor()
  },
  async 'overview-menu'(page) {
    await page.goto(open.url)
    const menu = page.getByRole('button', { name: 'Menu' })
    if (await menu.isVisible()) await menu.click()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Sign in', exact: true }).waitFor()
  },
  async 'sign-in-again'(page) {
    await page.goto(`${shut.url}/sign-in`)
    await signIn(page)
    await page.goto(`${shut.url}/sign-in`)
  },
  async 'overview-token'(page) {
    await page.goto(`${open.url}/sign-in`)
    await page.getByText('With the token instead').click()
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Sign in with the token' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
  },
}

describe.each([390, 1440])('at %i px, by day and by night', width => {
  test.each(Object.keys(looks))('%s is accessible and whole', name =>
    // The answers to what is wrong and what is not there are meant.
    inspectAlone(browser, { name, width, open: looks[name]!, meant: /40[14]/ }),
  )
})

test('somebody signs in where they wanted to go, does something, and signs out', async () => {
  await using context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${shut.url}/checks/shop/home`)
  await signIn(page, 'not this one')
  expect(await page.getByRole('alert').textContent()).toContain('found that they do not belong together')
  // What was typed once need not be typed again, but the password.
  expect(await page.getByLabel('Name').inputValue()).toBe(name)
  expect(await page.getByLabel('Password').inputValue()).toBe('')
  await signIn(page)
  expect(new URL(page.url()).pathname).toBe('/checks/shop/home')
  await page.getByRole('button', { name: 'Run now' }).click()
  await page.waitForURL(/\/runs\//)
  expect(shut.watch.ran).toEqual(['shop/home'])

  const [cookie] = await context.cookies()
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/\/sign-in/)
  await page.goBack()
  await page.goto(`${shut.url}/checks/shop/home`)
  expect(new URL(page.url()).pathname).toBe('/sign-in')
})

test('a page that is open when its session ends leads to the sign-in by itself', async () => {
  await using context = await browser.newContext()
  const page = await context.newPage()
  await using server = await scene(true)
  await addPerson(server, name, 'viewer')
  await page.goto(server.url)
  await signIn(page)
  await page.getByText('Live', { exact: true }).waitFor()
  await server.accounts.removePerson(name)
  await server.clock.advance(15_000)
  await page.waitForURL(/\/sign-in\?next=%2F$/)
  expect(await page.getByText('production').count()).toBe(0)
})

test('a form of another site does nothing, though the browser is signed in', async () => {
  await using context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(shut.url)
  await signIn(page)
  const before = shut.watch.ran.length
  const form = `<form method="post" action="${shut.url}/checks/shop/home/run"><button>Win</button></form>`
  const evil = createServer((_, response) => void response.setHeader('content-type', 'text/html').end(form))
  await new Promise<void>(resolve => evil.listen(0, '127.0.0.1', resolve))
  try {
    // The same machine by another name is another site.
    await page.goto(`http://localhost:${(evil.address() as AddressInfo).port}`)
    const answered = page.waitForResponse(response => response.url().endsWith('/run'))
    await page.getByRole('button', { name: 'Win' }).click()
    // The cookie stays at home.
    expect((await answered).status()).toBe(401)
    expect(shut.watch.ran.length).toBe(before)
  } finally {
    evil.closeAllConnections()
    evil.close()
  }
})
