import { figure } from '../../support/figures.ts'
import { percentile } from '../../support/statistics.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

const longest = figure(requirements, 'AGT-01')

test('every page of the menu opens, in time and without an error', { tag: ['@AGT-01', '@AGT-56'] }, async ({
  page,
  enter,
  metric,
}) => {
  const troubles: string[] = []
  page.on('pageerror', error => troubles.push(`${page.url()} throws: ${error.message}`))
  page.on('response', response => {
    if (response.status() >= 400) troubles.push(`${response.url()} answers ${response.status()}`)
  })
  await enter(page)
  await page.goto('/dashboard')
  const links = await page.getByRole('navigation', { name: 'Main' }).getByRole('link').all()
  const paths = await Promise.all(links.map(link => link.getAttribute('href')))
  expect(paths.length, 'pages of the menu').toBeGreaterThan(10)

  const loads: number[] = []
  for (const path of paths) {
    await test.step(path!, async () => {
      await page.goto(path!)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      // Its calls have been answered when nothing is under way any more.
      await page.waitForLoadState('networkidle')
      loads.push(await page.evaluate(() => performance.getEntriesByType('navigation')[0]!.duration))
    })
  }
  expect(troubles, 'errors of the pages').toEqual([])
  const p95 = percentile(loads, 0.95)
  metric('page_load_ms', p95)
  expect(p95, '95th percentile of the load times in ms').toBeLessThan(longest)
})
