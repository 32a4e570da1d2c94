import { figure } from '../../support/figures.ts'
import { dashboardPage } from '../pages.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

test('the dashboard shows figures', { tag: '@COD-27' }, async ({ page, enter }) => {
  const dashboard = dashboardPage(page)
  await enter(page)
  await dashboard.open()
  await expect(dashboard.figures.first()).toBeVisible()
  for (const text of await dashboard.figures.allTextContents()) expect(text, 'a figure').toMatch(/^[\d.,]+$/)
})

test('the page asks for the same once in five seconds, and then again', { tag: '@COD-60' }, async ({ page, enter }) => {
  const dashboard = dashboardPage(page)
  let asked = 0
  page.on('request', request => {
    if (new URL(request.url()).pathname === '/api/analytics') asked++
  })
  await page.clock.install()
  await enter(page)
  await dashboard.open()
  await expect(dashboard.figures.first()).toBeVisible()

  await test.step('within a second', async () => {
    await dashboard.refresh()
    await dashboard.refresh()
    expect(asked, 'calls for the same data').toBe(1)
  })
  await test.step('when what is there is too old', async () => {
    await page.clock.fastForward(figure(requirements, 'COD-60') * 1_000 + 1)
    const answered = page.waitForResponse('**/api/analytics')
    await dashboard.refresh()
    const { orders } = await (await answered).json()
    await expect(dashboard.orders).toHaveText(new Intl.NumberFormat('en').format(orders))
  })
})
