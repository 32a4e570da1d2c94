import type { Page } from 'playwright/test'
import { troublePage } from '../pages.ts'
import { expect, test } from '../test.ts'

/** Where the page reports its own faults: a path of the shop, or an error tracker such as Sentry. */
const tracker = new RegExp(process.env['COD_ADMIN_TRACKER'] ?? '/api/page-errors$|/envelope/')

/** The list of orders in a form that no page expects. What the page then reports is caught: nobody shall be woken by it. */
async function openBroken(page: Page): Promise<void> {
  await page.route(tracker, route => route.fulfill({ status: 204 }))
  await page.route(/\/api\/orders\?/, route => route.fulfill({ json: { orders: 'none' } }))
  await page.goto('/orders')
}

test('a fault leaves a way back, and no stack', { tag: '@COD-62' }, async ({ page, request, session, enter }) => {
  await test.step('of the page', async () => {
    await enter(page)
    await openBroken(page)
    const trouble = troublePage(page)
    await expect(trouble.heading).toBeVisible()
    await expect(trouble.wayBack.first()).toHaveAttribute('href', /./)
  })
  await test.step('of the backend', async () => {
    const headers = { ...session.headers, 'content-type': 'application/json' }
    const response = await request.post('/api/orders', { headers, data: Buffer.from('{"customer":') })
    expect(response.status(), 'status of a body that is not JSON').toBe(400)
    expect(response.headers()['content-type'], 'content-type of an error').toContain('json')
    expect(await response.text(), 'an error').not.toMatch(/\bat .+:\d+:\d+|node_modules/)
  })
})

test('a fault of the page is reported', { tag: '@COD-63' }, async ({ page, enter }) => {
  await enter(page)
  const reported = page.waitForRequest(tracker, { timeout: 2_000 })
  await openBroken(page)
  expect((await reported).postData(), 'the report').toBeTruthy()
})
